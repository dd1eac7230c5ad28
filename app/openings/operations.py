"""Bringing what opens the entries of a job after the closing, and what follows when it does not come."""

from app.infra import outside
from app.infra.db import session
from app.infra.outbox import enqueue
from app.infra.record import Event, advance, record
from app.jobs.models import Job
from app.jobs.rules import awaiting, waits_for_opening
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.outside import SOURCES, Named
from app.kernel.words import N_
from app.openings.models import Reading, readings_of
from app.openings.rules import MAY_READ_VALUE, NOT_READ, unread


def named(job: Job) -> Named | None:
    """The value that a job was announced to be opened with; None where it names none, or is not published yet."""
    closes = job.closed_at or job.due
    return SOURCES[job.outside_source].named(closes) if job.outside_source and job.outside and closes else None


def type_value(act: Act, job: Job, *, value: str) -> bool:
    """An officer's own reading of the outside value, or its correction. True when it agrees with another officer's or
    the service's own: then the job goes on to its selection. Invalid when it does not look like one, or cannot exist
    yet."""
    if not MAY_READ_VALUE(act.actor):
        raise NotAllowed(N_("Only officers of the operator type the value in."))
    return _keep(act, job, value)


def plan_reading(act: Act, event_id: int) -> None:
    """Reaction: where the service reads sources itself, do so as soon as the value exists."""
    event = session.get_one(Event, event_id)
    job = session.get_one(Job, event.subject_id)
    value = named(job)
    if value and outside.reads(job.outside_source):
        enqueue(act, "openings.read_source", at=max(act.now, value.since), job_id=job.id)


def read_source(act: Act, job_id: int) -> None:
    """Task: read the source over the network. It counts as one of the two readings. An unreachable source raises, and
    the outbox tries again; a job that no longer waits is left alone."""
    job = session.get_one(Job, job_id)
    value = named(job)
    if value and awaiting(act.actor, job) and unread(act.actor, job) and not job.LIFE.lapsed(job, act.now):
        _keep(act, job, outside.read(value))


def give_up(act: Act, job: Job) -> None:
    """The clock's verb when the time has passed: nothing was opened, and the selection failed."""
    advance(act, job, "give_up", reason=NOT_READ)


def _keep(act: Act, job: Job, typed: str) -> bool:
    job.lock()
    job.LIFE.check(act, job, "release")
    source, value = SOURCES.get(job.outside_source or ""), named(job)
    if source is None or value is None or not unread(act.actor, job):
        raise WrongState(N_("This job does not wait for an outside value."))
    if act.now < value.since:
        raise Invalid(N_("This value does not exist yet. Come back after it has been published."), field="value")
    try:
        found = source.read(typed)
    except ValueError as error:
        raise Invalid(N_("Copy the value from the source: %(looks)s."), field="value", looks=source.looks) from error
    mine = next((one for one in readings_of(job.id) if one.user_id == act.actor.user_id), None)
    if mine is None:
        mine = Reading(job_id=job.id, user_id=act.actor.user_id)
        session.add(mine)
    mine.value, mine.read_at = found, act.now
    session.flush()
    record(act, "job.read_value", job, value=found)
    if not any(one.value == found for one in readings_of(job.id) if one.id != mine.id):
        return False
    job.outside_value = found
    _go_on(act, job)
    return True


def _go_on(act: Act, job: Job) -> None:
    """To the selection, when nothing is missing any more. Its deadline is the announced closing, long past."""
    if not waits_for_opening(act.actor, job):
        advance(act, job, "release", due=job.closed_at, outside_value=job.outside_value)
