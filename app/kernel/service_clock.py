"""The service clock: when a promised service is due, once its pauses are taken out, and the day-by-day proof of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.kernel.workdays import HERE, Calendar

NOTHING = timedelta()
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """The spans of a working day in Shanghai wall time, in order; raises ValueError for spans that are not."""

    spans: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(edge.tzinfo for edge in edges) or sorted(set(edges)) != edges:
            raise ValueError("write the working hours as spans in order, like 09:00-12:00 and 15:00-18:00")

    @classmethod
    def read(cls, text: str) -> "Hours":
        """The hours written like 09:00-12:00,15:00-18:00."""
        pairs = [span.split("-") for span in text.split(",")]
        return cls(tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs))

    @property
    def length(self) -> timedelta:
        return sum((_between(start, end) for start, end in self.spans), NOTHING)


@dataclass(frozen=True)
class Pause:
    """A stretch in which the clock stood still: aware instants, end exclusive; raises ValueError when it runs back."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("give both ends of a pause with a time zone, like 2026-09-29T10:00+08:00")
        if self.end < self.start:
            raise ValueError("a pause ends before it starts: swap its two instants")


@dataclass(frozen=True)
class LedgerDay:
    """One day of the clock: kind is counted, weekend, holiday, paused or blackout; source is why it is what it is, and
    name the calendar's word for it, "" for a plain day."""

    day: date
    kind: str
    makeup: bool
    source: str
    name: str = ""


@dataclass(frozen=True)
class Ledger:
    """The due day and its proof: one row for each day after start up to due.

    `days` are those promised with all that was altered since. The rows hold exactly `days` counted days and
    `excluded_days` paused ones; excluded_seconds is the working time inside the pauses, in whole seconds, before
    rounding to days.
    """

    start: date
    days: int
    due: date
    provisional: bool
    excluded_seconds: int
    excluded_days: int
    rows: tuple[LedgerDay, ...]


def ledger(
    calendar: Calendar,
    hours: Hours,
    start: date,
    days: int,
    pauses: Sequence[Pause],
    alterations: Iterable[int] = (),
) -> Ledger:
    """The clock of `days` working days whose day zero is start, the Shanghai day the materials became complete.

    `alterations` are the working days that agreed extensions and changes of scope add, below 0 where they shorten.

    Excluded is the working time inside the pauses: overlaps once, from the day after start, make-up days included,
    summed over all pauses and rounded half up to whole working days. Due is the working day that many days plus all
    those promised after start, wherever the pauses lie; the next one on which people can act when that is a blackout.
    Raises ValueError for days under 1 and beyond the calendar's reach.
    """
    days += sum(alterations)
    if days < 1:
        raise ValueError("give at least 1 working day")
    first = start + ONE_DAY
    excluded = _excluded(calendar, hours, first, pauses)
    total = sum(excluded.values(), NOTHING)
    excluded_days = _whole_days(total, hours.length)
    reached = calendar.add(start, days + excluded_days)
    due = calendar.ends(reached)
    paused = _paused(calendar, hours, reached, excluded, excluded_days)
    return Ledger(
        start=start,
        days=days,
        due=due,
        provisional=calendar.provisional(due),
        excluded_seconds=total // timedelta(seconds=1),
        excluded_days=excluded_days,
        rows=tuple(_row(calendar, day, day in paused, day > reached) for day in _days(first, due)),
    )


def _excluded(calendar: Calendar, hours: Hours, first: date, pauses: Iterable[Pause]) -> dict[date, timedelta]:
    """Working time inside the pauses, by day, in order of days, from the day first."""
    times: dict[date, timedelta] = {}
    for start, end in _stretches(first, pauses):
        day = start.date()
        while datetime.combine(day, time()) < end:
            if calendar.is_working(day):
                inside = sum((_overlap(start, end, day, span) for span in hours.spans), NOTHING)
                times[day] = times.get(day, NOTHING) + inside
            day += ONE_DAY
    return times


def _stretches(first: date, pauses: Iterable[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """The pauses as stretches of Shanghai wall time that neither overlap nor begin before the day first."""
    reached = datetime.combine(first, time())
    for start, end in sorted((_wall(pause.start), _wall(pause.end)) for pause in pauses):
        if end > reached:
            yield max(start, reached), end
            reached = end


def _paused(calendar: Calendar, hours: Hours, due: date, excluded: dict[date, timedelta], count: int) -> set[date]:
    """The count days that bear the excluded time: those on which its running total rounds to one more whole day.

    Where pauses beyond the window leave too few, the latest working days of the window bear the rest.
    """
    paused: set[date] = set()
    running = NOTHING
    for day, inside in excluded.items():
        before = _whole_days(running, hours.length)
        running += inside
        if day <= due and _whole_days(running, hours.length) > before:
            paused.add(day)
    day = due
    while len(paused) < count:
        if calendar.is_working(day):
            paused.add(day)
        day -= ONE_DAY
    return paused


def _row(calendar: Calendar, day: date, paused: bool, put_off: bool) -> LedgerDay:
    """`put_off` are the days after the last that counts: on that one nobody could act, and the deadline ends later."""
    described = calendar.describe(day)
    if put_off and described.working:
        why = calendar.blackouts.get(day, described)
        return LedgerDay(day, "blackout", described.kind == "makeup", why.source, why.name)
    kind = described.kind if not described.working else "paused" if paused else "counted"
    return LedgerDay(day, kind, described.kind == "makeup", described.source, described.name)


def _whole_days(worked: timedelta, length: timedelta) -> int:
    return (2 * worked + length) // (2 * length)


def _overlap(start: datetime, end: datetime, day: date, span: tuple[time, time]) -> timedelta:
    opens, closes = datetime.combine(day, span[0]), datetime.combine(day, span[1])
    return max(min(end, closes) - max(start, opens), NOTHING)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(HERE).replace(tzinfo=None)


def _between(start: time, end: time) -> timedelta:
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)
