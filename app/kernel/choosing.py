"""The arithmetic of choosing: which quote wins, which are dropped, and what only a draw can decide.

Quotes are integer hundredths of their unit (cents in the product) and are named by their index in the sequence given.
Every method is written as a *merit* per entry, a tuple of integers where smaller is better; equal merits are settled by
a draw. The rules are those real intermediary supermarkets publish for random draw, lowest price and average price.
Their numbers (`minimum`: the fewest entries the funds require, `percentage`, `drop_from`) are given by whoever calls.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.kernel.words import N_

Pick = Callable[[str, Sequence[int]], int]
Points = Sequence[tuple[int, ...]]

NO_ENTRY = N_("There was no eligible entry.")
TOO_FEW = N_("There were fewer eligible entries than the funds require.")
# One highest and one lowest may be dropped only where somebody stays.
LEAST_DROP_FROM = 3
# A discount of one hundred percent, in hundredths of a percent.
WHOLE = 10_000


@dataclass(frozen=True)
class Outcome:
    """What the quotes alone decide, before any draw.

    `highest` and `lowest` hold the equal quotes at each end of which exactly one is dropped; both are empty where
    nobody is dropped. `reference` is in hundredths. When `failed` is set nothing else is.
    """

    merits: tuple[tuple[int, ...], ...] = ()
    highest: tuple[int, ...] = ()
    lowest: tuple[int, ...] = ()
    reference: int | None = None
    failed: str | None = None

    @property
    def dropped(self) -> tuple[int, ...]:
        """The entries dropped whatever the draw says, ascending."""
        return tuple(sorted(end[0] for end in (self.highest, self.lowest) if len(end) == 1))

    @property
    def candidates(self) -> tuple[int, ...]:
        """The entries that may still win, ascending: one when the quotes decide, more where a draw must.

        Which of several equal extremes is dropped is drawn as well, so each of the equals may win if one of them may.
        """
        dropped = self.dropped
        staying = [index for index in range(len(self.merits)) if index not in dropped]
        best = min((self.merits[index] for index in staying), default=())
        return tuple(index for index in staying if self.merits[index] == best)


@dataclass(frozen=True)
class Settled:
    """The end of a selection: `ranking` is the winner and then the next in line; dropped entries are never in it."""

    ranking: tuple[int, ...] = ()
    dropped_high: int | None = None
    dropped_low: int | None = None

    @property
    def winner(self) -> int | None:
        return self.ranking[0] if self.ranking else None


def failure(entries: int, *, minimum: int) -> str | None:
    """Why so few entries make the selection fail (a msgid), or None."""
    if entries and entries >= minimum:
        return None
    return TOO_FEW if entries else NO_ENTRY


def random_draw(entries: int, *, minimum: int) -> Outcome:
    """Every entry is as good as any other."""
    failed = failure(entries, minimum=minimum)
    return Outcome(failed=failed) if failed else Outcome(merits=((),) * entries)


def lowest_price(quotes: Sequence[int], *, minimum: int) -> Outcome:
    """The lowest quote wins; equal quotes are drawn."""
    if failed := failure(len(quotes), minimum=minimum):
        return Outcome(failed=failed)
    return Outcome(merits=tuple((quote,) for quote in quotes))


def average_price(quotes: Sequence[int], *, percentage: int, drop_from: int, minimum: int) -> Outcome:
    """The quote nearest to a percentage of the mean wins; equally near, the lower; equal quotes are drawn.

    From `drop_from` quotes on, one highest and one lowest are dropped first and take no part in the choice.
    """
    if drop_from < LEAST_DROP_FROM:
        raise ValueError(f"quotes may be dropped from {LEAST_DROP_FROM} on, not from {drop_from}: nobody would stay")
    if failed := failure(len(quotes), minimum=minimum):
        return Outcome(failed=failed)
    trimmed = len(quotes) >= drop_from
    rest = sorted(quotes)[1:-1] if trimmed else quotes
    reference = percentage_of_mean(rest, percentage)
    return Outcome(
        merits=tuple((abs(quote - reference), quote) for quote in quotes),
        highest=_places_of(max(quotes), quotes) if trimmed else (),
        lowest=_places_of(min(quotes), quotes) if trimmed else (),
        reference=reference,
    )


@dataclass(frozen=True)
class Weights:
    """What a scored method counts, in points of 100: each criterion of a panel, the price, the days."""

    criteria: tuple[int, ...] = ()
    price: int = 0
    days: int = 0


def points(weights: Weights, scores: Sequence[Sequence[int]], quotes: Sequence[int], days: Sequence[int]) -> Points:
    """For each entry its hundredths of a point, one part for each weight: weight × score (0 to 100) for a criterion,
    weight × lowest ÷ own quote for the price, weight × fewest ÷ own days for the days, each rounded half up once."""
    price = [_share(weights.price, min(quotes), quote) for quote in quotes] if weights.price else []
    time = [_share(weights.days, min(days), own) for own in days] if weights.days else []
    found = []
    for at, given in enumerate(scores):
        panel = [weight * score for weight, score in zip(weights.criteria, given, strict=True)]
        found.append((*panel, *price[at : at + 1], *time[at : at + 1]))
    return found


def scored(points: Points, quotes: Sequence[int], *, minimum: int) -> Outcome:
    """The most points win; equal ones, the lower quote, then a draw. `quotes` are all 0 where none is asked for."""
    if failed := failure(len(points), minimum=minimum):
        return Outcome(failed=failed)
    return Outcome(merits=tuple((-sum(parts), quote) for parts, quote in zip(points, quotes, strict=True)))


def less_discount(reference_fee: int, discount: int) -> int:
    """The quote that a discount (下浮率, in hundredths of a percent) leaves of a reference fee, half up to the cent."""
    return _half_up(reference_fee * (WHOLE - discount), WHOLE)


def percentage_of_mean(quotes: Sequence[int], percentage: int) -> int:
    """Mean × percentage / 100 in the quotes' own hundredths, rounded half up once, exactly."""
    return _half_up(sum(quotes) * percentage, 100 * len(quotes))


def settle(outcome: Outcome, *, order: Sequence[int], pick: Pick) -> Settled:
    """Resolve everything with a draw: `order` lists every index once, `pick(label, choices)` draws one of the choices.

    It picks only where the quotes do not decide: of several highest under "drop-high", then of several lowest still
    there under "drop-low". Those left are ranked by merit, equals by their place in `order`.
    """
    if outcome.failed:
        return Settled()
    high = _one_of(outcome.highest, "drop-high", pick)
    low = _one_of([index for index in outcome.lowest if index != high], "drop-low", pick)
    staying = [index for index in order if index not in (high, low)]
    return Settled(tuple(sorted(staying, key=lambda index: outcome.merits[index])), high, low)


def _one_of(choices: Sequence[int], label: str, pick: Pick) -> int | None:
    if len(choices) > 1:
        return pick(label, choices)
    return choices[0] if choices else None


def _places_of(value: int, quotes: Sequence[int]) -> tuple[int, ...]:
    return tuple(index for index, quote in enumerate(quotes) if quote == value)


def _share(weight: int, least: int, own: int) -> int:
    return _half_up(100 * weight * least, own)


def _half_up(top: int, bottom: int) -> int:
    return (2 * top + bottom) // (2 * bottom)
