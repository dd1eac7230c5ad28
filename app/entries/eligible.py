"""Which agencies may enter a job, all of them in one statement: a second reading of the conditions of eligibility.py,
which judge one agency at a time and say how to mend what is not met. A test holds the two together."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from app.accounts.models import Unit
from app.agencies.models import IN_THE_MARKET, Agency, Listing, Professional, Qualification
from app.entries.eligibility import Condition, unmet
from app.entries.models import Entry, live_entries
from app.infra.db import session
from app.infra.plain import plain
from app.jobs.models import Avoidance, Job
from app.methods.rules import asks_quote


def eligible(today: date, job: Job) -> Select[Any]:
    """The agencies that may enter a job on a day."""
    listed = (Listing.agency_id == Agency.id, Listing.item_id == job.item_id, Listing.current)
    query = select(Agency.id).join(Listing, listed[0] & listed[1] & listed[2])
    if not asks_quote(job):
        query = query.where(func.coalesce(Listing.fee_cents, 0) <= (job.ceiling_cents or 0))
    shut_out = select(Avoidance.id).where(Avoidance.job_id == job.id, Avoidance.agency_id == Agency.id).exists()
    if job.named_agency_id:
        query = query.where(Agency.id == job.named_agency_id)
    return query.where(
        Listing.days <= (job.days or 0),
        IN_THE_MARKET,
        Agency.id != job.owner_id,
        *(_holds(group, today) for group in job.require),
        *(_has_staff(one) for one in job.item.require_staff),
        ~shut_out,
    )


def eligible_count(today: date, job: Job) -> int:
    """How many agencies may enter a job on a day."""
    return session.scalar(select(func.count()).select_from(eligible(today, job).subquery())) or 0


def listing_of(today: date, job: Job, agency_id: int) -> int | None:
    """The listing with which an agency may enter a job on a day; None when it may not."""
    found: int | None = session.scalar(eligible(today, job).with_only_columns(Listing.id).where(Agency.id == agency_id))
    return found


def lacking(today: date, job: Job) -> list[tuple[Entry, Condition]]:
    """The live entries of a job whose agencies may not enter it on a day, each with the condition that is not met."""
    entrants = select(Entry.agency_id).where(Entry.job_id == job.id)
    may = set(session.scalars(eligible(today, job).where(Agency.id.in_(entrants))))
    others = [entry for entry in live_entries(job.id) if entry.agency_id not in may]
    return [(entry, lacks) for entry in others if (lacks := unmet(today, job, entry.agency))]


def first_eligible(today: date, job: Job, limit: int = 20) -> list[tuple[int, str]]:
    """(id, name) of the eligible agencies that promise the fewest days, then the lowest fee, for the item."""
    named = eligible(today, job).add_columns(Unit.name).join(Unit, Unit.id == Agency.id)
    rows = session.execute(named.order_by(Listing.days, Listing.fee_cents, Listing.id).limit(limit)).all()
    return [(row[0], row[1]) for row in rows]


def _holds(group: list[dict[str, str]], today: date) -> ColumnElement[bool]:
    """One of the alternatives is held, checked and valid on the day."""
    alternatives = [
        (Qualification.plain_kind == plain(wish["kind"]))
        & (Qualification.plain_grade == plain(wish["grade"]) if wish["grade"] else true())
        for wish in group
    ]
    valid = (Qualification.agency_id == Agency.id, Qualification.checked, Qualification.valid_until >= today)
    return select(Qualification.id).where(*valid, or_(*alternatives)).exists()


def _has_staff(required: dict[str, Any]) -> ColumnElement[bool]:
    """As many checked professionals as required hold the certificate, whatever else is printed on it."""
    certificate, wish = Professional.plain_certificate, plain(required["certificate"])
    holds = func.replace(certificate, wish, "") != certificate if wish else true()
    own = (Professional.agency_id == Agency.id, Professional.checked)
    counted: ColumnElement[int] = select(func.count()).select_from(Professional).where(*own, holds).scalar_subquery()
    return counted >= int(required["least"])
