"""The credit account: edges of the rolling window, thresholds, bars and repair; and what holds of any events."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.credit import (
    Bar,
    Grade,
    Mark,
    Scale,
    Standing,
    account,
    bars,
    behind,
    clean_from,
    months_after,
    total,
    weight,
)

SCALE = Scale(
    window=12, lowered=6, warned=10, suspended=15, suspended_months=3, long=20, long_months=6, removed_months=36,
    repair_share=50,
)  # fmt: skip
DAY = date(2026, 3, 31)
ONE = timedelta(days=1)


def on(day: date) -> Scale:
    return SCALE


def mark(id: int, points: int, since: date = DAY, item: str | None = "ZJ-011", **more: object) -> Mark:
    return Mark(id, item, points, since, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 31), 12, date(2027, 3, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 1), 36, date(2029, 1, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


def test_an_event_counts_from_its_day_for_twelve_months() -> None:
    one = mark(1, 6)
    days = [DAY - ONE, DAY, date(2027, 3, 30), date(2027, 3, 31)]
    assert [weight(one, day, SCALE) for day in days] == [0, 600, 600, 0]


@pytest.mark.parametrize(
    ("points", "grade", "until"),
    [
        ([5], Grade.NORMAL, None),
        ([6], Grade.LOWERED, None),
        ([8, 1], Grade.LOWERED, None),
        ([6, 4], Grade.WARNED, None),
        ([8, 6], Grade.WARNED, None),
        ([8, 6, 1], Grade.SUSPENDED, date(2026, 6, 29)),
        ([8, 8, 3], Grade.SUSPENDED, date(2026, 6, 29)),
        ([8, 8, 4], Grade.SUSPENDED, date(2026, 9, 29)),
    ],
)
def test_the_grade_follows_the_sum(points: list[int], grade: Grade, until: date | None) -> None:
    marks = [mark(number, each) for number, each in enumerate(points)]
    found = account(marks, DAY, on)
    assert found.items["ZJ-011"] == found.overall == Standing(100 * sum(points), grade, until)


def test_a_suspension_is_for_its_service_type_alone_and_a_warning_for_the_whole() -> None:
    apart = [mark(1, 8, item="ZJ-011"), mark(2, 8, item="ZJ-012")]
    assert bars(apart, on) == []
    assert account(apart, DAY, on).overall.grade == Grade.WARNED
    together = [mark(1, 8, item="ZJ-011"), mark(2, 8, item="ZJ-011"), mark(3, 2, item="ZJ-012")]
    found = account(together, DAY, on)
    assert (found.items["ZJ-011"].grade, found.items["ZJ-012"].grade) == (Grade.SUSPENDED, Grade.NORMAL)
    assert [bar.item for bar in bars(together, on)] == ["ZJ-011"]


def test_a_suspension_ends_after_its_months_though_the_points_go_on() -> None:
    marks = [mark(1, 8), mark(2, 8, DAY + ONE)]
    assert bars(marks, on) == [Bar("ZJ-011", date(2026, 4, 1), date(2026, 6, 30), 2)]
    grades = [account(marks, day, on).overall.grade for day in (DAY, DAY + ONE, date(2026, 6, 30), date(2026, 7, 1))]
    assert grades == [Grade.LOWERED, Grade.SUSPENDED, Grade.SUSPENDED, Grade.WARNED]


def test_a_fraud_removes_from_everything_for_three_years() -> None:
    found = account([mark(1, 20, item=None, fraud=True)], DAY, on)
    assert found.overall == Standing(2000, Grade.REMOVED, date(2029, 3, 30))
    after = account([mark(1, 20, item=None, fraud=True)], date(2028, 1, 1), on)
    assert after.overall == Standing(0, Grade.REMOVED, date(2029, 3, 30))
    with_item = account([mark(1, 20, fraud=True)], DAY, on)
    assert with_item.items["ZJ-011"].grade == Grade.REMOVED
    assert account([mark(1, 20, item=None, fraud=True)], date(2029, 3, 31), on).overall.grade == Grade.NORMAL


def test_what_a_bar_rests_on_is_all_that_counted_when_it_began() -> None:
    marks = [
        mark(1, 8),
        mark(2, 8, date(2027, 3, 1)),
        mark(3, 8, date(2027, 3, 1), "ZJ-012"),
        mark(4, 1, date(2025, 1, 1)),
    ]
    (bar,) = bars(marks, on)
    assert [one.id for one in behind(bar, marks, on)] == [1, 2]
    fraud = mark(5, 20, fraud=True)
    assert [one.id for one in behind(bars([fraud], on)[0], [*marks, fraud], on)] == [5]


def test_a_repaired_event_counts_half_from_its_day_on() -> None:
    marks = [mark(1, 3, repaired=date(2026, 10, 1)), mark(2, 4)]
    assert [total(marks, day, SCALE) for day in (date(2026, 9, 30), date(2026, 10, 1))] == [700, 550]
    assert account(marks, date(2026, 10, 1), on).overall.grade == Grade.NORMAL


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        mark(1, 0)
    with pytest.raises(ValueError, match="never repaired"):
        mark(1, 20, fraud=True, repaired=DAY)


def test_clean_months_count_from_the_last_event() -> None:
    assert clean_from([mark(1, 2), mark(2, 3, date(2026, 8, 31))], 6) == date(2027, 2, 28)


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@st.composite
def any_marks(draw: st.DrawFn) -> list[Mark]:
    found = []
    for number in range(draw(st.integers(0, 8))):
        since, fraud = draw(DAYS), draw(st.integers(0, 9)) == 0
        item = draw(st.sampled_from(["A", "B", None]))
        points = 20 if fraud else draw(st.integers(1, 8))
        later = None if fraud else draw(st.none() | DAYS)
        found.append(Mark(number, item, points, since, fraud, later))
    return found


def by_hand(marks: list[Mark], day: date, item: str | None) -> float:
    """The sum by another path: an event counts until the same day of the next year, compared by year, month and day."""
    result = 0.0
    for one in marks:
        began = (one.since.year, one.since.month, one.since.day)
        leap = one.since.month == 2 and one.since.day == 29
        ends = (one.since.year + 1, one.since.month, 28 if leap else one.since.day)
        if began <= (day.year, day.month, day.day) < ends and item in ("all", one.item):
            result += one.points / 2 if one.repaired and day >= one.repaired else one.points
    return result


@given(any_marks(), DAYS, st.randoms())
def test_the_sums_are_those_of_another_path_and_no_order_matters(marks: list[Mark], day: date, chance: object) -> None:
    found = account(marks, day, on)
    assert found.overall.sum == 100 * by_hand(marks, day, "all")
    for item, standing in found.items.items():
        assert standing.sum == 100 * by_hand(marks, day, item)
    mixed = list(marks)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert (account(mixed, day, on), bars(mixed, on)) == (found, bars(marks, on))


@given(any_marks(), DAYS)
def test_whoever_is_suspended_had_reached_the_threshold_on_the_day_it_began(marks: list[Mark], day: date) -> None:
    for bar in bars(marks, on):
        cause = next(one for one in marks if one.id == bar.because)
        assert cause.since == bar.first
        assert bar.item == cause.item if bar.item else cause.fraud
        if bar.item:
            reached = by_hand(marks, bar.first, bar.item)
            months = 6 if reached >= 20 else 3
            assert reached >= 15
            assert bar.last == months_after(bar.first, months) - ONE


@given(any_marks(), DAYS, st.integers(1, 8))
def test_one_more_event_never_makes_it_better(marks: list[Mark], day: date, points: int) -> None:
    ranks = list(Grade)
    before = account(marks, day, on).overall
    after = account([*marks, Mark(99, "A", points, day)], day, on).overall
    assert after.sum == before.sum + 100 * points
    assert ranks.index(after.grade) >= ranks.index(before.grade)


@given(any_marks(), DAYS, st.integers(1, 400))
def test_what_comes_later_changes_nothing_before(marks: list[Mark], day: date, later: int) -> None:
    more = [*marks, Mark(99, "A", 8, day + timedelta(days=later))]
    assert account(more, day, on) == account(marks, day, on)
