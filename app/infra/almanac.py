"""The law's numbers as rows with their source: exceptional days of the calendar, and terms effective from a date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Row, on_connect, session
from app.kernel.service_clock import Hours
from app.kernel.workdays import HERE, Calendar, Exceptional


class CalendarDay(Row):
    """A day that is not what its weekday says: a holiday, or a make-up working day (调休补班)."""

    day: Mapped[date] = mapped_column(unique=True)
    working: Mapped[bool]
    name: Mapped[str]
    source: Mapped[str]


class Term(Row):
    """A period, percentage or threshold of the law, from the day it takes effect, with its basis."""

    code: Mapped[str]
    value: Mapped[str]
    unit: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]
    basis: Mapped[str]
    mark: Mapped[str]
    effective_from: Mapped[date]

    __table_args__ = (UniqueConstraint("code", "effective_from"),)


@dataclass
class Almanac:
    """One revision of the calendar and the terms, held by the process."""

    revision: tuple[int, ...]
    calendar: Calendar
    terms: dict[str, list[Term]]

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


def revision() -> tuple[int, ...]:
    row = session.execute(
        select(
            select(func.coalesce(func.max(CalendarDay.id), 0)).scalar_subquery(),
            select(func.count()).select_from(CalendarDay).scalar_subquery(),
            select(func.coalesce(func.max(Term.id), 0)).scalar_subquery(),
        )
    ).one()
    return tuple(row)


def almanac(fresh: bool = False) -> Almanac:
    """The almanac this process holds; `fresh` compares it with the database first (every change of state does)."""
    held = _held.get("now")
    if held and not fresh:
        return held
    number = revision()
    if held and held.revision == number:
        return held
    days = session.scalars(select(CalendarDay).order_by(CalendarDay.day)).all()
    years = [day.day.year for day in days] or [2004]
    exceptions = [Exceptional(row.day, row.working, row.name, row.source) for row in days]
    terms: dict[str, list[Term]] = {}
    for term in session.scalars(select(Term).order_by(Term.code, Term.effective_from.desc())):
        session.expunge(term)
        terms.setdefault(term.code, []).append(term)
    _held["now"] = Almanac(number, Calendar(exceptions, min(years), max(years), number[0]), terms)
    return _held["now"]


def calendar() -> Calendar:
    return almanac().calendar


def number(code: str, now: datetime) -> int:
    """A term's whole number in force at an instant, by its Shanghai date."""
    return int(almanac().term(code, now.astimezone(HERE).date()).value)


def hours(now: datetime) -> Hours:
    """The working hours in force."""
    return Hours.read(almanac().term("working_hours", now.astimezone(HERE).date()).value)


def deadline(now: datetime, code: str) -> datetime:
    """The exclusive instant at which a term of working days ends, counted from `now`'s Shanghai date as day zero."""
    return almanac(fresh=True).calendar.deadline(now, number(code, now))


def term_of(row: Mapping[str, str]) -> Term:
    """A shipped row as a term, not yet in the database."""
    fields = {name: row[name] for name in ("code", "value", "unit", "zh", "en", "basis", "mark")}
    return Term(**fields, effective_from=date.fromisoformat(row["effective_from"]))


def load(days: Iterable[Mapping[str, str]], terms: Iterable[Mapping[str, str]]) -> None:
    """Add the shipped rows that are not there yet. Rows the operator has added stay."""
    known_days = set(session.scalars(select(CalendarDay.day)))
    for row in days:
        day = date.fromisoformat(row["day"])
        if day not in known_days:
            working = row["working"] in ("1", "true", "True")
            session.add(CalendarDay(day=day, working=working, name=row["name"], source=row["source"]))
    known_terms = set(session.execute(select(Term.code, Term.effective_from)))
    for row in terms:
        start = date.fromisoformat(row["effective_from"])
        if (row["code"], start) not in known_terms:
            session.add(term_of(row))
    session.flush()
    _held.clear()
