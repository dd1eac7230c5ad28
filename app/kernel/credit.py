"""The credit account: from events with points to the sum, the grade and how long somebody is barred; nothing is stored.

Points are whole; sums are integers in hundredths of a point, so that a repaired share stays exact.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

HUNDRED = 100
DAY = timedelta(days=1)


class Grade(StrEnum):
    """How somebody stands, the best first."""

    NORMAL = "normal"
    LOWERED = "lowered"
    WARNED = "warned"
    SUSPENDED = "suspended"
    REMOVED = "removed"


@dataclass(frozen=True)
class Scale:
    """The numbers in force on a day: for how many months points count; from how many points which grade; for how many
    months a grade bars; the percentage of its points that an event loses when it is repaired."""

    window: int
    lowered: int
    warned: int
    suspended: int
    suspended_months: int
    long: int
    long_months: int
    removed_months: int
    repair_share: int


@dataclass(frozen=True)
class Mark:
    """One event in effect: its service type (None: no particular one), its points, the first day it counts, and the day
    from which it counts as repaired. ValueError for points below 1 and for a fraud that is repaired."""

    id: int
    item: str | None
    points: int
    since: date
    fraud: bool = False
    repaired: date | None = None

    def __post_init__(self) -> None:
        if self.points < 1:
            raise ValueError(f"event {self.id} has {self.points} points: an event has at least 1")
        if self.fraud and self.repaired:
            raise ValueError(f"event {self.id} is a fraud, and those are never repaired")


@dataclass(frozen=True)
class Bar:
    """From its first through its last day nobody enters for this service type (None: for any), because of an event."""

    item: str | None
    first: date
    last: date
    because: int


@dataclass(frozen=True)
class Standing:
    """A sum in hundredths of a point, the grade that follows, and the last day of the bar where one runs."""

    sum: int
    grade: Grade
    until: date | None = None


@dataclass(frozen=True)
class Account:
    """How somebody stands on a day: over all, and by service type where points count or a bar runs."""

    overall: Standing
    items: dict[str, Standing]


ScaleOn = Callable[[date], Scale]


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(mark: Mark, window: int) -> date:
    """The last day on which an event counts."""
    return months_after(mark.since, window) - DAY


def weight(mark: Mark, day: date, scale: Scale) -> int:
    """The hundredths of a point that an event counts for on a day."""
    if not mark.since <= day <= last_day(mark, scale.window):
        return 0
    repaired = mark.repaired is not None and mark.repaired <= day
    return mark.points * (HUNDRED - scale.repair_share if repaired else HUNDRED)


def total(marks: Iterable[Mark], day: date, scale: Scale) -> int:
    """The sum of events on a day, in hundredths of a point."""
    return sum(weight(mark, day, scale) for mark in marks)


def bars(marks: Iterable[Mark], scale_on: ScaleOn) -> list[Bar]:
    """Every bar that follows from events, the first to begin first. An event bars when, on the day it takes effect, the
    points of its service type reach the threshold; a fraud bars from all. What takes effect later changes none of them.
    """
    known = sorted(marks, key=lambda mark: (mark.since, mark.id))
    found: dict[tuple[str | None, date, date], Bar] = {}
    for mark in known:
        scale = scale_on(mark.since)
        for item, months in barred(mark, known, scale):
            bar = Bar(item, mark.since, months_after(mark.since, months) - DAY, mark.id)
            found.setdefault((bar.item, bar.first, bar.last), bar)
    return list(found.values())


def behind(bar: Bar, marks: Iterable[Mark], scale_on: ScaleOn) -> list[Mark]:
    """The events that a bar rests on: the fraud, or all that counted in its service type on the day it began."""
    if bar.item is None:
        return [mark for mark in marks if mark.id == bar.because]
    return [mark for mark in marks if mark.item == bar.item and weight(mark, bar.first, scale_on(bar.first))]


def barred(mark: Mark, known: list[Mark], scale: Scale) -> list[tuple[str | None, int]]:
    """The service types an event bars from where these are known, itself among them, and for how many months: from any
    (None) first."""
    found: list[tuple[str | None, int]] = [(None, scale.removed_months)] if mark.fraud else []
    reached = total((one for one in known if one.item == mark.item), mark.since, scale)
    if mark.item is not None and reached >= scale.suspended * HUNDRED:
        found.append((mark.item, scale.long_months if reached >= scale.long * HUNDRED else scale.suspended_months))
    return found


def account(marks: Iterable[Mark], day: date, scale_on: ScaleOn) -> Account:
    """How somebody with these events stands on a day. Events that take effect later are not known yet."""
    known, scale = [mark for mark in marks if mark.since <= day], scale_on(day)
    running = [bar for bar in bars(known, scale_on) if bar.first <= day <= bar.last]
    removed = max((bar.last for bar in running if bar.item is None), default=None)
    sums = {item: total((m for m in known if m.item == item), day, scale) for item in {m.item for m in known}}
    items: dict[str, Standing] = {}
    for item in sorted(one for one in sums if one is not None):
        suspended = max((bar.last for bar in running if bar.item == item), default=None)
        if sums[item] or suspended:
            items[item] = _standing(sums[item], scale, removed, suspended)
    longest = max((bar.last for bar in running if bar.item is not None), default=None)
    return Account(_standing(sum(sums.values()), scale, removed, longest), items)


def _standing(sum: int, scale: Scale, removed: date | None, suspended: date | None) -> Standing:
    if removed:
        return Standing(sum, Grade.REMOVED, removed)
    if suspended:
        return Standing(sum, Grade.SUSPENDED, suspended)
    if sum >= scale.warned * HUNDRED:
        return Standing(sum, Grade.WARNED)
    return Standing(sum, Grade.LOWERED if sum >= scale.lowered * HUNDRED else Grade.NORMAL)


def clean_from(marks: Iterable[Mark], months: int) -> date:
    """The first day on which so many months have passed without any event taking effect. ValueError without events."""
    return months_after(max(mark.since for mark in marks), months)
