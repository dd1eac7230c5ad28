"""The stand-alone verifier of due days against the service and against a model that goes day by day, at random and over
every start day of the published calendar; and that it notices every change of a record."""

import ast
import csv
import json
import random
import sys
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from app.kernel.deadline_record import Agreed, Standstill, deadline_record, open_calendar, written
from app.kernel.service_clock import Hours
from app.kernel.workdays import HERE, WEEK_RULE, Calendar, Exceptional
from tests.verify import verifiers

PROGRAM = verifiers.ROOT / "verify" / "deadline.py"
SCHEMA = verifiers.ROOT / "docs" / "protocols" / "deadline.schema.json"
STRANGER = verifiers.loaded(PROGRAM)
LINES = (verifiers.ROOT / "data" / "calendar.csv").read_text(encoding="utf-8").splitlines()
SHIPPED = [
    Exceptional(date.fromisoformat(row["day"]), row["working"] == "1", row["name"], row["source"])
    for row in csv.DictReader(LINES)
]
HOURS = Hours.read("09:00-12:00,15:00-18:00")
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)
# A working day as a number with a bit for each of its minutes at work.
AT_WORK = sum(1 << minute for minute in [*range(540, 720), *range(900, 1080)])
WHOLE_DAY, LENGTH = (1 << 1440) - 1, 360
MOST_DAYS, PER_CALENDAR = 60, 200


class Known:
    """A calendar as the service holds it, as everybody reads it, and as the model knows it."""

    def __init__(self, rows, revision, shut=()):
        self.rows, self.shut = {row.day: row for row in rows}, {row.day: row for row in shut}
        self.held = Calendar(self.rows.values(), 2004, 2026, revision, self.shut)
        self.told = open_calendar(self.held)

    def works(self, day):
        row = self.rows.get(day)
        return row.working if row else day.weekday() < 5

    def line(self, day, paused, put_off):
        row = self.rows.get(day)
        kind = "holiday" if row else "weekend"
        if self.works(day):
            kind = "paused" if paused else "counted"
        if self.works(day) and put_off:
            kind, row = "blackout", self.shut.get(day, row)
        makeup = self.works(day) and day.weekday() >= 5
        return {"day": str(day), "kind": kind, "makeup": makeup, "source": row.source if row else WEEK_RULE}


def model(known, start, days, stretches):
    """The due day, the excluded minutes and the ledger, by bits and one day after the other."""
    halted = {}
    for begins, ends in stretches:
        day = max(begins.date(), start + DAY)
        while day <= ends.date():
            since = begins.hour * 60 + begins.minute if day == begins.date() else 0
            until = ends.hour * 60 + ends.minute if day == ends.date() else 1440
            halted[day] = halted.get(day, 0) | ((WHOLE_DAY >> (1440 - max(until - since, 0))) << since)
            day += DAY
    minutes, borne = 0, {}
    for day in sorted(halted):
        if known.works(day):
            before = (minutes + LENGTH // 2) // LENGTH
            minutes += (halted[day] & AT_WORK).bit_count()
            borne[day] = (minutes + LENGTH // 2) // LENGTH > before
    whole = (minutes + LENGTH // 2) // LENGTH
    due, left, worked = start, days + whole, []
    while left:
        due += DAY
        if known.works(due):
            left -= 1
            worked.append(due)
    paused = [day for day in worked if borne.get(day)]
    free = [day for day in worked if not borne.get(day)]
    paused += free[len(free) - (whole - len(paused)) :]
    last = due
    while due in known.shut or not known.works(due):
        due += DAY
    days = [start + n * DAY for n in range(1, (due - start).days + 1)]
    lines = [known.line(day, day in paused, day > last) for day in days]
    return str(due), minutes * 60, whole, lines


def differences(known, start, days, standstills=(), alterations=(), delivered=None):
    """What the service, the stranger and the model do not agree on; the record."""
    facts = {"job": "GG-2026-00001", "as_of": datetime(2030, 1, 1, tzinfo=HERE), "delivered_at": delivered}
    told = deadline_record(known.held, HOURS, start, days, standstills, alterations, **facts)
    stranger = STRANGER.recomputed(told, known.told)
    found = [name for name, value in stranger.items() if told[name] != value]
    stood = [(one.start.replace(tzinfo=None), one.end.replace(tzinfo=None)) for one in standstills if one.counts]
    plain = model(known, start, days + sum(one.days for one in alterations), stood)
    if plain != tuple(told[name] for name in ("due", "excluded_seconds", "excluded_days", "ledger")):
        found.append("model")
    if told["provisional"] != (told["due"] > "2026-12-31"):
        found.append("provisional")
    return found, told


def history(chance):
    """A random service: its start and days, and what moved its clock since."""
    start = FIRST + chance.randrange((LAST - FIRST).days + 1) * DAY
    days, moment = chance.randint(1, MOST_DAYS), datetime.combine(start, time(9), HERE)
    stood, agreed = [], []
    for _ in range(chance.randrange(6)):
        moment += timedelta(minutes=chance.choice((0, 1, 30, 180, 1440, chance.randrange(20 * 1440))))
        end = moment + timedelta(minutes=chance.choice((0, 1, 179, 180, 181, 1440, chance.randrange(12 * 1440))))
        kind, state = chance.choice((("pause", "counted"), ("pause", "vetoed"), ("suspension", "counted")))
        stood.append(Standstill(kind, "site", moment, end, state))
        moment = chance.choice((moment, end))  # they overlap now and then
    for kind, least, most in (("extension", 1, 10), ("scope_change", -days + 1, 30), ("scope_change", 0, 30)):
        if chance.random() < 0.3:
            agreed.append(Agreed(kind, chance.randint(least, most), moment))
    chance.shuffle(stood)
    return start, days, stood, agreed


def changed(chance, revision):
    """The shipped calendar as some later notices might change it."""
    rows = {row.day: row for row in SHIPPED}
    for _ in range(chance.randrange(60)):
        day = FIRST + chance.randrange((LAST - FIRST).days + 1) * DAY
        rows.pop(day, None)
        if chance.random() < 0.8:
            rows[day] = Exceptional(day, chance.random() < 0.5, "示例", f"示例通知第 {revision} 号")
    for edge in (FIRST, LAST):
        rows.setdefault(edge, Exceptional(edge, False, "示例", "示例通知"))
    begins = [FIRST + chance.randrange((LAST - FIRST).days) * DAY for _ in range(300)]
    shut = {day + n * DAY for day in begins for n in range(chance.randint(1, 4))}
    return Known(rows.values(), revision, [Exceptional(day, False, "示例", "示例停机通知") for day in sorted(shut)])


@pytest.mark.soak
def test_random_histories_have_one_due_day_before_and_after_the_calendar_changes(at_scale):
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    total = at_scale(300, 100_000)
    known = Known(SHIPPED, 0)
    for number in range(total):
        if number % PER_CALENDAR == 0:
            earlier, known = known, changed(chance, number + 1)
        one = history(chance)
        for calendar in (earlier, known):
            delivered = datetime.combine(one[0] + chance.randrange(200) * DAY, time(10), HERE)
            found, told = differences(calendar, *one, delivered)
            assert not found, (seed, number, found, told)


@pytest.mark.soak
def test_every_start_day_and_every_length_have_one_due_day(at_scale):
    known, count = Known(SHIPPED, 1), (LAST - FIRST).days + 1
    some = at_scale(6, count)
    starts = range(count) if some == count else random.sample(range(count), some)
    for place in starts:
        for days in range(1, MOST_DAYS + 1):
            found, told = differences(known, FIRST + place * DAY, days)
            assert not found, (found, told)


# --- as a stranger runs it --------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    """`files(record, calendar)`: both as files."""

    def write(*values):
        paths = [tmp_path / name for name in ("clock.json", "calendar.json")]
        for path, value in zip(paths, values, strict=True):
            path.write_text(written(value), encoding="utf-8")
        return [str(path) for path in paths]

    return write


def example():
    known = Known(SHIPPED, 7, [Exceptional(date(2026, 12, 1), False, "示例", "示例停机通知")])
    stood = [
        Standstill("pause", "experts", here("09-29T09:00"), here("09-30T18:00"), "counted"),
        Standstill("pause", "site", here("10-08T10:00"), here("10-08T15:30"), "vetoed"),
        Standstill("suspension", "示例", here("10-09T09:00"), here("10-09T18:00"), "counted"),
    ]
    agreed = [Agreed("extension", 3, here("10-10T10:00"))]
    return differences(known, date(2026, 9, 28), 5, stood, agreed, here("10-12T10:00"))[1], known.told


def test_a_later_day_that_was_promised_holds(files):
    told, calendar = example()
    late = told | {"delivered_at": "2026-10-20T10:00:00+08:00"}
    for held, in_time, code in (
        (None, False, 0),
        ("2026-10-20", True, 0),
        ("2026-10-20", False, 1),
        (told["due"], True, 1),
    ):
        assert verifiers.run(PROGRAM, *files(late | {"held": held, "in_time": in_time}, calendar))[0] == code


def here(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=HERE)


def test_it_needs_the_standard_library_alone():
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_what_the_service_publishes_holds(files):
    told, calendar = example()
    assert (told["first_due"], told["due"], told["excluded_days"]) == ("2026-10-10", "2026-10-19", 3)
    assert verifiers.run(PROGRAM, *files(told, calendar))[0] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("due", "2026-10-18"),
        ("days", 6),
        ("start", "2026-09-29"),
        ("excluded_seconds", 1),
        ("excluded_days", 2),
        ("first_due", "2026-10-12"),
        ("provisional", True),
        ("in_time", False),
        ("hours", ["09:00-17:00"]),
        ("pauses", []),
        ("alterations", []),
        ("ledger", []),
        ("calendar", 8),
        ("extra", 1),
        ("as_of", "2026-09-01T00:00:00+08:00"),
        ("delivered_at", None),
        ("days", "5"),
        ("days", 5.0),
        ("excluded_days", 3.0),
        ("provisional", 0),
    ],
)
def test_every_change_of_a_record_is_noticed(name, value, files):
    told, calendar = example()
    assert verifiers.run(PROGRAM, *files(told | {name: value}, calendar))[0] == 1


def test_a_record_and_a_calendar_of_different_days_are_told_apart_from_a_wrong_one(files):
    told, calendar = example()
    code, says = verifiers.run(PROGRAM, *files(told, calendar | {"revision": calendar["revision"] + 1}))
    assert code == 1 and "save both once more" in says


def test_a_veto_that_is_left_out_or_made_up_is_noticed(files):
    told, calendar = example()
    for place, state in ((0, "vetoed"), (1, "counted"), (2, "refused")):
        pauses = [one | {"state": state} if at == place else one for at, one in enumerate(told["pauses"])]
        assert verifiers.run(PROGRAM, *files(told | {"pauses": pauses}, calendar))[0] == 1


def test_of_a_wrong_ledger_only_the_first_day_that_differs_is_told(files):
    told, calendar = example()
    wrong = [told["ledger"][0], *(row | {"makeup": not row["makeup"]} for row in told["ledger"][1:])]
    code, says = verifiers.run(PROGRAM, *files(told | {"ledger": wrong}, calendar))
    assert code == 1 and [row["day"] in says for row in wrong[:3]] == [False, True, False]
    code, says = verifiers.run(PROGRAM, *files(told | {"ledger": [*told["ledger"], None]}, calendar))
    assert code == 1 and says == "It does not hold: ledger does not follow: it is 22, and 21 was recomputed\n"


def test_a_calendar_that_was_touched_is_noticed(files):
    told, calendar = example()
    for days in (calendar["days"][:-1], [*calendar["days"], calendar["days"][-1]]):
        assert verifiers.run(PROGRAM, *files(told, calendar | {"days": days}))[0] == 1


def test_other_files_are_no_record(files, tmp_path):
    told, calendar = example()
    for few in ((), ("clock.json",)):
        code, says = verifiers.run(PROGRAM, *few)
        assert code == 2 and "python deadline.py RECORD.json CALENDAR.json" in says
    assert verifiers.run(PROGRAM, *files(calendar, told))[0] == 2
    assert verifiers.run(PROGRAM, str(tmp_path / "nowhere"), str(tmp_path / "calendar.json"))[0] == 2
    assert verifiers.run(PROGRAM, *files({}, calendar))[0] == 2


def test_the_schema_names_exactly_the_fields_of_both_files():
    shapes = SimpleNamespace(**json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"])
    told, calendar = example()
    inside = {name: shapes.record["properties"][name]["items"] for name in ("pauses", "alterations", "ledger")}
    pairs = [
        (shapes.record, told),
        (shapes.calendar, calendar),
        *((shapes.calendar["properties"][name]["items"], calendar[name][0]) for name in ("days", "blackouts")),
    ]
    for shape, value in [*pairs, *((shape, told[name][0]) for name, shape in inside.items())]:
        assert set(shape["required"]) == set(shape["properties"]) == set(value)
