"""The stand-alone verifier of credit against the service's arithmetic, on random histories with numbers of the law that
change in between; and that it notices every change of a file."""

import ast
import copy
import json
import sys
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.credit import HUNDRED, Mark, Scale, account, bars, months_after, weight
from tests.verify import verifiers

PROGRAM = verifiers.ROOT / "verify" / "credit.py"
SCHEMA = verifiers.ROOT / "docs" / "protocols" / "credit.schema.json"
STRANGER = verifiers.loaded(PROGRAM)
TODAY, FIRST, DAY = date(2027, 3, 1), date(2025, 1, 1), timedelta(days=1)
SHIPPED = Scale(12, 6, 10, 15, 3, 20, 6, 36, 50)
WORDS = {"rule": "示例", "zh": "示例", "en": "example", "item_name": None, "job": None, "statement": ""}
WORDS |= {"evidence": "示例", "basis": "示例", "mark": "D"}


def as_points(hundredths):
    return hundredths // HUNDRED if hundredths % HUNDRED == 0 else hundredths / HUNDRED


def standing(one):
    return {"sum": as_points(one.sum), "grade": str(one.grade), "until": one.until and str(one.until)}


def told_of(marks, day, scale_on):
    """How somebody stands, by the service's arithmetic, as the file says it."""
    found, known = account(marks, day, scale_on), [mark for mark in marks if mark.since <= day]
    spans = sorted((bar.first, bar.item or "", bar.last) for bar in bars(known, scale_on) if day <= bar.last)
    return standing(found.overall) | {
        "items": [{"item": item} | standing(one) for item, one in found.items.items()],
        "bars": [{"item": item or None, "first": str(first), "last": str(last)} for first, item, last in spans],
    }


class History:
    """Events of some firms and people, and the numbers of the law from the days they take effect."""

    def __init__(self, firms, scales):
        self.firms, self.scales = firms, scales

    def scale_on(self, day):
        return [scale for since, scale in self.scales if since <= day][-1]

    def people(self):
        found = {}
        for events in self.firms.values():
            for mark, who in events:
                if who:
                    found.setdefault(who, []).append(mark)
        return dict(sorted(found.items()))

    def event(self, mark, who):
        until = months_after(mark.since, self.scale_on(mark.since).window + 48) - DAY
        days = {"happened_on": str(mark.since), "effective_on": str(mark.since), "public_until": str(until)}
        repaired = mark.repaired and str(mark.repaired)
        counts = as_points(weight(mark, TODAY, self.scale_on(TODAY)))
        known = {"event": mark.id, "item": mark.item, "fraud": mark.fraud, "points": mark.points, "professional": who}
        return WORDS | days | known | {"repaired_on": repaired, "counts": counts}

    def file(self):
        scales = [{"from": str(day), **asdict(one), "publication": one.window + 48} for day, one in self.scales]
        firms = [
            {"code": code, "name": "示例公司（示例）"}
            | told_of([mark for mark, _ in events], TODAY, self.scale_on)
            | {"events": [self.event(*one) for one in events]}
            for code, events in self.firms.items()
        ]
        people = [{"number": who} | told_of(mine, TODAY, self.scale_on) for who, mine in self.people().items()]
        known = {"format": "intermediary-supermarket-credit", "version": 2, "day": str(TODAY), "scales": scales}
        days = {"item": None, "first": str(FIRST), "last": str(TODAY)}
        line = {"code": "914508000000000009", "name": "示例公司（示例）", "because": "示例", "detail": "示例", **days}
        return known | {"agencies": firms, "professionals": people, "barred": [line]}


PAST = st.dates(FIRST, TODAY)
SCALES = st.builds(
    Scale, *(st.integers(1, 30) for _ in range(4)), st.integers(1, 9), st.integers(1, 40), *[st.integers(1, 40)] * 2,
    st.integers(0, 100),
)  # fmt: skip


@st.composite
def histories(draw):
    """Up to three firms with twelve events, four items and people who serve now one firm, now another."""
    firms = {f"9145080000000000{number:02}": [] for number in range(draw(st.integers(1, 3)))}
    for number in range(draw(st.integers(0, 12))):
        since, fraud = draw(PAST), draw(st.integers(0, 9)) == 0
        repaired = None if fraud else draw(st.none() | st.dates(since, TODAY))
        item = draw(st.sampled_from(["A", "A", "B", None]))
        mark = Mark(number + 1, item, 20 if fraud else draw(st.integers(1, 12)), since, fraud, repaired)
        draw(st.sampled_from(list(firms.values()))).append((mark, draw(st.sampled_from([None, "P1", "P2"]))))
    later = draw(st.dictionaries(st.dates(FIRST + DAY, TODAY), SCALES, max_size=2))
    return History(firms, sorted({FIRST: SHIPPED, **later}.items()))


@given(histories(), st.dates(FIRST, TODAY + 900 * DAY))
def test_the_service_and_the_stranger_agree_on_any_history_and_any_day(history, day):
    scales = [(since, asdict(scale) | {"publication": 999}) for since, scale in history.scales]
    everybody = [[mark for mark, _ in events] for events in history.firms.values()] + list(history.people().values())
    for marks in everybody:
        events = [vars(mark) | {"event": mark.id} for mark in marks]
        assert STRANGER.account(events, day, scales) == told_of(marks, day, history.scale_on)


@pytest.fixture
def judge(tmp_path):
    """`judge(file, *day)`: what the program answers."""

    def asks(value, *day):
        path = tmp_path / "credit.json"
        path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        return STRANGER.judge(path, *day)

    return asks


def example():
    """One firm suspended, with a repaired event, and one removed; a person who served both and is suspended by that."""
    since, before = TODAY - 30 * DAY, TODAY - 200 * DAY
    one = [
        (Mark(1, "A", 3, before, repaired=since), None),
        (Mark(2, "A", 8, since), "P1"),
        (Mark(3, "A", 6, since), None),
    ]
    other = [(Mark(4, "A", 8, TODAY), "P1"), (Mark(5, None, 20, since, fraud=True), None)]
    scales = [(FIRST, SHIPPED), (TODAY - DAY, Scale(12, 5, 10, 14, 3, 20, 6, 24, 50))]
    return History({"914508000000000001": one, "914508000000000002": other}, scales)


def test_what_is_public_holds_and_it_says_how_all_stand_later(judge, tmp_path):
    history = example()
    status, said = judge(history.file(), "2029-02-01")
    assert (status, said.splitlines()[0]) == (0, "5 events: every sum, grade and bar follows from them.")
    told = {line.split(" on 2029-02-01: ")[0]: json.loads(line.split(": ", 1)[1]) for line in said.splitlines()[1:]}
    assert [told[name]["grade"] for name in history.firms] == ["normal", "removed"]
    told = history.file()
    everybody = (*told["agencies"], *told["professionals"])
    assert [one["grade"] for one in everybody] == [
        "suspended",
        "removed",
        "suspended",
    ]
    (tmp_path / "credit.json").write_text(json.dumps(told), encoding="utf-8")
    assert verifiers.run(PROGRAM, str(tmp_path / "credit.json"))[0] == 0


CHANGES = [
    (("agencies", 0, "sum"), 12, "sum of 914508000000000001"),
    (("agencies", 0, "grade"), "normal", "grade of"),
    (("agencies", 1, "until"), None, "until of"),
    (("agencies", 0, "items"), [], "items of"),
    (("agencies", 1, "bars"), [], "bars of"),
    (("agencies", 0, "more"), 1, "fields of"),
    (("professionals", 0, "bars", 0, "last"), "2027-05-30", "bars of P1"),
    (("professionals",), [], "the professionals"),
    (("agencies", 0, "events", 0, "points"), 4, "event 1 counts"),
    (("agencies", 0, "events", 0, "counts"), 3, "event 1 counts"),
    (("agencies", 0, "events", 0, "repaired_on"), None, "event 1 counts"),
    (("agencies", 0, "events", 1, "effective_on"), "2027-03-02", "not one after the other"),
    (("agencies", 0, "events", 1, "happened_on"), "2027-02-27", "not one after the other"),
    (("agencies", 0, "events", 1, "item"), "B", "of 914508000000000001"),
    (("agencies", 0, "events", 1, "event"), 4, "twice"),
    (("agencies", 1, "events", 1, "fraud"), False, "of 914508000000000002"),
    (("agencies", 1, "events", 1, "repaired_on"), "2027-02-01", "never repaired"),
    (("agencies", 0, "events", 2, "public_until"), "2027-01-01", "publication of event 3"),
    (("agencies", 0, "events", 2, "professional"), "P1", "of P1"),
    (("scales", 1, "suspended"), 30, "P1"),
    (("scales", 0, "from"), "2027-03-01", "the scales"),
    (("scales", 0, "other"), 1, "the scales"),
    (("day",), "2027-12-31", "event 1 counts"),
    (("barred", 0, "last"), "2027-02-28", "the bar of 914508000000000009"),
    (("more",), 1, "fields"),
]


@pytest.mark.parametrize(("place", "value", "because"), CHANGES, ids=lambda part: str(part))
def test_a_changed_file_is_refused_with_a_reason(place, value, because, judge):
    told = copy.deepcopy(example().file())
    *way, last = place
    part = told
    for step in way:
        part = part[step]
    part[last] = value
    status, said = judge(told)
    assert status == 1 and because in said, said


def test_an_event_that_is_left_out_or_kept_too_long_is_noticed(judge):
    told = example().file()
    del told["agencies"][0]["events"][2]
    assert judge(told)[0] == 1
    old = History({"914508000000000001": [(Mark(1, "A", 3, date(2025, 2, 1)), None)]}, [(FIRST, SHIPPED)])
    told = old.file()
    told["scales"][0]["publication"], told["agencies"][0]["events"][0]["public_until"] = 12, "2026-01-31"
    assert judge(told) == (1, "It does not hold: event 1 is public no more")


def test_other_files_are_no_credit_list(judge, tmp_path):
    told = example().file()
    for other in ([], {}, told | {"format": "other"}, told | {"version": 1}):
        assert judge(other)[0] == 2
    assert judge(told, "tomorrow")[0] == 2
    code, says = verifiers.run(PROGRAM)
    assert code == 2 and "python credit.py CREDIT.json [DAY]" in says
    assert verifiers.run(PROGRAM, str(tmp_path / "nowhere"))[0] == 2


def test_it_needs_the_standard_library_alone():
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_schema_names_exactly_the_fields():
    shape, told = json.loads(SCHEMA.read_text(encoding="utf-8")), example().file()
    within = shape["properties"]
    pairs = [
        (shape, told),
        (within["scales"]["items"], told["scales"][0]),
        (within["agencies"]["items"], told["agencies"][0]),
        (within["professionals"]["items"], told["professionals"][0]),
        (shape["$defs"]["event"], told["agencies"][0]["events"][0]),
        (shape["$defs"]["items"]["items"], told["agencies"][0]["items"][0]),
        (shape["$defs"]["barred"]["items"], told["barred"][0]),
        (shape["$defs"]["bars"]["items"], told["agencies"][1]["bars"][0]),
    ]
    for one, value in pairs:
        assert set(one["required"]) == set(one["properties"]) == set(value)
