"""Objecting to a result, answering, deciding. An upheld objection selects the next of the published order."""

from datetime import datetime
from typing import Any

from app.infra import almanac
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.models import Job
from app.jobs.rules import in_publicity as job_in_publicity
from app.kernel.act import Act
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.words import N_
from app.objections.models import Objection, objections_pending, pending_objections
from app.objections.rules import MAY_OBJECT, ObjectionState
from app.selections.models import Award, current_award, publicity_of
from app.selections.operations import choose_next, end_award


def object_to(act: Act, job: Job, *, ground: str, file_id: int | None) -> Objection:
    """Object to a result during its publicity. The award waits until the objection is decided or taken back."""
    if not MAY_OBJECT(act.actor):
        raise NotAllowed(N_("Only agencies and project owners may object."))
    job.lock()
    award_in_publicity(act, job)
    objection = Objection(
        job_id=job.id,
        unit_id=act.actor.unit_id,
        ground=ground,
        file_id=file_id,
        filed_at=act.now,
        state=ObjectionState.FILED,
        state_since=act.now,
        **(waits := almanac.waits(act.now, "objection_answer")),
    )
    record(act, "objection.file", objection, due=waits["due"].isoformat())
    advance(act, job, "object")
    return objection


def award_in_publicity(act: Act, job: Job) -> Award:
    """The award that can be objected to now, or a refusal."""
    award = current_award(job.id)
    if not job_in_publicity(act.actor, job) or award is None:
        now = job.LIFE.label(job.state)
        raise WrongState(N_("Objections are taken while the result is in publicity: it is now “%(state)s”."), state=now)
    if act.now >= award.publicity_ends:
        raise WrongState(N_("The publicity of this result has ended, and with it the time to object."))
    return award


def answer(act: Act, objection: Objection, *, text: str) -> None:
    objection.answer, objection.answered_by_id = text, act.actor.unit_id
    advance(act, objection, "answer")


def dismiss(act: Act, objection: Objection, *, decision: str) -> None:
    """The objection is not well founded. When it was the last one pending, publicity goes on to its end."""
    job = _decide(act, objection, "dismiss", decision)
    if not pending_objections(job.id):
        advance(act, job, "dismiss", **_rest_of_publicity(act.now, job))


def uphold(act: Act, objection: Objection, *, decision: str) -> None:
    """The objection is well founded: the result is set aside and the next in line selected, with publicity anew."""
    job = _decide(act, objection, "uphold", decision)
    for other in objections_pending(job.id):
        other.decision, other.decided_at = decision, act.now
        advance(act, other, "uphold")
    end_award(act, job, N_("set aside after an objection"))
    choose_next(act, job, "replace", "annul")


def take_back(act: Act, objection: Objection) -> None:
    """Whoever objected takes it back. When it was the last one pending, the clock goes on with the job."""
    job = objection.job
    job.lock()
    advance(act, objection, "take_back")
    if not pending_objections(job.id):
        job.due = act.now


def carry_on(act: Act, job: Job) -> None:
    """The clock's verb after the last objection was taken back."""
    advance(act, job, "carry_on", **_rest_of_publicity(act.now, job))


def _decide(act: Act, objection: Objection, verb: str, decision: str) -> Job:
    job = objection.job
    job.lock()
    advance(act, objection, verb)
    objection.decision, objection.decided_at = decision, act.now
    session.flush()
    return job


def _rest_of_publicity(now: datetime, job: Job) -> dict[str, Any]:
    """The end of publicity, as a calendar changed meanwhile put it off; now when it has passed while the award
    waited."""
    award = current_award(job.id)
    if award is None or award.publicity_ends <= now:
        return {"due": now}
    return {"due": award.publicity_ends, "counted": publicity_of(award, job)}
