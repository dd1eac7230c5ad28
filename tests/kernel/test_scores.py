"""The arithmetic of the scores: known answers, the same by fractions, and what must hold of any ratings."""

from datetime import date
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import scores
from app.kernel.scores import Figure, Law, Sums, figure, market_mean
from tests.verify import verifiers

LAW = Law(strength=5, spread=100, width=1645, half_life=12, halvings=5, least=3)
NOW = scores.month_of(date(2026, 11, 1))
STRANGER = verifiers.loaded(verifiers.ROOT / "verify" / "rating.py")

RATINGS = st.lists(st.tuples(st.integers(0, 80), st.integers(100, 500)), max_size=40)


def summed(ratings):
    """Sums by month of (age, points)."""
    found = {}
    for age, points in ratings:
        found[NOW - age] = found.get(NOW - age, Sums()) + Sums(1, points, points**2)
    return found


@pytest.mark.parametrize(
    ("age", "weight"),
    [(0, 384), (1, 368), (6, 288), (12, 192), (18, 144), (24, 96), (48, 24), (59, 13), (60, 0), (600, 0), (-1, 384)],
)
def test_a_rating_weighs_half_every_twelve_months_and_nothing_after_five_halvings(age, weight):
    assert LAW.weight(age) == weight
    assert STRANGER.weigh(age, vars(LAW)) == weight


def test_the_weight_falls_with_every_month():
    weights = [LAW.weight(age) for age in range(61)]
    assert weights == sorted(set(weights), reverse=True)


@pytest.mark.parametrize(
    ("marks", "weights", "points"),
    [
        ((1, 1, 1, 1, 1), (20, 20, 20, 20, 20), 100),
        ((5, 5, 5, 5, 5), (35, 25, 15, 15, 10), 500),
        ((5, 4, 3, 2, 1), (35, 25, 15, 15, 10), 360),
        ((1, 5, 1, 1, 1), (0, 100, 0, 0, 0), 500),
    ],
)
def test_the_points_of_a_rating_are_its_marks_times_the_weights(marks, weights, points):
    assert scores.points_of(marks, weights) == points
    with pytest.raises(ValueError):
        scores.points_of(marks, weights[1:])


def test_too_few_ratings_make_no_score_and_no_bad_one():
    assert figure({}, NOW, 430, LAW) == Figure(0)
    assert figure(summed([(0, 100), (3, 100)]), NOW, 430, LAW) == Figure(2)
    assert figure(summed([(0, 100), (3, 100), (60, 100)]), NOW, 430, LAW) == Figure(2), "the third is too old"


def test_three_best_ratings_of_a_newcomer():
    found = figure(summed([(0, 500)] * 3), NOW, 430, LAW)
    assert found.score == 4_562_500  # (5 × 4.30 + 3 × 5.00) ÷ 8
    second = Fraction(5 * (430**2 + 100**2) + 3 * 500**2, 8)
    error = 1.645 * sqrt((second - Fraction(3650, 8) ** 2) / 8) * 10_000
    assert found.lower == pytest.approx(found.score - error, abs=1)
    assert (found.count, found.upper) == (3, 5_000_000), "no interval leaves the scale"


def test_more_of_the_same_ratings_lead_to_their_mean_and_narrow_the_interval():
    found = [figure(summed([(0, 480)] * many), NOW, 400, LAW) for many in (3, 10, 100, 1000)]
    widths = [one.upper - one.lower for one in found]
    assert widths == sorted(widths, reverse=True)
    assert [one.score for one in found] == sorted(one.score for one in found)
    assert 4_790_000 < found[-1].score < 4_800_000


def test_the_mean_of_the_market_is_told_in_tenths():
    assert market_mean({}, NOW, LAW) == 300
    assert market_mean(summed([(0, 425)]), NOW, LAW) == 430, "half up"
    assert market_mean(summed([(0, 424)]), NOW, LAW) == 420
    assert market_mean(summed([(0, 500), (12, 200)]), NOW, LAW) == 400, "the older weighs half"


@given(RATINGS, st.integers(10, 50).map(lambda tenth: 10 * tenth))
def test_a_strangers_program_and_the_sums_agree_to_the_last_digit(ratings, mean):
    found = figure(summed(ratings), NOW, mean, LAW)
    sums = (0, 0, 0, 0)
    for age, points in ratings:
        sums = STRANGER.add(sums, LAW.weight(age), points)
    assert STRANGER.figures(sums, mean, vars(LAW)) == (found.count, found.score, found.lower, found.upper)
    assert STRANGER.mean_of(sums) == market_mean(summed(ratings), NOW, LAW)


@given(RATINGS, st.integers(10, 50).map(lambda tenth: 10 * tenth))
def test_a_score_lies_in_its_interval_and_both_on_the_scale(ratings, mean):
    found = figure(summed(ratings), NOW, mean, LAW)
    if found.score is not None:
        assert 1_000_000 <= found.lower <= found.score <= found.upper <= 5_000_000
        fresh = [Fraction(LAW.weight(age), LAW.weight(0)) for age, _ in ratings]
        exact = (5 * mean + sum(w * x for w, (_, x) in zip(fresh, ratings, strict=True))) / (5 + sum(fresh))
        assert abs(found.score - exact * 10_000) <= Fraction(1, 2)


@given(RATINGS, st.integers(0, 40), st.integers(100, 499))
def test_a_better_rating_never_lowers_a_score(ratings, age, points):
    one, other = ([*ratings, (age, each)] for each in (points, points + 1))
    before, after = figure(summed(one), NOW, 400, LAW).score, figure(summed(other), NOW, 400, LAW).score
    assert (before is None) == (after is None)
    assert before is None or before <= after


def test_equals_share_a_rank():
    assert scores.ranked([5, 9, 5, 7]) == {9: 1, 7: 2, 5: 3}


def test_a_missing_part_is_missing_and_its_weight_is_nobody_elses():
    weights = {"owner": 5, "regulator": 3, "centre": 2}
    assert scores.three_parties({"owner": 460, "regulator": 400, "centre": 500}, weights) == 4_500_000
    assert scores.three_parties({"owner": 460, "regulator": None, "centre": 500}, weights) is None


def test_a_month_has_its_number_and_its_name():
    assert scores.month_named(scores.month_of(date(2026, 12, 31))) == "2026-12"
    assert scores.month_of(date(2027, 1, 1)) - scores.month_of(date(2026, 12, 31)) == 1
