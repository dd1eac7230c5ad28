"""The middle and the quartiles of whole numbers, exact."""

from fractions import Fraction
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.spread import Spread, spread


@pytest.mark.parametrize(
    ("numbers", "low", "middle", "high"),
    [
        ([4], "4", "4", "4"),
        ([1, 2], "5/4", "3/2", "7/4"),
        ([3, 1, 2], "3/2", "2", "5/2"),
        ([5, 1, 9, 3], "5/2", "4", "6"),
    ],
)
def test_the_quartiles_lie_on_the_line_between_two_numbers(numbers, low, middle, high):
    assert spread(numbers) == Spread(len(numbers), Fraction(low), Fraction(middle), Fraction(high))


def test_nothing_has_no_spread():
    assert spread([]) is None


@given(st.lists(st.integers(0, 500), min_size=2, max_size=60))
def test_it_is_what_the_library_says(numbers):
    found = spread(numbers)
    assert found is not None
    assert [float(found.low), float(found.middle), float(found.high)] == quantiles(numbers, n=4, method="inclusive")
