"""Other constants of the scores and of credit tried on what stands now: whose place, score or grade would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.credit.models import marks_of, scale_on
from app.kernel.credit import Scale, account
from app.kernel.rehearsing import Placing, placings
from app.kernel.scores import POINT, Law, Sums, figure, market_mean, three_parties
from app.kernel.workdays import local_day
from app.ratings.operations import weights_on
from app.ratings.rules import Party
from app.scores.models import law_of, sums_by_month
from app.terms.models import archived, events_in_effect, month_of_agencies, scored_by_three, tallies_of_agencies
from app.terms.rules import CONSTANTS, PARTIES, SCALE

MOST_PLACES = 50


@dataclass(frozen=True)
class Ranking:
    """The constants tried, how many agencies are rated, how many places change, the first MOST_PLACES of these, and the
    names of the agencies by their ids."""

    codes: tuple[str, ...]
    looked_at: int
    changed: int
    placings: list[Placing]
    names: dict[int, str]


def rerank(tried: Mapping[str, int]) -> Ranking | None:
    """The ranking of the agencies over all their items under other constants beside the published one; None where none
    is tried. Nothing is written."""
    codes = tuple(code for code in CONSTANTS if code in tried)
    if not codes:
        return None
    month, names, months = month_of_agencies(), dict[int, str](), dict[int, list[Any]]()
    for row in tallies_of_agencies() if month is not None else ():
        names[row.unit_id] = row.name
        months.setdefault(row.unit_id, []).append(row)
    if month is None or not months:
        return Ranking(codes, 0, 0, [], {})
    sums = {unit: sums_by_month(rows) for unit, rows in months.items()}
    whole = sums_by_month(row for rows in months.values() for row in rows)
    law = law_of(month)
    other = replace(law, **{CONSTANTS[code]: tried[code] for code in codes})
    both = [_lowers(sums, whole, month, one) for one in (law, other)]
    changed = [one for one in placings(*both) if one.place != one.tried]
    return Ranking(codes, len(names), len(changed), changed[:MOST_PLACES], names)


def _lowers(
    sums: Mapping[int, Mapping[int, Sums]], whole: Mapping[int, Sums], month: int, law: Law
) -> dict[int, int | None]:
    """The lower end of each unit's score under some constants, the mean of the market included."""
    mean = market_mean(whole, month, law)
    return {unit: figure(months, month, mean, law).lower for unit, months in sums.items()}


@dataclass(frozen=True)
class Line:
    """What would stand otherwise, `about` a job's row or an agency: a score in points, or a standing, and the other."""

    about: Any
    present: Any
    tried: Any


@dataclass(frozen=True)
class Compared:
    """The numbers tried, how many things stand under them, how many of these would stand otherwise, some of these, and
    how many could not be compared because a part is missing."""

    codes: tuple[str, ...]
    looked_at: int
    changed: int
    lines: list[Line]
    missing: int = 0


def reweigh(now: datetime, tried: Sequence[int], sector: str | None) -> Compared | None:
    """The three-party scores of the last twelve months by other weights beside those of their day, in the order of the
    parties, the last MOST_PLACES that would be another; with a sector, of its jobs alone; None where none are tried.
    Nothing is written."""
    if not tried:
        return None
    other = dict(zip(map(str, Party), tried, strict=True))
    rows = scored_by_three(now, sector)
    both = [Line(row, *(_whole(row, one) for one in (weights_on(local_day(row.state_since)), other))) for row in rows]
    changed = [one for one in both if one.present != one.tried]
    return Compared((PARTIES,), len(both), len(changed), changed[:MOST_PLACES], archived(now, sector) - len(both))


def _whole(row: Any, weights: Mapping[str, int]) -> float:
    parts = {Party.OWNER: row.owner, Party.REGULATOR: 100 * row.regulator, Party.CENTRE: 100 * row.centre}
    return (three_parties({str(party): points for party, points in parts.items()}, weights) or 0) / POINT


def regrade(day: date, tried: Mapping[str, int]) -> Compared | None:
    """The grades and bars of a day, had other numbers of credit held all along, the first MOST_PLACES agencies that
    would stand otherwise; None where none is tried. Nothing is written."""
    codes = tuple(code for code in SCALE if code in tried)
    if not codes:
        return None

    def other(since: date) -> Scale:
        return replace(scale_on(since), **{SCALE[code]: tried[code] for code in codes})

    known = {agency: marks_of(events) for agency, events in events_in_effect(day).items()}
    both = [
        Line(agency, account(marks, day, scale_on).overall, account(marks, day, other).overall)
        for agency, marks in known.items()
    ]
    changed = [one for one in both if (one.present.grade, one.present.until) != (one.tried.grade, one.tried.until)]
    return Compared(codes, len(both), len(changed), changed[:MOST_PLACES])
