"""What other numbers would have made of periods on record: vectors worked by hand, and what must hold for all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.infra.shipped import rows
from app.kernel.rehearsing import Fate, Placing, Wait, chance, enough, fate, kept, moved, placings
from app.kernel.workdays import HERE, due_day, load_calendar, local_day

CALENDAR = load_calendar(rows("calendar.csv"))


def at(day: str, hour: int = 10) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), HERE) + timedelta(hours=hour)


def given_on(day: str, days: int) -> datetime:
    return CALENDAR.deadline(at(day), days)


# Given on | working days | tried | last day then. 1 to 7 October 2026 are holidays, 20 September and 10 October worked.
MOVES = [
    ("2026-09-14", 5, 5, "2026-09-20"),
    ("2026-09-14", 5, 3, "2026-09-17"),
    ("2026-09-14", 3, 5, "2026-09-20"),
    ("2026-09-29", 1, 2, "2026-10-08"),
    ("2026-09-29", 3, 4, "2026-10-10"),
    ("2026-10-10", 2, 1, "2026-10-12"),
    ("2026-09-12", 1, 365, None),
]


@pytest.mark.parametrize(("since", "was", "becomes", "last"), MOVES)
def test_a_deadline_lies_where_the_other_number_of_days_would_have_put_it(since, was, becomes, last):
    found = moved(CALENDAR, given_on(since, was), was, becomes)
    assert found == given_on(since, becomes)
    assert last is None or due_day(found).isoformat() == last


# Acted on | lapsed | tried instead of five days from Monday 14 September | what becomes of it.
FATES = [
    ("2026-09-16", False, 3, Fate.AS_BEFORE),
    ("2026-09-17", False, 3, Fate.AS_BEFORE),
    ("2026-09-18", False, 3, Fate.LATE),
    ("2026-09-20", False, 4, Fate.LATE),
    ("2026-09-21", False, 6, Fate.IN_TIME),
    ("2026-09-21", False, 3, Fate.AS_BEFORE),
    ("2026-09-24", False, 6, Fate.AS_BEFORE),
    ("2026-09-21", True, 5, Fate.AS_BEFORE),
    ("2026-09-21", True, 3, Fate.SOONER),
    ("2026-09-21", True, 6, Fate.LONGER),
    (None, False, 3, Fate.LATE),
    (None, False, 6, Fate.AS_BEFORE),
]


@pytest.mark.parametrize(("acted", "lapsed", "tried", "found"), FATES)
def test_who_would_have_been_late(acted, lapsed, tried, found):
    due, now = given_on("2026-09-14", 5), at("2026-09-18", 12)
    wait = Wait(at("2026-09-14"), due, at(acted) if acted else None, lapsed)
    assert fate(wait, moved(CALENDAR, due, 5, tried), now) == found


@pytest.mark.parametrize(
    ("paused", "cap", "tried", "left"),
    [(12, 30, 30, 12), (12, 30, 10, 10), (12, 30, 12, 12), (30, 30, 40, None), (30, 30, 29, 29), (0, 30, 1, 0)],
)
def test_how_many_days_of_pauses_would_have_counted(paused, cap, tried, left):
    assert kept(paused, cap, tried) == left


@pytest.mark.parametrize(
    ("entries", "least", "tried", "found"),
    [
        (3, 3, 4, Fate.FAILS), (2, 3, 2, Fate.HOLDS), (3, 3, 2, Fate.AS_BEFORE), (1, 3, 2, Fate.AS_BEFORE),
        (0, 1, 1, Fate.AS_BEFORE),
    ],
)  # fmt: skip
def test_which_choices_would_have_failed(entries, least, tried, found):
    assert enough(entries, least, tried) == found


INSTANTS = some.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=some.just(UTC))
DAYS = some.integers(1, 40)


@given(INSTANTS, DAYS, some.none() | some.integers(0, 60 * 24), some.booleans())
def test_the_present_number_changes_nothing(since, days, hours, lapsed):
    due = CALENDAR.deadline(since, days)
    wait = Wait(since, due, None if hours is None else since + timedelta(hours=hours), lapsed)
    assert fate(wait, moved(CALENDAR, due, days, days), since) == Fate.AS_BEFORE
    assert kept(days, days, days) == days
    assert enough(days, days, days) == Fate.AS_BEFORE


@given(INSTANTS, DAYS, DAYS, some.integers(0, 60 * 24))
def test_fewer_days_help_nobody_and_more_days_make_nobody_late(since, was, becomes, hours):
    due = CALENDAR.deadline(since, was)
    tried = moved(CALENDAR, due, was, becomes)
    assert tried == CALENDAR.deadline(since, becomes)
    found = fate(Wait(since, due, since + timedelta(hours=hours)), tried, since)
    assert found in ({Fate.AS_BEFORE, Fate.LATE} if becomes < was else {Fate.AS_BEFORE, Fate.IN_TIME})
    assert moved(CALENDAR, tried, becomes, was) == due
    assert local_day(since) < due_day(tried)


def test_whose_place_would_be_another():
    assert placings({1: 300, 2: 400, 3: None, 4: 300}, {1: 420, 2: 400, 3: 350, 4: None}) == [
        Placing(2, 1, 2, 400, 400),
        Placing(1, 2, 1, 300, 420),
        Placing(4, 2, None, 300, None),
        Placing(3, None, 3, None, 350),
    ]


@given(some.dictionaries(some.integers(1, 20), some.none() | some.integers(100, 130)))
def test_the_same_ranking_changes_no_place(lowers):
    found = placings(lowers, lowers)
    assert len(found) == len(lowers) and all(one.place == one.tried for one in found)
    assert [one.lower or 0 for one in found] == sorted((low or 0 for low in lowers.values()), reverse=True)


@pytest.mark.parametrize(
    ("was", "would", "found"),
    [
        ((1, 4), (1, 4), Fate.AS_BEFORE),
        ((2, 4), (1, 2), Fate.AS_BEFORE),
        ((1, 3), (1, 4), Fate.LESS_LIKELY),
        ((1, 4), (1, 3), Fate.LIKELIER),
        ((1, 4), (0, 1), Fate.OTHER),
        ((4, 4), (3, 3), Fate.AS_BEFORE),
    ],
)
def test_a_result_is_as_likely_as_the_draws_that_lead_to_it(was, would, found):
    assert chance(was, would) == found
