"""What many ratings come to: a shrunken, decaying mean with its interval (docs/protocols/rating.md).

Whole numbers only, so that the product, a rebuild and a stranger's program agree to the last digit. A rating's points
are hundredths of a point, 100 to 500; a figure is in millionths of a point. Months are counted from year 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isqrt

FORMAT, VERSION = "intermediary-supermarket-ratings", 1
LOWEST, HIGHEST = 100, 500  # hundredths of a point: 1 and 5
FINE = 10_000  # millionths of a point in a hundredth
POINT = 100 * FINE  # millionths in a point
GRID = 10  # the mean of the market is told in tenths of a point


@dataclass(frozen=True)
class Law:
    """The constants of the formula. `strength`: how many fresh ratings the market's mean weighs; `spread`: its standard
    deviation in hundredths of a point; `width`: the interval's half, in thousandths of a standard error; a rating
    weighs half after `half_life` months and nothing after `halvings` of them; fewer than `least` make no score."""

    strength: int
    spread: int
    width: int
    half_life: int
    halvings: int
    least: int

    @property
    def fresh(self) -> int:
        """The weight of a rating of the present month."""
        return self.weight(0)

    @property
    def reach(self) -> int:
        """How many months back a rating counts."""
        return self.half_life * self.halvings

    def weight(self, age: int) -> int:
        """The weight of a rating so many months old: halved every half-life, evenly falling in between. What lies
        ahead of the month of the figures weighs as what is fresh."""
        age = max(age, 0)
        if age >= self.reach:
            return 0
        return (2 * self.half_life - age % self.half_life) << (self.halvings - 1 - age // self.half_life)


@dataclass(frozen=True)
class Sums:
    """The ratings of one month: how many, and the sums of their points and of the squares of these."""

    count: int = 0
    total: int = 0
    squares: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.count + other.count, self.total + other.total, self.squares + other.squares)


@dataclass(frozen=True)
class Figure:
    """How many ratings count, and in millionths of a point the score with both ends of its interval; no score where
    there are too few to tell."""

    count: int
    score: int | None = None
    lower: int | None = None
    upper: int | None = None


def month_of(day: date) -> int:
    return 12 * day.year + day.month - 1


def month_named(month: int) -> str:
    """2026-11."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def points_of(marks: Sequence[int], weights: Sequence[int]) -> int:
    """The points of a rating in hundredths: marks from 1 to 5 on axes whose weights total 100."""
    return sum(mark * weight for mark, weight in zip(marks, weights, strict=True))


def market_mean(months: Mapping[int, Sums], now: int, law: Law) -> int:
    """The mean that every score is drawn to, in hundredths of a point: of all ratings that count, decayed, to the
    nearest tenth of a point (half up); the middle of the scale where there is none."""
    weight, first, _ = _weighed(months, now, law)
    if not weight:
        return (LOWEST + HIGHEST) // 2
    return (2 * first + GRID * weight) // (2 * GRID * weight) * GRID


def figure(months: Mapping[int, Sums], now: int, mean: int, law: Law) -> Figure:
    """What the ratings of some months come to in the month `now`: (k·m + Σw·x) / (k + Σw), and around it z standard
    errors of the weighted variance, that of the market's mean included."""
    count = sum(sums.count for month, sums in months.items() if law.weight(now - month))
    if count < law.least:
        return Figure(count)
    prior = law.strength * law.fresh
    weight, first, second = _weighed(months, now, law)
    weight, first, second = weight + prior, first + prior * mean, second + prior * (mean**2 + law.spread**2)
    score = (2 * FINE * first + weight) // (2 * weight)
    scatter = second * weight - first**2  # the variance times the weight squared
    half = isqrt(law.width**2 * scatter * law.fresh * (FINE // 1000) ** 2 // weight**3)
    return Figure(count, score, max(score - half, LOWEST * FINE), min(score + half, HIGHEST * FINE))


def ranked(lowers: Iterable[int]) -> dict[int, int]:
    """The rank of each lower end, the highest first; equals share one."""
    ranks: dict[int, int] = {}
    for place, lower in enumerate(sorted(lowers, reverse=True), 1):
        ranks.setdefault(lower, place)
    return ranks


def three_parties(parts: Mapping[str, int | None], weights: Mapping[str, int]) -> int | None:
    """The score of a job by all parties, in millionths of a point (half up), from the points each gave in hundredths;
    None while one is missing: its weight is never given to the others."""
    if any(parts[party] is None for party in weights):
        return None
    total, whole = sum(weights[party] * (parts[party] or 0) for party in weights), sum(weights.values())
    return (2 * FINE * total + whole) // (2 * whole)


def _weighed(months: Mapping[int, Sums], now: int, law: Law) -> tuple[int, int, int]:
    weight = first = second = 0
    for month, sums in months.items():
        each = law.weight(now - month)
        weight, first, second = weight + each * sums.count, first + each * sums.total, second + each * sums.squares
    return weight, first, second
