"""The law's numbers as rows with their source: exceptional days of the calendar, and terms effective from a date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Event
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Row, gate, on_connect, reading_only, run, session
from app.kernel.law import Who, anyone
from app.kernel.service_clock import Hours
from app.kernel.workdays import HERE, Calendar, Exceptional, Word, local_day

# Whoever gives a deadline shares this gate; whoever changes the calendar takes it whole.
GATE = 2004
COUNTS = text("kind <> 'blackout' AND replaced IS NULL")
SHUTS = text("kind = 'blackout' AND replaced IS NULL")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
STANDS = text("withdrawn_because = ''")


class CalendarDay(Row):
    """A word on a day that is not what its weekday says: a holiday, or a make-up working day (调休补班); and beside it
    on a day of blackout (not `working`: nobody can act; `working`: it was lifted). `changed` numbers the changes of the
    calendar: the one this word came with, at the instant `since`, and `replaced` the one in which another took its
    place; the present words have none."""

    day: Mapped[date]
    working: Mapped[bool]
    name: Mapped[str]
    source: Mapped[str]
    kind: Mapped[str] = mapped_column(default=Word.NATIONAL, server_default=Word.NATIONAL)
    changed: Mapped[int] = mapped_column(default=0, server_default="0")
    since: Mapped[datetime] = mapped_column(default=LONG_AGO)
    replaced: Mapped[int | None]

    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(map(str, Word))}", "known_kind"),
        Index("ix_calendar_day_counts", "day", unique=True, sqlite_where=COUNTS, postgresql_where=COUNTS),
        Index("ix_calendar_day_shuts", "day", unique=True, sqlite_where=SHUTS, postgresql_where=SHUTS),
    )


class Term(Row):
    """A period, percentage or threshold of the law, from the day it takes effect, with its basis; or one that was
    announced and, before that day, withdrawn for a published reason: nothing was ever counted by it."""

    MAY_READ: ClassVar[Who] = anyone

    code: Mapped[str]
    value: Mapped[str]
    unit: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]
    basis: Mapped[str]
    mark: Mapped[str]
    effective_from: Mapped[date]
    withdrawn_because: Mapped[str] = mapped_column(default="", server_default=text("''"))

    __table_args__ = (
        Index("ix_term_stands", "code", "effective_from", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
    )


@dataclass
class Almanac:
    """One revision of the calendar and the terms, held by the process; when each change of the calendar came, and the
    calendars before the present one that were asked for."""

    revision: tuple[int, ...]
    calendar: Calendar
    terms: dict[str, list[Term]]
    changes: Sequence[tuple[datetime, int]]
    earlier: dict[int, Calendar] = field(default_factory=dict)

    def term(self, code: str, on: date) -> Term:
        """The term in force on a day. KeyError when the law has none."""
        for term in self.terms.get(code, []):
            if term.effective_from <= on:
                return term
        raise KeyError(f"no term {code} in force on {on}")

    def in_force(self, on: date) -> dict[str, Term]:
        """Every term in force on a day, by code."""
        oldest_first = [term for versions in self.terms.values() for term in reversed(versions)]
        return {term.code: term for term in oldest_first if term.effective_from <= on}


_held: dict[str, Almanac] = {}
on_connect(_held.clear)


REVISION = select(
    select(func.coalesce(func.max(CalendarDay.id), 0)).scalar_subquery(),
    select(func.count()).select_from(CalendarDay).scalar_subquery(),
    select(func.coalesce(func.max(CalendarDay.changed), 0)).scalar_subquery(),
    select(func.coalesce(func.max(Term.id), 0)).scalar_subquery(),
    select(func.count()).select_from(Term).where(Term.withdrawn_because != "").scalar_subquery(),
)


CHANGES = select(CalendarDay.since, CalendarDay.changed).where(CalendarDay.changed > 0).distinct()


def revision() -> tuple[int, ...]:
    return tuple(run(REVISION).one())


def almanac(fresh: bool = False) -> Almanac:
    """The almanac this process holds; `fresh` compares it with the database first. Every change of state does; pages
    rest on `watch`."""
    held = _held.get("now")
    if held and not fresh:
        return held
    number = revision()
    if held and held.revision == number:
        return held
    terms: dict[str, list[Term]] = {}
    stand = select(Term).where(Term.withdrawn_because == "")
    for term in session.scalars(stand.order_by(Term.code, Term.effective_from.desc())):
        session.expunge(term)
        terms.setdefault(term.code, []).append(term)
    changes = [(row.since, row.changed) for row in run(CHANGES)]
    _held["now"] = Almanac(number, calendar_of(words(), number[2]), terms, changes)
    return _held["now"]


def watch(stop: Event, every: float = 1.0) -> None:
    """In a thread of its own in each process that answers pages: let go of an almanac that another process has changed,
    so that soon after a change all of them tell the same. A database that is away is asked again."""
    reading_only.set(True)
    while not stop.wait(every):
        held = _held.get("now")
        with suppress(SQLAlchemyError):
            if held and held.revision != revision():
                _held.pop("now", None)
            session.remove()


def words() -> list[CalendarDay]:
    """Every present word of the calendar, by day."""
    return list(session.scalars(select(CalendarDay).where(CalendarDay.replaced.is_(None)).order_by(CalendarDay.day)))


def calendar_at(number: int) -> Calendar:
    """The calendar as one of its changes left it. KeyError where there was no such change."""
    held = almanac()
    if number == held.calendar.revision:
        return held.calendar
    if number not in held.earlier:
        if not 0 <= number < held.calendar.revision:
            raise KeyError(f"the calendar has no change {number}")
        then = (CalendarDay.changed <= number, or_(CalendarDay.replaced.is_(None), CalendarDay.replaced > number))
        held.earlier[number] = calendar_of(session.scalars(select(CalendarDay).where(*then)), number)
    return held.earlier[number]


def calendar_as_of(now: datetime) -> Calendar:
    """The calendar as it was at an instant: what ended by then is not counted anew by what was said later."""
    held = almanac()
    number = max((number for since, number in held.changes if since <= now), default=0)
    return calendar() if number == held.calendar.revision else calendar_at(number)


def calendar_of(said: Iterable[Any], revision: int = 0) -> Calendar:
    """The calendar that words on days make. The published years are those that a national word is about."""
    counts, blackouts, years = [], {}, set()
    for row in said:
        word = Exceptional(row.day, row.working, row.name, row.source)
        if row.kind != Word.BLACKOUT:
            counts.append(word)
        elif not row.working:
            blackouts[row.day] = word
        if row.kind == Word.NATIONAL:
            years.add(row.day.year)
    known = years or {2004}
    return Calendar(counts, min(known), max(known), revision, blackouts)


_supposed: ContextVar[Calendar | None] = ContextVar("supposed", default=None)


@contextmanager
def supposing(calendar: Calendar) -> Iterator[None]:
    """Inside, deadlines are counted by a calendar that is not in force."""
    token = _supposed.set(calendar)
    try:
        yield
    finally:
        _supposed.reset(token)


def calendar(fresh: bool = False) -> Calendar:
    return _supposed.get() or almanac(fresh).calendar


def number(code: str, now: datetime) -> int:
    """A term's whole number in force at an instant, by its Shanghai date."""
    return int(almanac().term(code, now.astimezone(HERE).date()).value)


def hours(now: datetime) -> Hours:
    """The working hours in force."""
    return Hours.read(almanac().term("working_hours", now.astimezone(HERE).date()).value)


def deadline(now: datetime, code: str) -> datetime:
    """The exclusive instant at which a term of working days ends, counted from `now`'s Shanghai date as day zero."""
    hold()
    return calendar(fresh=True).deadline(now, number(code, now))


def waits(now: datetime, code: str) -> dict[str, Any]:
    """The columns of a row that waits for a term of working days from now on: its deadline and what that is counted
    from."""
    return {"due": deadline(now, code), "counted_from": local_day(now), "counted_days": number(code, now)}


def hold() -> None:
    """Keep the calendar as it is until the transaction ends."""
    gate(GATE, shared=True)


def term_of(row: Mapping[str, str]) -> Term:
    """A shipped row as a term, not yet in the database."""
    fields = {name: row[name] for name in ("code", "value", "unit", "zh", "en", "basis", "mark")}
    return Term(**fields, effective_from=date.fromisoformat(row["effective_from"]))


def load(terms: Iterable[Mapping[str, str]]) -> None:
    """Add the shipped terms that are not there yet. Rows the operator has added stay."""
    known_terms = set(session.execute(select(Term.code, Term.effective_from)))
    for row in terms:
        start = date.fromisoformat(row["effective_from"])
        if (row["code"], start) not in known_terms:
            session.add(term_of(row))
    session.flush()
    forget()


def forget() -> None:
    """Read the almanac anew the next time it is asked for."""
    _held.clear()
