"""Bringing what opens the entries of a job after the closing, and what follows when it does not come."""

from app.infra import keys, outside
from app.infra.db import session
from app.infra.outbox import enqueue
from app.infra.record import Event, advance, record
from app.jobs.models import Job
from app.jobs.rules import awaiting, its_officer, waits_for_opening
from app.kernel import shares
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.outside import SOURCES, Named
from app.kernel.seal import public_of
from app.kernel.words import N_
from app.openings.models import Reading, parts_of, readings_of
from app.openings.rules import (
    MAY_BRING_NOW,
    MAY_HOLD_SHARE,
    MAY_READ_VALUE,
    MAY_STILL_TAKE,
    NOT_BROUGHT,
    NOT_READ,
    NOTHING,
    OFFICER,
    RECOVERY,
    unread,
)


def named(job: Job) -> Named | None:
    """The value that a job was announced to be opened with; None where it names none, or is not published yet."""
    closes = job.closed_at or job.due
    return SOURCES[job.outside_source].named(closes) if job.outside_source and job.outside and closes else None


def type_value(act: Act, job: Job, *, value: str) -> bool:
    """An officer's own reading of the outside value, or its correction. True when it agrees with another officer's or
    the service's own; the job goes on to its selection when nothing else is missing. Invalid when it does not look
    like one, or cannot exist yet."""
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


def take_share(act: Act, job: Job) -> str:
    """The share of whoever asks, as they keep it, once: the officer's own, or for the regulator the recovery share.
    From then on the service has it no more."""
    job.lock()
    if not MAY_HOLD_SHARE(act.actor, job):
        raise NotAllowed(N_("Only the officer named and the regulator hold a share."))
    mine = _whose(act, job)
    wrapped: bytes | None = getattr(job, mine)
    if wrapped is None or not MAY_STILL_TAKE(act.actor, job):
        raise WrongState(N_("This share is not here any more: it is shown once, to the first who takes it."))
    setattr(job, mine, None)
    record(act, "job.take_share", job, share=mine)
    return shares.write(keys.unwrap(wrapped), job.seal_public or b"")


def bring_share(act: Act, job: Job, *, share: str) -> bool:
    """Join a share with the service's own; Invalid when both do not give the job's key. The share is not kept. True
    when nothing else is missing and the job goes on to its selection."""
    job.lock()
    if not MAY_HOLD_SHARE(act.actor, job):
        raise NotAllowed(N_("Only the officer named and the regulator hold a share."))
    job.LIFE.check(act, job, "release")
    if not MAY_BRING_NOW(act.actor, job):
        raise WrongState(N_("A share was brought already."))
    job.wrapped_seal = keys.wrap(_joined(job, share))
    job.service_share = job.officer_share = job.recovery_share = None
    job.unlocked = True
    record(act, "job.bring_share", job, share=_whose(act, job))
    return _go_on(act, job)


def _whose(act: Act, job: Job) -> str:
    return OFFICER if its_officer(act.actor, job) else RECOVERY


def _joined(job: Job, typed: str) -> bytes:
    public = job.seal_public or b""
    try:
        key = shares.join(keys.unwrap(job.service_share or b""), shares.read(typed, public))
    except ValueError as error:
        text = N_("This is no share of this job, or a letter is wrong. Compare it with your paper.")
        raise Invalid(text, field="share") from error
    if public_of(key) != public:
        raise Invalid(N_("This share does not fit the key of this job."), field="share")
    return key


def give_up(act: Act, job: Job) -> None:
    """The clock's verb when the time has passed: nothing was opened, and the selection failed. It is published who did
    not bring what opens it, and who did."""
    parts = parts_of(job)
    missing, brought = [one.what for one in parts if one.lacking], [one.what for one in parts if one.brought_at]
    reason = NOT_READ if unread(act.actor, job) else NOT_BROUGHT
    advance(act, job, "give_up", reason=reason, missing=missing, brought=brought or [NOTHING])


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


def _go_on(act: Act, job: Job) -> bool:
    """To the selection, when nothing is missing any more. Its deadline is the announced closing, long past."""
    if waits_for_opening(act.actor, job):
        return False
    advance(act, job, "release", due=job.closed_at, outside_value=job.outside_value)
    return True
