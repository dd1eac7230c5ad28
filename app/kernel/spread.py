"""How numbers are spread: how many, the middle one and the quartiles, exact."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Spread:
    """How many numbers there are, and below which a quarter, half and three quarters of them lie. Between two of them
    the quartile lies on the straight line from one to the other, at (count − 1) · ¼, ½ or ¾ places from the least."""

    count: int
    low: Fraction
    middle: Fraction
    high: Fraction


def spread(numbers: Iterable[int]) -> Spread | None:
    """The spread of whole numbers; None of none."""
    ordered = sorted(numbers)
    return Spread(len(ordered), *(_at(ordered, quarter) for quarter in (1, 2, 3))) if ordered else None


def _at(ordered: list[int], quarters: int) -> Fraction:
    whole, rest = divmod((len(ordered) - 1) * quarters, 4)
    below, above = ordered[whole], ordered[min(whole + 1, len(ordered) - 1)]
    return Fraction(below) + Fraction((above - below) * rest, 4)
