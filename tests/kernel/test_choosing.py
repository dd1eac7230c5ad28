"""The published vectors, the edges of each rule, and an independent slow model with fractions."""

from fractions import Fraction
from functools import partial
from itertools import permutations, product
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.kernel.choosing import (
    NO_ENTRY,
    TOO_FEW,
    Outcome,
    Weights,
    average_price,
    less_discount,
    lowest_price,
    percentage_of_mean,
    points,
    random_draw,
    scored,
    settle,
)

few_values = some.lists(some.integers(1, 6), min_size=1, max_size=9)
any_values = some.lists(some.integers(1, 10**12), min_size=1, max_size=30)
quotes_of_all_kinds = some.one_of(few_values, any_values)
percentages = some.sampled_from((95, 96, 97, 98))


def first(label, choices):
    return choices[0]


def never(label, choices):
    raise AssertionError(f"nothing to draw for {label} among {choices}")


def in_turn(count):
    return range(count)


# --- An independent model: every possible drop is tried, with exact fractions --------------------------------------


def model_of_average(quotes, percentage):
    """The set of possible winners and the reference, by trying every highest and every lowest that may be dropped."""
    winners, references = set(), set()
    for dropped in possible_drops(quotes):
        rest = [index for index in range(len(quotes)) if index not in dropped]
        exact = Fraction(sum(quotes[index] for index in rest), len(rest)) * Fraction(percentage, 100)
        reference = floor(exact + Fraction(1, 2))
        references.add(reference)
        nearest = min(abs(quotes[index] - reference) for index in rest)
        near = [index for index in rest if abs(quotes[index] - reference) == nearest]
        low = min(quotes[index] for index in near)
        winners |= {index for index in near if quotes[index] == low}
    assert len(references) == 1
    return tuple(sorted(winners)), references.pop()


def possible_drops(quotes):
    if len(quotes) < 6:
        return [()]
    highs = [index for index, quote in enumerate(quotes) if quote == max(quotes)]
    lows = [index for index, quote in enumerate(quotes) if quote == min(quotes)]
    return [(high, low) for high, low in product(highs, lows) if high != low]


@given(quotes_of_all_kinds, percentages)
def test_average_price_agrees_with_the_slow_model(quotes, percentage):
    outcome = average_price(quotes, percentage=percentage, drop_from=6, minimum=1)
    assert (outcome.candidates, outcome.reference) == model_of_average(quotes, percentage)


@given(quotes_of_all_kinds)
def test_lowest_price_agrees_with_the_slow_model(quotes):
    low = sorted(quotes)[0]
    assert lowest_price(quotes, minimum=1).candidates == tuple(i for i, q in enumerate(quotes) if q == low)


# --- Vectors ---------------------------------------------------------------------------------------------------------


# fmt: off
VECTORS = [
    ([980, 950, 920, 900, 870, 800],      96, 874, (4,),        (0, 5)),   # published
    ([980, 950, 920, 900],                98, 919, (2,),        ()),       # published: 9.375 × 98% = 9.1875
    ([980, 950, 920, 900, 870],           96, 887, (3,),        ()),       # five: nobody is dropped
    ([980, 950],                          96, 926, (1,),        ()),       # two
    ([980],                               96, 941, (0,),        ()),       # one social quote wins
    ([980, 980, 900, 880, 870, 800],      96, 871, (4,),        (5,)),     # which of two highest is dropped: no matter
    ([1000, 1000, 900, 100, 100, 100],    98, 515, (2,),        ()),       # 525 × 98% = 514.5 -> 515
    ([1000, 1000, 1000, 1000, 1000, 100], 98, 980, (0, 1, 2, 3, 4), (5,)),
    ([500, 500, 500, 500, 500, 500],      95, 475, (0, 1, 2, 3, 4, 5), ()),
    ([100, 90],                           100, 95, (1,),        ()),       # equally near: the lower
    ([90, 100, 90],                       100, 93, (0, 2),      ()),       # equally near and equal: a draw
    ([1],                                 50,  1,  (0,),        ()),       # half a cent is rounded up
    ([3],                                 50,  2,  (0,),        ()),
]
# fmt: on


@pytest.mark.parametrize("quotes, percentage, reference, candidates, dropped", VECTORS)
def test_average_price_vectors(quotes, percentage, reference, candidates, dropped):
    outcome = average_price(quotes, percentage=percentage, drop_from=6, minimum=1)
    assert (outcome.reference, outcome.candidates, outcome.dropped) == (reference, candidates, dropped)
    assert outcome.failed is None


def test_a_dropped_quote_does_not_win_though_it_is_nearest():
    outcome = average_price([1000, 999, 998, 997, 996, 970], percentage=97, drop_from=6, minimum=3)
    assert outcome.reference == 968
    assert outcome.dropped == (0, 5)
    assert outcome.candidates == (4,)


def test_the_mean_is_rounded_once_and_exactly():
    """Rounding the mean first would give another cent, and so would binary fractions."""
    assert percentage_of_mean([100, 101, 101], 98) == 99  # 100.666… × 0.98 = 98.653…
    assert percentage_of_mean([105, 106], 100) == 106  # 105.5 up, not to even
    assert percentage_of_mean([115], 10) == 12  # 11.5
    assert percentage_of_mean([10**12, 10**12 - 1], 95) == 949999999999 + 1  # 949999999999.525


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_the_minimum_fail(count):
    reason = TOO_FEW if count else NO_ENTRY
    for outcome in (
        random_draw(count, minimum=3),
        lowest_price([100] * count, minimum=3),
        average_price([100] * count, percentage=96, drop_from=6, minimum=3),
    ):
        assert outcome.failed == reason
        assert (outcome.candidates, outcome.reference, outcome.dropped) == ((), None, ())
        settled = settle(outcome, order=in_turn(count), pick=never)
        assert (settled.winner, settled.ranking) == (None, ())


def test_nobody_is_too_few_whatever_the_minimum():
    assert random_draw(0, minimum=0).failed == NO_ENTRY
    assert random_draw(0, minimum=1).failed == NO_ENTRY
    assert lowest_price([], minimum=1).failed == NO_ENTRY
    assert average_price([], percentage=96, drop_from=6, minimum=1).failed == NO_ENTRY
    assert random_draw(1, minimum=1).candidates == (0,)
    assert lowest_price([5], minimum=1).candidates == (0,)


def test_as_many_as_the_minimum_are_enough():
    assert random_draw(3, minimum=3).candidates == (0, 1, 2)
    assert lowest_price([9, 8, 8], minimum=3).candidates == (1, 2)
    assert average_price([9, 8, 8], percentage=96, drop_from=6, minimum=3).failed is None


# --- Settling --------------------------------------------------------------------------------------------------------


def test_a_random_draw_is_its_order():
    assert settle(random_draw(4, minimum=3), order=[2, 0, 3, 1], pick=never).ranking == (2, 0, 3, 1)


def test_equal_prices_are_ranked_by_the_draw():
    settled = settle(lowest_price([7, 5, 7, 5], minimum=3), order=[2, 3, 0, 1], pick=never)
    assert settled.ranking == (3, 1, 2, 0)
    assert settled.winner == 3


def test_next_in_line_is_the_next_nearest_and_never_a_dropped_quote():
    outcome = average_price([980, 950, 920, 900, 870, 800], percentage=96, drop_from=6, minimum=3)
    settled = settle(outcome, order=in_turn(6), pick=never)
    assert settled.ranking == (4, 3, 2, 1)
    assert (settled.dropped_high, settled.dropped_low) == (0, 5)


def test_only_the_equals_at_an_end_are_drawn():
    outcome = average_price([980, 980, 900, 880, 870, 800], percentage=96, drop_from=6, minimum=3)
    asked = []

    def pick(label, choices):
        asked.append((label, tuple(choices)))
        return choices[-1]

    settled = settle(outcome, order=in_turn(6), pick=pick)
    assert asked == [("drop-high", (0, 1))]
    assert (settled.dropped_high, settled.dropped_low) == (1, 5)
    assert 1 not in settled.ranking and 0 in settled.ranking


def test_of_six_equal_quotes_two_different_ones_are_dropped():
    outcome = average_price([5] * 6, percentage=96, drop_from=6, minimum=3)
    settled = settle(outcome, order=[5, 4, 3, 2, 1, 0], pick=first)
    assert (settled.dropped_high, settled.dropped_low) == (0, 1)
    assert settled.ranking == (5, 4, 3, 2)


def test_each_candidate_and_nobody_else_can_win():
    for quotes in ([5, 5, 1, 3, 3, 1], [2, 2, 2, 2, 1, 1], [4, 4, 4, 4, 4, 4], [9, 9, 9, 1, 1, 1]):
        outcome = average_price(quotes, percentage=98, drop_from=6, minimum=3)
        winners = set()
        for order in permutations(range(6)):
            for high, low in product(range(6), repeat=2):
                places = {"drop-high": high, "drop-low": low}
                settled = settle(outcome, order=order, pick=partial(pick_at, places))
                winners.add(settled.winner)
        assert winners == set(outcome.candidates)


def pick_at(places, label, choices):
    return choices[places[label] % len(choices)]


# --- Properties ------------------------------------------------------------------------------------------------------


@given(quotes_of_all_kinds, percentages, some.randoms(use_true_random=False))
def test_the_order_of_entry_never_changes_the_result(quotes, percentage, random):
    moved = list(range(len(quotes)))
    random.shuffle(moved)
    for before, after in (
        (lowest_price(quotes, minimum=1), lowest_price([quotes[i] for i in moved], minimum=1)),
        (
            average_price(quotes, percentage=percentage, drop_from=6, minimum=1),
            average_price([quotes[i] for i in moved], percentage=percentage, drop_from=6, minimum=1),
        ),
    ):
        assert before.reference == after.reference
        assert before.candidates == tuple(sorted(moved[index] for index in after.candidates))
        assert before.dropped == tuple(sorted(moved[index] for index in after.dropped))


@given(quotes_of_all_kinds, percentages, some.randoms(use_true_random=False))
def test_everyone_is_ranked_or_dropped_once_and_a_candidate_wins(quotes, percentage, random):
    order = list(range(len(quotes)))
    random.shuffle(order)
    for outcome in (
        lowest_price(quotes, minimum=1),
        average_price(quotes, percentage=percentage, drop_from=6, minimum=1),
        random_draw(len(quotes), minimum=1),
    ):
        settled = settle(outcome, order=order, pick=lambda label, choices: random.choice(choices))
        out = [index for index in (settled.dropped_high, settled.dropped_low) if index is not None]
        assert sorted([*settled.ranking, *out]) == list(range(len(quotes)))
        assert settled.winner in outcome.candidates
        merits = [outcome.merits[index] for index in settled.ranking]
        assert merits == sorted(merits)


@given(some.lists(some.integers(1, 10**12), min_size=6, max_size=30), percentages)
def test_one_highest_and_one_lowest_are_dropped_from_six_on(quotes, percentage):
    outcome = average_price(quotes, percentage=percentage, drop_from=6, minimum=3)
    settled = settle(outcome, order=in_turn(len(quotes)), pick=first)
    assert quotes[settled.dropped_high] == max(quotes)
    assert quotes[settled.dropped_low] == min(quotes)
    assert len(settled.ranking) == len(quotes) - 2


@pytest.mark.parametrize(("drop_from", "dropped"), [(3, (0, 3)), (4, (0, 3)), (5, ())])
def test_quotes_are_dropped_from_the_number_that_is_given(drop_from, dropped):
    outcome = average_price([980, 950, 920, 900], percentage=98, drop_from=drop_from, minimum=1)
    assert outcome.dropped == dropped


def test_quotes_are_never_dropped_so_that_nobody_stays():
    with pytest.raises(ValueError, match="nobody would stay"):
        average_price([980, 950], percentage=98, drop_from=2, minimum=1)


@given(any_values, percentages)
def test_the_reference_is_within_half_a_cent(quotes, percentage):
    exact = Fraction(sum(quotes) * percentage, 100 * len(quotes))
    assert -Fraction(1, 2) < percentage_of_mean(quotes, percentage) - exact <= Fraction(1, 2)


# --- Points -----------------------------------------------------------------------------------------------------------


def test_points_are_hundredths_of_a_point_part_by_part_rounded_half_up():
    weights = Weights(criteria=(50, 10), price=30, days=10)
    found = points(weights, [(80, 90), (100, 0)], [300, 200], [4, 3])
    assert found == [(4000, 900, 2000, 750), (5000, 0, 3000, 1000)]
    assert points(Weights(price=60), [(), ()], [700, 400], []) == [(3429,), (6000,)]  # 60 × 4/7 = 34.2857…
    assert points(Weights(days=1), [(), ()], [], [1, 8]) == [(100,), (13,)]  # 12.5 hundredths, up
    assert points(Weights(criteria=(100,)), [(61,)], [0], [0]) == [(6100,)]


def test_as_many_scores_are_asked_for_as_there_are_criteria():
    with pytest.raises(ValueError):
        points(Weights(criteria=(50, 50)), [(80,)], [], [])
    with pytest.raises(ValueError):
        scored([(1,), (2,)], [1], minimum=1)


def test_the_most_points_win_then_the_lower_quote_and_then_the_draw():
    outcome = scored([(10, 20), (25, 5), (30, 0), (1, 1)], [7, 5, 5, 1], minimum=3)
    assert outcome.merits == ((-30, 7), (-30, 5), (-30, 5), (-2, 1))
    assert outcome.candidates == (1, 2)
    assert settle(outcome, order=[3, 0, 2, 1], pick=never).ranking == (2, 1, 0, 3)


def test_points_of_too_few_decide_nothing():
    assert scored([(1,), (2,)], [1, 1], minimum=3) == Outcome(failed=TOO_FEW)
    assert scored([], [], minimum=1) == Outcome(failed=NO_ENTRY)


@pytest.mark.parametrize(
    ("fee", "discount", "left"), [(1000, 0, 1000), (1000, 10_000, 0), (3, 5_000, 2), (999, 1, 999)]
)
def test_a_discount_leaves_the_rest_half_up(fee, discount, left):
    assert less_discount(fee, discount) == left
