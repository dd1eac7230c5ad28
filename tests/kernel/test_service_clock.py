"""The service clock against tables and against a model that counts every working minute."""

import csv
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.service_clock import Hours, LedgerDay, Pause, ledger
from app.kernel.workdays import HERE, WEEK_RULE, Calendar, Exceptional, load_calendar

ROWS = list(csv.DictReader((Path(__file__).parents[2] / "data/calendar.csv").read_text(encoding="utf-8").splitlines()))
CALENDAR = load_calendar(ROWS)
HOURS = Hours.read("09:00-12:00,15:00-18:00")
NOTICE_2026 = "《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）"
START = date(2026, 9, 7)  # a Monday with three plain weeks after it, but for Sunday 20 September, worked


def here(text):
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def pause(start, end):
    return Pause(here(start), here(end))


def clock(*pauses, start=START, days=5, hours=HOURS):
    return ledger(CALENDAR, hours, start, days, pauses)


def kinds(found):
    letters = {"counted": "c", "paused": "p", "weekend": "w", "holiday": "h"}
    return "".join(letters[row.kind] for row in found.rows)


def test_without_pauses_the_clock_runs_over_the_holidays_to_the_makeup_saturday():
    found = clock(start=date(2026, 9, 28))
    assert (found.due, found.provisional, found.excluded_seconds, found.excluded_days) == (
        date(2026, 10, 10), False, 0, 0,
    )  # fmt: skip
    assert (found.start, found.days) == (date(2026, 9, 28), 5)
    assert kinds(found) == "cchhhhhhhccc"
    assert found.rows[0] == LedgerDay(date(2026, 9, 29), "counted", False, WEEK_RULE)
    assert found.rows[4] == LedgerDay(date(2026, 10, 3), "holiday", False, NOTICE_2026, "国庆节")
    assert found.rows[-1] == LedgerDay(date(2026, 10, 10), "counted", True, NOTICE_2026, "国庆节")


def test_a_pause_over_the_holidays_excludes_its_working_days_only():
    found = clock(pause("2026-09-29T10:00", "2026-10-09T10:00"), start=date(2026, 9, 28))
    assert (found.due, found.excluded_days) == (date(2026, 10, 14), 3)
    assert found.excluded_seconds == (5 + 6 + 6 + 1) * 3600
    assert kinds(found) == "pphhhhhhhpccwccc"


# fmt: off
@pytest.mark.parametrize("pauses, seconds, days", [
    ([("2026-09-11T18:00", "2026-09-14T09:00")], 0, 0),                       # over a weekend
    ([("2026-09-08T12:00", "2026-09-08T15:00")], 0, 0),                       # over the noon break
    ([("2026-09-08T10:00", "2026-09-08T10:00")], 0, 0),                       # no time at all
    ([("2026-09-08T10:00", "2026-09-08T10:01")], 60, 0),                      # a minute gains nothing
    ([("2026-09-08T09:00", "2026-09-08T12:00")], 10800, 1),                   # exactly half rounds up
    ([("2026-09-08T09:00:01", "2026-09-08T12:00")], 10799, 0),
    ([("2026-09-08T09:00:00.000001", "2026-09-08T12:00")], 10799, 0),
    ([("2026-09-08T09:00", "2026-09-08T10:30"), ("2026-09-09T09:00", "2026-09-09T10:30")], 10800, 1),   # summed
    ([("2026-09-08T09:00", "2026-09-08T11:00"), ("2026-09-08T10:00", "2026-09-08T12:00")], 10800, 1),   # overlap once
    ([("2026-09-08T09:00", "2026-09-08T18:00")] * 3, 21600, 1),
    ([("2026-09-08T09:00", "2026-09-08T18:00"), ("2026-09-08T10:00", "2026-09-08T11:00")], 21600, 1),
    ([("2026-09-07T09:00", "2026-09-07T18:00")], 0, 0),                       # day zero
    ([("2020-01-01T00:00", "2026-09-08T12:00")], 10800, 1),                   # from the day after start only
    ([("2026-09-20T00:00", "2026-09-21T00:00")], 21600, 1),                   # a make-up Sunday
    ([("2026-09-25T00:00", "2026-09-28T00:00")], 0, 0),                       # the Mid-autumn Festival
    ([("2027-03-01T00:00", "2027-03-04T00:00")], 3 * 21600, 3),               # far beyond the window
])
def test_what_a_pause_is_worth(pauses, seconds, days):
    found = clock(*(pause(*ends) for ends in pauses))
    assert (found.excluded_seconds, found.excluded_days) == (seconds, days)
    assert found.due == CALENDAR.add(START, 5 + days)
    assert kinds(found).count("c") == 5 and kinds(found).count("p") == days


# fmt: on


@pytest.mark.parametrize(
    "pauses, row",
    [
        ([("2026-09-08T09:00", "2026-09-08T12:00")], "pcccwwcc"),
        ([("2026-09-08T15:00", "2026-09-09T12:00")], "pcccwwcc"),  # 3 h, then 6 h: the half of Tuesday already rounds
        ([("2026-09-08T16:00", "2026-09-09T12:00")], "cpccwwcc"),  # 2 h on Tuesday, 5 h by Wednesday
        ([("2026-09-10T09:00", "2026-09-11T18:00")], "ccppwwccc"),
        ([("2026-09-29T09:00", "2026-09-30T18:00")], "ccccwwcpp"),  # beyond the window: its latest days bear it
        ([("2026-09-08T09:00", "2026-09-08T18:00"), ("2026-09-29T09:00", "2026-09-29T18:00")], "pcccwwccp"),
        ([("2026-09-14T09:00", "2026-09-16T18:00")], "ccccwwpppc"),
        ([("2026-09-15T09:00", "2026-09-17T18:00")], "ccccwwcppp"),  # the last day of the window is paused itself
        ([("2026-10-12T09:00", "2026-10-19T18:00")], "ccccwwcppppwpp"),  # beyond it, and borne before a day off as well
    ],
)
def test_which_days_the_ledger_calls_paused(pauses, row):
    assert kinds(clock(*(pause(*ends) for ends in pauses))) == row


def test_makeup_days_are_marked_counted_or_paused():
    paused = clock(pause("2026-09-20T00:00", "2026-09-21T00:00"), start=date(2026, 9, 18), days=1)
    assert [(row.day.day, row.kind, row.makeup) for row in paused.rows] == [
        (19, "weekend", False), (20, "paused", True), (21, "counted", False),
    ]  # fmt: skip


def test_a_due_day_past_the_last_notice_is_provisional():
    assert not clock(start=date(2026, 12, 24), days=5).provisional
    assert clock(start=date(2026, 12, 25), days=5).provisional


def test_pauses_are_read_in_shanghai_wall_time_whatever_their_zone():
    east = timezone(timedelta(hours=14))
    instants = here("2026-09-08T09:00"), here("2026-09-08T12:00")
    for zone in (UTC, east):
        assert clock(Pause(*(instant.astimezone(zone) for instant in instants))).excluded_days == 1


def test_working_hours_are_an_argument():
    short = Hours(((time(10), time(12)),))
    found = clock(pause("2026-09-08T00:00", "2026-09-08T11:00"), hours=short)
    assert (found.excluded_seconds, found.excluded_days) == (3600, 1)


@pytest.mark.parametrize(
    "spans",
    [
        (),
        ((time(12), time(9)),),
        ((time(9), time(9)),),
        ((time(15), time(18)), (time(9), time(12))),
        ((time(9), time(13)), (time(12), time(18))),
        ((time(9, tzinfo=UTC), time(12, tzinfo=UTC)),),
    ],
)
def test_hours_that_are_no_hours_are_refused(spans):
    said = r"^write the working hours as spans in order, like 09:00-12:00 and 15:00-18:00$"
    with pytest.raises(ValueError, match=said):
        Hours(spans)


def test_what_cannot_be_clocked_is_refused_with_what_to_do():
    naive, aware = datetime(2026, 9, 8), here("2026-09-09T00:00")
    zone = r"^give both ends of a pause with a time zone, like 2026-09-29T10:00\+08:00$"
    for ends in ((naive, naive), (naive, aware), (aware, naive)):
        with pytest.raises(ValueError, match=zone):
            Pause(*ends)
    with pytest.raises(ValueError, match=r"^a pause ends before it starts: swap its two instants$"):
        pause("2026-09-09T00:00", "2026-09-08T00:00")
    with pytest.raises(ValueError, match=r"^give at least 1 working day$"):
        clock(days=0)
    with pytest.raises(ValueError, match="import the missing years"):
        clock(start=date(1900, 1, 1))
    with pytest.raises(ValueError, match="import the missing years"):
        clock(pause("2026-09-08T00:00", "2999-01-01T00:00"))


# The independent model: every minute of every day, one by one. Pauses begin and end on whole minutes.
MINUTE = timedelta(minutes=1)
OFF = {row["day"] for row in ROWS if row["working"] == "0"}
WORKED = {row["day"] for row in ROWS if row["working"] == "1"}
IN_HOURS = [540 <= minute < 720 or 900 <= minute < 1080 for minute in range(1440)]


def works(day):
    return str(day) in WORKED or (day.weekday() < 5 and str(day) not in OFF)


def model(start, days, stretches):
    """Due day, excluded minutes and whole days, and the running whole days by working day, all by minutes."""
    paused = set()
    for begin, end in stretches:
        minute = max(begin, datetime.combine(start + timedelta(days=1), time()))
        while minute < end:
            if works(minute.date()) and IN_HOURS[minute.hour * 60 + minute.minute]:
                paused.add(minute)
            minute += MINUTE
    by_day = {}
    for minute in paused:
        by_day[minute.date()] = by_day.get(minute.date(), 0) + 1
    whole = [0]
    borne = []
    total = 0
    for day in sorted(by_day):
        total += by_day[day]
        whole.append((total + 180) // 360)
        if whole[-1] > whole[-2]:
            borne.append(day)
    due, left = start, days + whole[-1]
    while left:
        due += timedelta(days=1)
        left -= works(due)
    return due, total, whole[-1], [day for day in borne if day <= due]


STARTS = st.dates(date(2025, 1, 1), date(2026, 12, 1))
STRETCHES = st.lists(st.tuples(st.integers(-2 * 1440, 20 * 1440), st.integers(0, 6 * 1440)), max_size=4)


def check(start, days, offsets):
    origin = datetime.combine(start, time())
    stretches = [(origin + at * MINUTE, origin + (at + length) * MINUTE) for at, length in offsets]
    pauses = [Pause(begin.replace(tzinfo=HERE), end.replace(tzinfo=HERE)) for begin, end in stretches]
    found = ledger(CALENDAR, HOURS, start, days, pauses)
    due, minutes, whole, borne = model(start, days, stretches)
    assert (found.due, found.excluded_seconds, found.excluded_days) == (due, minutes * 60, whole)
    assert [row.day for row in found.rows] == [start + timedelta(days=i) for i in range(1, (due - start).days + 1)]
    assert [row.kind in ("counted", "paused") for row in found.rows] == [works(row.day) for row in found.rows]
    paused = [row.day for row in found.rows if row.kind == "paused"]
    assert len(paused) == whole and kinds(found).count("c") == days
    rest = [day for day in (row.day for row in found.rows) if works(day) and day not in borne]
    assert paused == sorted(borne + rest[len(rest) - (whole - len(borne)) :])
    assert all(row.source and row.makeup == (works(row.day) and row.day.weekday() >= 5) for row in found.rows)


@settings(max_examples=15, deadline=None)
@given(STARTS, st.integers(1, 20), STRETCHES)
def test_the_ledger_agrees_with_counting_minutes(start, days, offsets):
    check(start, days, offsets)


@pytest.mark.soak
@settings(max_examples=5_000, deadline=None)
@given(STARTS, st.integers(1, 60), STRETCHES)
def test_the_ledger_agrees_with_counting_minutes_at_length(start, days, offsets):
    check(start, days, offsets)


@settings(max_examples=30, deadline=None)
@given(STARTS, st.integers(1, 20), STRETCHES, st.randoms())
def test_neither_order_nor_repetition_of_pauses_changes_the_ledger(start, days, offsets, random):
    origin = datetime.combine(start, time(), HERE)
    pauses = [Pause(origin + at * MINUTE, origin + (at + length) * MINUTE) for at, length in offsets]
    shuffled = pauses * 2
    random.shuffle(shuffled)
    assert ledger(CALENDAR, HOURS, start, days, shuffled) == ledger(CALENDAR, HOURS, start, days, pauses)


def test_a_service_that_would_end_on_a_blackout_ends_on_the_next_working_day_and_its_days_stay_as_many():
    friday, monday = date(2026, 1, 9), date(2026, 1, 12)
    word = Exceptional(friday, False, "示例割接", "示例通知")
    found = ledger(Calendar([], 2026, 2026, blackouts={friday: word}), HOURS, date(2026, 1, 7), 2, [])
    assert found.due == monday
    assert [row.kind for row in found.rows] == ["counted", "counted", "weekend", "weekend", "blackout"]
