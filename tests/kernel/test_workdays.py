"""The calendar against tables of known days and against counting day by day."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.workdays import HERE, WEEK_RULE, Calendar, Described, Exceptional, due_day, load_calendar, local_day

ROWS = list(csv.DictReader((Path(__file__).parents[2] / "data/calendar.csv").read_text(encoding="utf-8").splitlines()))
CALENDAR = load_calendar(ROWS)
ONE_DAY = timedelta(days=1)
NOTICE_2019 = "《国务院办公厅关于2019年部分节假日安排的通知》（国办发明电〔2018〕15号）"
LABOUR_2019 = "《国务院办公厅关于调整2019年劳动节假期安排的通知》（国办发明电〔2019〕3号）"
SPRING_2020 = "《国务院办公厅关于延长2020年春节假期的通知》（国办发明电〔2020〕1号）"
NOTICE_2026 = "《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）"


def here(text):
    return datetime.fromisoformat(text).replace(tzinfo=HERE).astimezone(UTC)


# fmt: off
@pytest.mark.parametrize("start, n, end", [
    ("2026-09-28", 5, "2026-10-10"),   # past the whole National Day break, ending on a make-up Saturday
    ("2026-09-28", 0, "2026-09-28"),
    ("2026-10-03", 0, "2026-10-03"),   # no working day, and yet day zero
    ("2026-10-03", 1, "2026-10-08"),
    ("2026-10-09", 1, "2026-10-10"),
    ("2026-10-10", 1, "2026-10-12"),
    ("2026-02-13", 1, "2026-02-14"),   # make-up Saturday before the Spring Festival
    ("2026-02-14", 1, "2026-02-24"),
    ("2026-04-16", 1, "2026-04-21"),   # Guangxi's 三月三
    ("2018-12-28", 2, "2019-01-02"),   # 29 December 2018 is worked by the notice for 2019
    ("2020-01-23", 1, "2020-02-03"),   # the Spring Festival that was prolonged
    ("2020-03-25", 2, "2020-03-27"),   # 三月三 was worked that year
    ("2017-03-29", 1, "2017-04-05"),   # 1 April: make-up day in the nation, day off in Guangxi
    ("2017-04-07", 1, "2017-04-08"),
    ("2026-10-10", -1, "2026-10-09"),
    ("2026-10-11", -1, "2026-10-10"),
    ("2026-10-05", -2, "2026-09-29"),
    ("2026-12-31", 1, "2027-01-01"),   # plain Friday until a notice says otherwise
    ("2027-01-01", 1, "2027-01-04"),
])
def test_the_nth_working_day(start, n, end):
    assert CALENDAR.add(date.fromisoformat(start), n) == date.fromisoformat(end)


@pytest.mark.parametrize("day, working, kind, name, source", [
    ("2026-09-28", True,  "working", "",         WEEK_RULE),
    ("2026-10-10", True,  "makeup",  "国庆节",    NOTICE_2026),
    ("2026-10-11", False, "weekend", "",         WEEK_RULE),
    ("2026-10-01", False, "holiday", "国庆节",    NOTICE_2026),
    ("2026-10-03", False, "holiday", "国庆节",    NOTICE_2026),
    ("2026-04-20", False, "holiday", "广西三月三", "《广西壮族自治区人民政府办公厅关于2026年广西三月三放假的通知》"),
    ("2021-04-18", True,  "makeup",  "壮族三月三", "《广西壮族自治区人民政府办公厅关于2021年“壮族三月三”放假的通知》"),
    ("2018-12-31", False, "holiday", "元旦",      NOTICE_2019),
    ("2020-02-01", False, "holiday", "春节",      SPRING_2020),
    ("2019-05-02", False, "holiday", "劳动节",    LABOUR_2019),
    ("2027-10-01", True,  "working", "",         WEEK_RULE),
])
def test_a_day_says_what_it_is_and_why(day, working, kind, name, source):
    day = date.fromisoformat(day)
    assert CALENDAR.describe(day) == Described(day, working, kind, name, source)
    assert CALENDAR.is_working(day) is working


# fmt: on


def test_a_working_weekday_that_a_notice_names_is_no_makeup_day():
    friday = date(2026, 5, 8)
    calendar = Calendar([Exceptional(friday, True, "name", "source")], 2026, 2026)
    assert calendar.describe(friday) == Described(friday, True, "working", "name", "source")


def test_between_counts_the_working_days_after_the_first_up_to_the_second():
    friday, saturday, monday = date(2026, 9, 11), date(2026, 9, 12), date(2026, 9, 14)
    assert CALENDAR.between(friday, monday) == 1
    assert CALENDAR.between(saturday, monday) == 1
    assert CALENDAR.between(monday, friday) == -1
    assert CALENDAR.between(friday, saturday) == CALENDAR.between(monday, monday) == 0


def test_only_years_past_the_last_published_one_are_provisional():
    assert not CALENDAR.provisional(date(2026, 12, 31))
    assert CALENDAR.provisional(date(2027, 1, 1))


def test_a_deadline_is_the_midnight_that_ends_its_last_day_in_shanghai():
    assert CALENDAR.deadline(here("2026-09-28T09:00"), 5) == datetime(2026, 10, 10, 16, tzinfo=UTC)
    assert CALENDAR.deadline(here("2026-09-28T23:59"), 1) == here("2026-09-30T00:00")
    assert CALENDAR.deadline(here("2026-09-29T00:00"), 1) == here("2026-10-01T00:00")


@pytest.mark.parametrize(
    "now, left",
    [
        ("2026-09-28T12:00", 5),
        ("2026-10-09T23:59", 1),
        ("2026-10-10T00:00", 0),
        ("2026-10-10T23:59", 0),
        ("2026-10-11T00:00", 0),  # over, but no working day was overrun yet
        ("2026-10-12T00:00", -1),
        ("2026-10-14T09:00", -3),
    ],
)
def test_days_left_are_whole_working_days_after_today(now, left):
    due = CALENDAR.deadline(here("2026-09-28T12:00"), 5)
    assert CALENDAR.days_left(here(now), due) == left


def test_the_due_day_of_a_deadline_is_the_day_it_ends():
    assert due_day(here("2026-10-11T00:00")) == date(2026, 10, 10)
    assert due_day(here("2026-10-11T00:01")) == date(2026, 10, 11)


def test_the_local_day_is_shanghais():
    assert local_day(datetime(2026, 9, 28, 15, 59, tzinfo=UTC)) == date(2026, 9, 28)
    assert local_day(datetime(2026, 9, 28, 16, tzinfo=UTC)) == date(2026, 9, 29)


def test_a_naive_instant_is_refused():
    naive = datetime(2026, 9, 28, 12)
    for ask in (lambda: CALENDAR.deadline(naive, 1), lambda: due_day(naive), lambda: local_day(naive)):
        with pytest.raises(ValueError, match="give an aware instant"):
            ask()


@pytest.mark.parametrize("year", [1, 1900, 2003, 2057, 2999, 9999])
def test_a_day_out_of_reach_is_refused_with_what_to_do(year):
    day, inside = date(year, 6, 15), date(2026, 1, 1)
    for ask in (
        lambda: CALENDAR.add(day, 0),
        lambda: CALENDAR.add(day, 1),
        lambda: CALENDAR.add(day, -1),
        lambda: CALENDAR.between(day, inside),
        lambda: CALENDAR.between(inside, day),
        lambda: CALENDAR.describe(day),
        lambda: CALENDAR.is_working(day),
    ):
        with pytest.raises(ValueError, match="use a day inside it, or import the missing years"):
            ask()


@pytest.mark.parametrize("day, n", [("2056-12-29", 1), ("2026-01-01", 10_000), ("2026-01-01", 10**30)])
def test_more_days_than_the_calendar_has_are_refused(day, n):
    for sign, start in ((1, date.fromisoformat(day)), (-1, date(2004, 1, 2))):
        with pytest.raises(ValueError, match="use fewer days, or import the missing years"):
            CALENDAR.add(start, sign * n)


def test_the_reach_is_thirty_years_past_the_last_notice():
    assert (CALENDAR.first_day, CALENDAR.last_day) == (date(2004, 1, 1), date(2056, 12, 31))
    assert CALENDAR.add(date(2056, 12, 28), 1) == date(2056, 12, 29)
    assert CALENDAR.add(date(2004, 1, 2), -0) == CALENDAR.add(date(2004, 1, 5), -1) == date(2004, 1, 2)


def test_a_calendar_refuses_what_would_make_it_say_two_things():
    row = Exceptional(date(2026, 1, 1), False, "元旦", "source")
    with pytest.raises(ValueError, match="2026-01-01 stands in the calendar twice"):
        Calendar([row, row], 2026, 2026)
    with pytest.raises(ValueError, match="2026-01-01 lies outside"):
        Calendar([row], 2027, 2027)
    for first, last in ((2027, 2026), (0, 2026), (2026, 9999)):
        with pytest.raises(ValueError, match="give the earlier first"):
            Calendar([], first, last)


GOOD = {"day": "2026-10-01", "working": "0", "name": "国庆节", "source": "notice"}


@pytest.mark.parametrize(
    "change, complaint",
    [
        ({"day": ""}, "row 2: fill in the column day"),
        ({"source": " "}, "row 2: fill in the column source"),
        ({"name": None}, "row 2: fill in the column name"),
        ({"day": "1.10.2026"}, "row 2: write the day like 2026-10-01"),
        ({"day": "2026-02-30"}, "row 2: write the day like 2026-10-01"),
        ({"working": "yes"}, "row 2: write 1 for a working day or 0"),
        ({}, "2026-10-01 stands in the calendar twice"),
    ],
)
def test_a_bad_row_is_named(change, complaint):
    with pytest.raises(ValueError, match=complaint):
        load_calendar([GOOD, GOOD | change])


def test_a_calendar_is_loaded_with_its_revision_and_its_years():
    calendar = load_calendar([GOOD, GOOD | {"day": "2025-10-01"}], revision=7)
    assert (calendar.revision, calendar.first_year, calendar.last_year) == (7, 2025, 2026)
    with pytest.raises(ValueError, match="no rows"):
        load_calendar([])


# The independent model: walk from day to day and ask a plain set.
OFF = {date.fromisoformat(row["day"]) for row in ROWS if row["working"] == "0"}
WORKED = {date.fromisoformat(row["day"]) for row in ROWS if row["working"] == "1"}


def works(day):
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def walk(day, n):
    step = ONE_DAY if n > 0 else -ONE_DAY
    while n:
        day += step
        n -= works(day) * (1 if n > 0 else -1)
    return day


DAYS = st.dates(date(2006, 1, 1), date(2030, 12, 31))


def check_adding(day, n):
    end = CALENDAR.add(day, n)
    assert end == walk(day, n)
    assert CALENDAR.between(day, end) == n if n >= 0 or works(day) else True
    assert CALENDAR.is_working(day) == works(day)


def check_between(a, b):
    low, high = min(a, b), max(a, b)
    count = sum(works(low + timedelta(days=i)) for i in range(1, (high - low).days + 1))
    assert CALENDAR.between(a, b) == (count if a <= b else -count)


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(-60, 60))
def test_adding_agrees_with_walking_from_day_to_day(day, n):
    check_adding(day, n)


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(-200, 200))
def test_between_agrees_with_counting_day_by_day(a, span):
    check_between(a, a + timedelta(days=span))


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(DAYS, st.integers(-200, 400), st.integers(-400, 400))
def test_adding_and_counting_agree_with_the_walk_at_length(day, n, span):
    check_adding(day, n)
    check_between(day, day + timedelta(days=span))


def shut(*days: date) -> Calendar:
    """The calendar with days on which nobody can act."""
    blackouts = {day: Exceptional(day, False, "示例割接", "示例通知") for day in days}
    return Calendar([], 2026, 2026, blackouts=blackouts)


@pytest.mark.parametrize("shut_days, ends", [((), 2), ((2,), 5), ((2, 5), 6), ((1,), 2), ((3,), 2)])
def test_nothing_ends_on_a_day_on_which_nobody_can_act_and_the_day_still_counts(shut_days, ends):
    calendar = shut(*(date(2026, 1, day) for day in shut_days))
    start = date(2026, 1, 1)  # a Thursday; the 2nd is a Friday
    assert due_day(calendar.deadline_from(start, 1)) == date(2026, 1, ends)
    assert calendar.add(start, 1) == date(2026, 1, 2)


# --- The edges: the first and the last day, and the words of every refusal --------------------------------------------

FIRST, LAST = date(2026, 1, 1), date(2056, 12, 31)
PLAIN = Calendar([], 2026, 2026)
REACH = "2026-01-01 to 2056-12-31"


def test_the_first_and_the_last_day_of_the_calendar_are_in_it():
    assert (PLAIN.first_day, PLAIN.last_day) == (FIRST, LAST)
    assert (PLAIN.is_working(FIRST), PLAIN.is_working(LAST)) == (True, False)  # a Thursday and a Sunday
    assert PLAIN.add(FIRST, 1) == date(2026, 1, 2)
    assert PLAIN.add(LAST, -1) == date(2056, 12, 29)
    assert PLAIN.add(LAST, 0) == LAST
    on_the_last = Calendar([Exceptional(LAST, True, "示例", "示例通知")], 2026, 2026)
    assert on_the_last.is_working(LAST) and on_the_last.add(date(2056, 12, 29), 1) == LAST


@pytest.mark.parametrize("day", [FIRST - ONE_DAY, LAST + ONE_DAY])
def test_a_day_beside_them_is_refused_by_name(day):
    refused = f"^{day} lies outside the calendar, {REACH}: use a day inside it, or import the missing years$"
    for ask in (PLAIN.is_working, PLAIN.describe, lambda day: PLAIN.add(day, 0), lambda day: PLAIN.add(day, 1)):
        with pytest.raises(ValueError, match=refused):
            ask(day)


def test_days_that_lead_out_of_the_calendar_are_refused_by_number():
    refused = (
        f"^{{}} working days from {{}} lie outside the calendar, {REACH}: use fewer days, or import the missing years$"
    )
    with pytest.raises(ValueError, match=refused.format(1, LAST)):
        PLAIN.add(LAST, 1)
    with pytest.raises(ValueError, match=refused.format(-1, FIRST)):
        PLAIN.add(FIRST, -1)


def test_every_year_that_python_knows_may_be_published():
    assert Calendar([], 1, 1).first_day == date.min
    assert Calendar([], 9969, 9969).last_day == date.max
    for first, last in ((0, 2026), (9970, 9970), (2027, 2026)):
        with pytest.raises(
            ValueError, match=f"^the published years {first} to {last} are no range: give the earlier first$"
        ):
            Calendar([], first, last)


def test_a_calendar_knows_its_revision():
    assert (PLAIN.revision, load_calendar(ROWS[:1]).revision, load_calendar(ROWS[:1], 7).revision) == (0, 0, 7)


def test_a_deadline_is_an_instant_in_utc_and_its_day_ends_with_it():
    due = PLAIN.deadline(here("2026-01-05T08:00"), 1)
    assert (due, due.tzinfo) == (datetime(2026, 1, 6, 16, tzinfo=UTC), UTC)
    assert due_day(due) == date(2026, 1, 6)
    assert due_day(due + timedelta(microseconds=1)) == date(2026, 1, 7)


def test_a_calendar_without_rows_says_what_to_do():
    with pytest.raises(ValueError, match=r"^the calendar has no rows: import at least one year's notice$"):
        load_calendar([])
