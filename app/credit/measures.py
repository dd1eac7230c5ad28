"""What an event of a job costs its agency, as the system measures it from the record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.words import N_
from app.kernel.workdays import due_day, local_day
from app.objections.models import Objection
from app.selections.models import Award
from app.services.clock import calendar_for, ledger_of

CONTRACT = ("job.award", "job.upload_contract", "job.confirm_contract")
RETURNS = {2: "rework_second", 3: "rework_third"}


@dataclass(frozen=True)
class Measured:
    """That a rule applies to an agency so many times, since when, and why: a msgid with its places. `kind` is its kind
    and place within the job: it is recorded once."""

    agency_id: int
    job: Job
    code: str
    kind: str
    day: date
    says: str
    numbers: dict[str, Any] = field(default_factory=dict)
    times: int = 1


def measured(event: Event) -> Measured | None:
    """What an event costs, None when nothing."""
    return BY_EVENT[event.name](event)


def _late_contract(event: Event) -> Measured | None:
    """An agency answers for its own steps alone: for the first upload after the award where it made it, and for its
    confirmation of what the owner uploaded."""
    job, per = _job(event), almanac.number("credit_late_contract", event.at)
    story = select(Event).where(Event.thread_of == job.thread, Event.name.in_(CONTRACT), Event.id <= event.id)
    known = list(session.scalars(story.order_by(Event.id)))
    last_award = max(place for place, one in enumerate(known) if one.name == "job.award")
    award, *after = known[last_award:]
    uploads = [one for one in after if one.name == "job.upload_contract"]
    steps = [(award, uploads[0]), (uploads[-1], event)]
    late = sum(_late(_due(before), step.at) for before, step in steps if step.unit_id == job.agency_id)
    if job.agency_id is None or late < per:
        return None
    says = N_("%(late)s working days late with the contract; each full %(per)s count once")
    places = {"late": late, "per": per}
    kind, day = "late_contract", local_day(event.at)
    return Measured(job.agency_id, job, "late_contract", kind, day, says, places, times=late // per)


def _overdue(event: Event) -> Measured | None:
    """The first delivery, or the end of a job without one, after the day its service was due."""
    job = _job(event)
    ended, ledger = job.delivered_at or (event.at if event.name == "job.terminate" else None), ledger_of(job)
    if ended is None or ledger is None or job.agency_id is None:
        return None
    limit, late = job.agreed_days or 0, max(calendar_for(job).between(ledger.due, local_day(ended)), 0)
    if not late:
        return None
    low, high = (almanac.number(f"credit_overdue_{name}", event.at) for name in ("low", "high"))
    code = "overdue_low" if late * 100 <= low * limit else "overdue_middle" if late * 100 <= high * limit else ""
    says = N_("delivered %(late)s working days overdue, of a limit of %(limit)s")
    places = {"late": late, "limit": limit}
    return Measured(job.agency_id, job, code or "overdue_high", "overdue", local_day(ended), says, places)


def _returned(event: Event) -> Measured | None:
    job, code = _job(event), RETURNS.get(event.facts["round"])
    if job.agency_id is None or code is None:
        return None
    says, places = N_("the report was returned for rework, time %(n)s"), {"n": event.facts["round"]}
    return Measured(job.agency_id, job, code, code, local_day(event.at), says, places)


def _abandoned(event: Event) -> Measured | None:
    says = N_("it gave up the award it was selected for")
    return Measured(event.facts["agency"], _job(event), "abandoned", "abandoned", local_day(event.at), says)


def _objection_upheld(event: Event) -> Measured | None:
    """Of the agency whose selection was set aside by the decision."""
    job = session.get_one(Objection, event.subject_id).job
    ended = session.scalar(select(Award).where(Award.job_id == job.id, Award.ended_at == event.at))
    if ended is None:
        return None
    says = N_("an objection to its selection was upheld and the selection set aside")
    kind = "objection_upheld"
    return Measured(ended.entry.agency_id, job, kind, kind, local_day(event.at), says)


# What is measured when which event of a job has happened.
BY_EVENT: dict[str, Callable[[Event], Measured | None]] = {
    "job.confirm_contract": _late_contract,
    "job.deliver": _overdue,
    "job.due_changed": _overdue,
    "job.terminate": _overdue,
    "job.return_report": _returned,
    "job.abandon": _abandoned,
    "objection.uphold": _objection_upheld,
}


def _job(event: Event) -> Job:
    return session.get_one(Job, event.subject_id)


def _due(event: Event) -> datetime:
    return datetime.fromisoformat(event.facts["due"])


def _late(due: datetime, at: datetime) -> int:
    """The working days by which a deadline was missed."""
    return max(almanac.calendar().between(due_day(due), local_day(at)), 0)
