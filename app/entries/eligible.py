"""Which agencies may enter a job, all of them in one statement: a second reading of the conditions of eligibility.py,
which judge one agency at a time and say how to mend what is not met. A test holds the two together.

A statement is made once for all jobs that ask for the same papers: making it takes longer than running it.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.accounts.models import Unit
from app.agencies.bars import Bar, PersonalBar, personally_barred
from app.agencies.models import IN_THE_MARKET, IS_CURRENT, Agency, Listing, Professional, Qualification
from app.entries.eligibility import Condition, unmet
from app.entries.models import Entry, live_entries
from app.infra.db import run
from app.infra.plain import plain
from app.jobs.models import Avoidance, Job
from app.methods.rules import asks_quote


@dataclass(frozen=True)
class Wanted:
    """What a job asks for beside its numbers: groups of alternatives, each a kind and a grade (or none) in plain words;
    certificates in plain words with the least number of people; whether fees are offered; whether one is named."""

    groups: tuple[tuple[tuple[str, str], ...], ...]
    staff: tuple[tuple[str, int], ...]
    offered: bool
    named: bool


def eligible_ids(today: date, job: Job) -> list[int]:
    """The agencies that may enter a job on a day."""
    return list(run(_eligible(_wanted(job)), **_numbers(today, job)).scalars().all())


def eligible_count(today: date, job: Job) -> int:
    """How many agencies may enter a job on a day."""
    return int(run(_count(_wanted(job)), **_numbers(today, job)).scalar_one())


class Able(NamedTuple):
    """An agency that may enter a job: by which listing, its name and code, and whether it has entered before."""

    listing_id: int
    name: str
    code: str
    entered: bool


def able_to_enter(today: date, job: Job, agency_id: int) -> Able | None:
    """The agency, if it may enter a job on a day."""
    found: Any = run(_able(_wanted(job)), agency_id=agency_id, **_numbers(today, job)).first()
    return Able(*found) if found else None


def lacking(today: date, job: Job) -> list[tuple[Entry, Condition]]:
    """The live entries of a job whose agencies may not enter it on a day, each with the condition that is not met."""
    may = set(run(_entrants(_wanted(job)), **_numbers(today, job)).scalars())
    others = [entry for entry in live_entries(job.id) if entry.agency_id not in may]
    return [(entry, lacks) for entry in others if (lacks := unmet(today, job, entry.agency))]


def first_eligible(today: date, job: Job, limit: int = 20) -> list[tuple[int, str]]:
    """(id, name) of the eligible agencies that promise the fewest days, then the lowest fee, for the item."""
    rows: Any = run(_first(_wanted(job)), limit=limit, **_numbers(today, job))
    return [(id, name) for id, name in rows]


def _wanted(job: Job) -> Wanted:
    groups = tuple(tuple((plain(one["kind"]), plain(one["grade"])) for one in group) for group in job.require)
    staff = tuple((plain(one["certificate"]), int(one["least"])) for one in job.require_staff)
    return Wanted(groups, staff, asks_quote(job), job.named_agency_id is not None)


def _numbers(today: date, job: Job) -> dict[str, Any]:
    known = {"item_id": job.item_id, "job_id": job.id, "owner_id": job.owner_id, "named_id": job.named_agency_id}
    return known | {"today": today, "days": job.days or 0, "ceiling_cents": job.ceiling_cents or 0}


@lru_cache(maxsize=500)
def _eligible(wanted: Wanted) -> Select[Any]:
    promising = select(Listing.agency_id).where(*_promises(wanted))
    return select(Agency.id).where(_Among(Agency.id, promising.scalar_subquery()), *_papers(wanted))


@lru_cache(maxsize=500)
def _count(wanted: Wanted) -> Select[Any]:
    return select(func.count()).select_from(_eligible(wanted).subquery())


@lru_cache(maxsize=500)
def _able(wanted: Wanted) -> Select[Any]:
    before = select(Entry.id).where(Entry.job_id == bindparam("job_id"), Entry.agency_id == bindparam("agency_id"))
    able = _one_by_one(wanted, Listing.id, Unit.name, Unit.code, before.exists())
    return able.join(Unit, Unit.id == Listing.agency_id).where(Listing.agency_id == bindparam("agency_id"))


@lru_cache(maxsize=500)
def _entrants(wanted: Wanted) -> Select[Any]:
    entered = select(Entry.agency_id).where(Entry.job_id == bindparam("job_id"))
    return _one_by_one(wanted, Listing.agency_id).where(Listing.agency_id.in_(entered))


@lru_cache(maxsize=500)
def _first(wanted: Wanted) -> Select[Any]:
    named = _one_by_one(wanted, Listing.agency_id, Unit.name).join(Unit, Unit.id == Listing.agency_id)
    return named.order_by(Listing.days, Listing.fee_cents, Listing.id).limit(bindparam("limit"))


class _Among(FunctionElement[bool]):
    """Whether a number is in a column of a query, for thousands of them: PostgreSQL then makes the list first and
    goes through an index once in its order, which takes a third less than asking for each where it happens to stand. It
    has no type: SQLite would compare a truth with 1, and go through every row for it."""

    inherit_cache = True


@compiles(_Among)
def _in(element: _Among, compiler: Any, **known: Any) -> str:
    column, query = (compiler.process(one, **known) for one in element.clauses)
    return f"{column} IN {query}"


@compiles(_Among, "postgresql")
def _in_the_list(element: _Among, compiler: Any, **known: Any) -> str:
    column, query = (compiler.process(one, **known) for one in element.clauses)
    return f"{column} = ANY (ARRAY{query})"


def _one_by_one(wanted: Wanted, *columns: Any) -> Select[Any]:
    listed = select(*columns).select_from(Listing).join(Agency, Agency.id == Listing.agency_id)
    return listed.where(*_promises(wanted), *_papers(wanted))


def _promises(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is asked of the listing."""
    asked: list[Any] = [
        Listing.item_id == bindparam("item_id"),
        IS_CURRENT,
        Listing.days <= bindparam("days"),
        Listing.agency_id != bindparam("owner_id"),
        Listing.agency_id.not_in(select(Avoidance.agency_id).where(Avoidance.job_id == bindparam("job_id"))),
        Listing.agency_id.not_in(_barred()),
    ]
    if not wanted.offered:
        asked.append(func.coalesce(Listing.fee_cents, 0) <= bindparam("ceiling_cents"))
    if wanted.named:
        asked.append(Listing.agency_id == bindparam("named_id"))
    return asked


def _papers(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is asked of the agency: first of the sum of its papers, of the papers only where that does not tell."""
    groups = [_holds(group) for group in wanted.groups]
    return [IN_THE_MARKET, *groups, *(_has_staff(certificate, least) for certificate, least in wanted.staff)]


def _barred() -> Select[Any]:
    """The few agencies that are barred on the day from the item or from all, read once."""
    of_item = Bar.item_id.is_(None) | (Bar.item_id == bindparam("item_id"))
    running = (Bar.first_day <= bindparam("today"), Bar.last_day >= bindparam("today"))
    return select(Bar.agency_id).where(*running, of_item)


def _holds(group: tuple[tuple[str, str], ...]) -> ColumnElement[bool]:
    """One of the alternatives is held, checked and valid on the day: surely so where no qualification has ended."""
    lines = [f"\n{kind}\t{grade}\n" if grade else f"\n{kind}\t" for kind, grade in group]
    alternatives = [
        (Qualification.plain_kind == kind) & (Qualification.plain_grade == grade if grade else true())
        for kind, grade in group
    ]
    own = (Qualification.agency_id == Agency.id, Qualification.checked)
    valid = (*own, Qualification.valid_until >= bindparam("today"))
    still = select(Qualification.id).where(*valid, or_(*alternatives)).exists()
    held = or_(*(_says(Agency.plain_papers, line) for line in lines))
    # A CASE, whose rows PostgreSQL does not guess from the day: it keeps one plan for all days, and plans no more.
    return held & case((Agency.papers_until >= bindparam("today"), true()), else_=still)


def _has_staff(certificate: str, least: int) -> ColumnElement[bool]:
    """As many checked professionals as required hold the certificate, whatever else is printed on it: they are counted
    where one is not enough, or somebody of the agency's is barred on the day."""
    if least < 1:
        return true()
    printed = Professional.plain_certificate
    barred = select(PersonalBar.number).where(personally_barred(bindparam("today"), bindparam("item_id")))
    own = (Professional.agency_id == Agency.id, Professional.checked, _says(printed, certificate))
    able = (*own, Professional.number.not_in(barred))
    counted: ColumnElement[int] = select(func.count()).select_from(Professional).where(*able).scalar_subquery()
    one = _says(Agency.plain_certificates, certificate or "\n")
    all_count = Agency.id.not_in(
        select(Professional.agency_id).where(Professional.checked, Professional.number.in_(barred))
    )
    return one & (or_(all_count, counted >= least) if least == 1 else counted >= least)


def _says(words: Any, part: str) -> ColumnElement[bool]:
    """Whether a part stands anywhere in words, in its own capitals, which LIKE does not tell on SQLite."""
    return func.replace(words, part, "") != words if part else true()
