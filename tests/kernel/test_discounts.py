"""Discounts off a reference fee: what they leave, the edges of the average price with them, and what never matters.

That nobody's result improves when another withdraws, except by the rule, means here:
- lowest price and random draw: the others keep their order, so a place improves by one exactly when the one who left
  stood before it, and the winner changes only when the winner left;
- average price: an entry's merit is its distance from the reference and its quote, nothing else of anybody. So two who
  stay change places only when the mean of those who stay, or who is dropped, moved the reference; and while it does not
  move and the same are dropped, all who stay keep their order;
- after the selection nothing is computed again: who is next in line stands in the published ranking.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.kernel.choosing import WHOLE, average_price, less_discount, lowest_price, random_draw, settle
from app.kernel.draw import Entrant, Rule, Terms, commitment_of, make_transcript, verify_transcript
from app.kernel.transcript import AVERAGE, LOWEST

SECRET = bytes(range(32))
fees = some.one_of(some.integers(1, 2_000), some.integers(1, 10**12))
discount_lists = some.lists(
    some.one_of(some.sampled_from((0, 500, 501, 1_000)), some.integers(0, WHOLE - 1)), min_size=1, max_size=12
)
percentages = some.sampled_from((95, 96, 97, 98))
chances = some.randoms(use_true_random=False)

# fmt: off
LEFT = [
    (100_000, 0, 100_000), (100_000, 1_250, 87_500), (100_000, 9_999, 10), (1_000, 1_001, 900), (1_000, 1_002, 900),
    (999, 333, 966),        # 965.7333
    (1, 5_000, 1),          # half a cent is rounded up
    (3, 5_000, 2),
    (1, 5_001, 0),          # and less than half is not
    (4_000, 9_999, 0),
    (10**12, 1, 999_900_000_000),
]
# The published vectors as discounts off a fee of 1000, and the edges of the rule.
VECTORS = [
    (1_000, [200, 500, 800, 1_000, 1_300, 2_000],  96, 874, (4,),      (0, 5)),
    (1_000, [200, 500, 800, 1_000],                98, 919, (2,),      ()),
    (1_000, [200, 500, 800, 1_000, 1_300],         96, 887, (3,),      ()),      # five: nobody is dropped
    (1_000, [200, 500],                            96, 926, (1,),      ()),      # two
    (1_000, [200],                                 96, 941, (0,),      ()),      # one
    (1_000, [0, 1_000],                            100, 950, (1,),     ()),      # equally near: the lower
    (1_000, [1_001, 1_002, 0],                     95, 887, (0, 1),    ()),      # different discounts, equal cents
    (1_000, [200, 201, 1_000, 1_200, 1_300, 2_000], 96, 871, (4,),     (5,)),    # one of two highest: no matter
    (1_000, [1_000] * 6,                           95, 855, (0, 1, 2, 3, 4, 5), ()),
    (1,     [0, 5_000],                            50, 1,   (0, 1),    ()),      # all rounded to the same cent
]
# fmt: on


def quotes_of(fee: int, discounts: list[int]) -> list[int]:
    return [less_discount(fee, one) for one in discounts]


def average(quotes, percentage=96, minimum=1):
    return average_price(quotes, percentage=percentage, drop_from=6, minimum=minimum)


@pytest.mark.parametrize(("fee", "discount", "left"), LEFT)
def test_a_discount_leaves_the_fee_less_its_part_half_up_to_the_cent(fee, discount, left):
    assert less_discount(fee, discount) == left


@pytest.mark.parametrize(("fee", "discounts", "percentage", "reference", "candidates", "dropped"), VECTORS)
def test_the_average_price_of_discounts(fee, discounts, percentage, reference, candidates, dropped):
    outcome = average(quotes_of(fee, discounts), percentage)
    assert (outcome.reference, outcome.candidates, outcome.dropped) == (reference, candidates, dropped)


@pytest.mark.parametrize(("entries", "failed"), [(1, True), (2, True), (3, False)])
def test_state_money_needs_three_discounts_too(entries, failed):
    assert bool(average(quotes_of(1_000, [500] * entries), minimum=3).failed) == failed


@given(fees, some.integers(0, WHOLE - 1), some.integers(0, WHOLE - 1))
def test_a_larger_discount_never_leaves_more(fee, one, other):
    assert less_discount(fee, max(one, other)) <= less_discount(fee, min(one, other)) <= fee


@given(fees, discount_lists)
def test_for_the_lowest_price_the_largest_discount_may_always_win(fee, discounts):
    best = discounts.index(max(discounts))
    assert best in lowest_price(quotes_of(fee, discounts), minimum=1).candidates


# --- The order of entry ----------------------------------------------------------------------------------------------


@given(fees, discount_lists, percentages, chances)
def test_the_order_of_entry_never_changes_what_discounts_decide(fee, discounts, percentage, random):
    moved = list(range(len(discounts)))
    random.shuffle(moved)
    quotes, later = quotes_of(fee, discounts), quotes_of(fee, [discounts[place] for place in moved])
    for before, after in (
        (lowest_price(quotes, minimum=1), lowest_price(later, minimum=1)),
        (average(quotes, percentage), average(later, percentage)),
    ):
        assert before.reference == after.reference
        assert before.candidates == tuple(sorted(moved[place] for place in after.candidates))


@given(some.sampled_from((LOWEST, AVERAGE)), some.integers(10**4, 10**9), discount_lists, chances)
def test_the_order_of_entry_never_changes_a_byte_of_the_transcript(method, fee, discounts, random):
    lines = [entrant(place, fee, min(discount, 9_900)) for place, discount in enumerate(discounts)]
    moved = random.sample(lines, len(lines))
    made = make_transcript(terms(method, fee), secret=SECRET, entrants=lines)
    assert make_transcript(terms(method, fee), secret=SECRET, entrants=moved) == made
    assert verify_transcript(made) is None


def entrant(place: int, fee: int, discount: int) -> Entrant:
    made = Entrant(f"A{place:02}", f"示例公司{place}", bytes([place]) * 32, bytes([place + 100]) * 32)
    own = {"quote": less_discount(fee, discount), "discount": discount}
    return Entrant(**vars(made) | own).sealed_for("GG-2026-00001")


def terms(method: str, fee: int) -> Terms:
    rule = Rule("2025-01-01", 1, (95, 96, 97, 98), 6)
    return Terms(
        job="GG-2026-00001",
        title="示例",
        method=method,
        funds="social",
        closed_at=datetime(2026, 10, 10, 16, tzinfo=UTC),
        rule=rule,
        commitment=commitment_of(SECRET),
        reference_fee=fee,
    )


# --- Another withdraws -----------------------------------------------------------------------------------------------


def without(values, gone):
    return [value for place, value in enumerate(values) if place != gone]


def ranking(outcome, order):
    return list(settle(outcome, order=order, pick=lambda label, choices: choices[0]).ranking)


@given(fees, some.lists(some.integers(0, WHOLE - 1), min_size=2, max_size=12), chances)
def test_who_stays_keeps_the_order_when_another_leaves_a_lowest_price_or_a_draw(fee, discounts, random):
    quotes = quotes_of(fee, discounts)
    gone, order = random.randrange(len(quotes)), random.sample(range(len(quotes)), len(quotes))
    for before, after in (
        (lowest_price(quotes, minimum=1), lowest_price(without(quotes, gone), minimum=1)),
        (random_draw(len(quotes), minimum=1), random_draw(len(quotes) - 1, minimum=1)),
    ):
        stay = [place for place in range(len(quotes)) if place != gone]
        left = [stay.index(place) for place in order if place != gone]
        assert [stay[place] for place in ranking(after, left)] == [p for p in ranking(before, order) if p != gone]
        if before.candidates != (gone,):
            assert {stay[place] for place in after.candidates} == set(before.candidates) - {gone}


@given(some.integers(1, 60), some.lists(some.sampled_from(range(0, WHOLE, 500)), min_size=2, max_size=9), percentages)
def test_two_who_stay_change_places_at_an_average_price_only_when_the_reference_moves(fee, discounts, percentage):
    quotes = [max(quote, 1) for quote in quotes_of(fee, discounts)]
    before = average(quotes, percentage)
    for gone in range(len(quotes)):
        rest = without(quotes, gone)
        after = average(rest, percentage)
        assert after.merits == tuple((abs(quote - after.reference), quote) for quote in rest)
        if after.reference == before.reference:
            assert list(after.merits) == without(before.merits, gone)


@given(some.lists(some.integers(1, 6), min_size=7, max_size=9), percentages, chances)
def test_while_reference_and_drops_stay_all_who_stay_keep_their_order(quotes, percentage, random):
    order = random.sample(range(len(quotes)), len(quotes))
    before = average(quotes, percentage)
    settled = settle(before, order=order, pick=lambda label, choices: choices[0])
    ends = {settled.dropped_high, settled.dropped_low}
    for gone in settled.ranking:
        stay = [place for place in range(len(quotes)) if place != gone]
        after = average([quotes[place] for place in stay], percentage)
        left = [stay.index(place) for place in order if place != gone]
        then = settle(after, order=left, pick=lambda label, choices: choices[0])
        if after.reference == before.reference and {stay[then.dropped_high], stay[then.dropped_low]} == ends:
            assert [stay[place] for place in then.ranking] == [place for place in settled.ranking if place != gone]
