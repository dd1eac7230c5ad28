"""Which agencies may enter a job, all of them in one statement: a second reading of the conditions of eligibility.py,
which judge one agency at a time and say how to mend what is not met. A test holds the two together.

A statement is made once for all jobs that ask for the same papers: making it takes longer than running it.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, true

from app.accounts.models import Unit
from app.agencies.models import IN_THE_MARKET, Agency, Bar, Listing, Professional, Qualification
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
    return list(run(_eligible(_wanted(job)), **_numbers(today, job)).scalars())


def eligible_count(today: date, job: Job) -> int:
    """How many agencies may enter a job on a day."""
    return int(run(_count(_wanted(job)), **_numbers(today, job)).scalar_one())


def listing_of(today: date, job: Job, agency_id: int) -> int | None:
    """The listing with which an agency may enter a job on a day; None when it may not."""
    found: int | None = run(_listing(_wanted(job)), agency_id=agency_id, **_numbers(today, job)).scalar()
    return found


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
    staff = tuple((plain(one["certificate"]), int(one["least"])) for one in job.item.require_staff)
    return Wanted(groups, staff, asks_quote(job), job.named_agency_id is not None)


def _numbers(today: date, job: Job) -> dict[str, Any]:
    known = {"item_id": job.item_id, "job_id": job.id, "owner_id": job.owner_id, "named_id": job.named_agency_id}
    return known | {"today": today, "days": job.days or 0, "ceiling_cents": job.ceiling_cents or 0}


@lru_cache(maxsize=500)
def _eligible(wanted: Wanted) -> Select[Any]:
    query = select(Listing.agency_id).where(Listing.item_id == bindparam("item_id"), Listing.current)
    if not wanted.offered:
        query = query.where(func.coalesce(Listing.fee_cents, 0) <= bindparam("ceiling_cents"))
    if wanted.named:
        query = query.where(Listing.agency_id == bindparam("named_id"))
    return query.where(
        Listing.days <= bindparam("days"),
        Listing.agency_id != bindparam("owner_id"),
        Listing.agency_id.not_in(select(Avoidance.agency_id).where(Avoidance.job_id == bindparam("job_id"))),
        Listing.agency_id.not_in(_barred()),
        select(Agency.id).where(Agency.id == Listing.agency_id, IN_THE_MARKET).exists(),
        *(_holds(group) for group in wanted.groups),
        *(_has_staff(certificate, least) for certificate, least in wanted.staff),
    )


@lru_cache(maxsize=500)
def _count(wanted: Wanted) -> Select[Any]:
    return select(func.count()).select_from(_eligible(wanted).subquery())


@lru_cache(maxsize=500)
def _listing(wanted: Wanted) -> Select[Any]:
    return _eligible(wanted).with_only_columns(Listing.id).where(Listing.agency_id == bindparam("agency_id"))


@lru_cache(maxsize=500)
def _entrants(wanted: Wanted) -> Select[Any]:
    entered = select(Entry.agency_id).where(Entry.job_id == bindparam("job_id"))
    return _eligible(wanted).where(Listing.agency_id.in_(entered))


@lru_cache(maxsize=500)
def _first(wanted: Wanted) -> Select[Any]:
    named = _eligible(wanted).add_columns(Unit.name).join(Unit, Unit.id == Listing.agency_id)
    return named.order_by(Listing.days, Listing.fee_cents, Listing.id).limit(bindparam("limit"))


def _barred() -> Select[Any]:
    """The few agencies that are barred on the day from the item or from all, read once."""
    of_item = Bar.item_id.is_(None) | (Bar.item_id == bindparam("item_id"))
    running = (Bar.first_day <= bindparam("today"), Bar.last_day >= bindparam("today"))
    return select(Bar.agency_id).where(*running, of_item)


def _holds(group: tuple[tuple[str, str], ...]) -> ColumnElement[bool]:
    """One of the alternatives is held, checked and valid on the day."""
    alternatives = [
        (Qualification.plain_kind == kind) & (Qualification.plain_grade == grade if grade else true())
        for kind, grade in group
    ]
    own = (Qualification.agency_id == Listing.agency_id, Qualification.checked)
    valid = (*own, Qualification.valid_until >= bindparam("today"))
    return select(Qualification.id).where(*valid, or_(*alternatives)).exists()


def _has_staff(certificate: str, least: int) -> ColumnElement[bool]:
    """As many checked professionals as required hold the certificate, whatever else is printed on it."""
    printed = Professional.plain_certificate
    holds = or_(printed == certificate, func.replace(printed, certificate, "") != printed) if certificate else true()
    own = (Professional.agency_id == Listing.agency_id, Professional.checked)
    counted: ColumnElement[int] = select(func.count()).select_from(Professional).where(*own, holds).scalar_subquery()
    return counted >= least
