"""What other numbers of the law would have made of periods on record: who would have been late, and who no longer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from fractions import Fraction

from app.kernel.scores import ranked
from app.kernel.workdays import HERE, Calendar, due_day

NOON = time(12)


class Fate(StrEnum):
    """What becomes of something on record under another number. SOONER and LONGER are for what nobody acted on: the
    clock would have gone on earlier, or would have waited, and nobody can say what for."""

    AS_BEFORE = "as before"
    LATE = "late"
    IN_TIME = "in time"
    SOONER = "sooner"
    LONGER = "longer"
    FAILS = "fails"
    HOLDS = "holds"
    OTHER = "other"
    LIKELIER = "likelier"
    LESS_LIKELY = "less likely"


@dataclass(frozen=True)
class Wait:
    """A period on record: aware instants; `due` is exclusive, `until` is when somebody acted (None: it still runs).
    `lapsed`: nobody had acted when it ended, and the clock went on."""

    since: datetime
    due: datetime
    until: datetime | None
    lapsed: bool = False


def moved(calendar: Calendar, due: datetime, was: int, becomes: int) -> datetime:
    """Where a deadline lies when it follows from `becomes` working days instead of `was`; unmoved when they agree."""
    if was == becomes:
        return due
    return calendar.deadline(datetime.combine(due_day(due), NOON, HERE), becomes - was)


def fate(wait: Wait, tried: datetime, now: datetime) -> Fate:
    """What becomes of a period that ends at `tried` instead. One that still runs is judged as things stand at now."""
    if tried == wait.due:
        return Fate.AS_BEFORE
    if wait.lapsed:
        return Fate.SOONER if tried < wait.due else Fate.LONGER
    acted = wait.until or now
    was, would = acted >= wait.due, acted >= tried
    if was == would:
        return Fate.AS_BEFORE
    return Fate.LATE if would else Fate.IN_TIME


def kept(paused: int, cap: int, tried: int) -> int | None:
    """The days of pauses that count under another cap, of those that stood under the present one; None where they
    reached it and might have gone on."""
    if paused >= cap and tried > cap:
        return None
    return min(paused, tried)


def enough(number: int, least: int, tried: int) -> Fate:
    """What becomes of a selection among so many entries when at least `tried` are needed instead of `least`."""
    was, would = number >= least, number >= tried
    if was == would:
        return Fate.AS_BEFORE
    return Fate.HOLDS if would else Fate.FAILS


def chance(was: tuple[int, int], would: tuple[int, int]) -> Fate:
    """What becomes of a result that so many of equally likely draws lead to, (these, all), when others are drawn from
    instead. It was drawn: `was` is no chance of nothing."""
    before, after = Fraction(*was), Fraction(*would)
    if before == after:
        return Fate.AS_BEFORE
    if not after:
        return Fate.OTHER
    return Fate.LIKELIER if after > before else Fate.LESS_LIKELY


@dataclass(frozen=True)
class Placing:
    """The place of a unit in a ranking by the present numbers and by others, each with the lower end of its score in
    millionths of a point; None where too few ratings count."""

    unit_id: int
    place: int | None
    tried: int | None
    lower: int | None
    lower_tried: int | None


def placings(present: Mapping[int, int | None], other: Mapping[int, int | None]) -> list[Placing]:
    """The units of two rankings, given by their lower ends, the best of the present one first. Both have the same
    units."""
    here, there = _places(present), _places(other)
    found = [Placing(unit, here.get(unit), there.get(unit), present[unit], other[unit]) for unit in present]
    return sorted(found, key=lambda one: (one.place or len(found) + 1, one.tried or len(found) + 1, one.unit_id))


def _places(lowers: Mapping[int, int | None]) -> dict[int, int]:
    known = {unit: lower for unit, lower in lowers.items() if lower is not None}
    places = ranked(known.values())
    return {unit: places[lower] for unit, lower in known.items()}
