"""Changing a published job in the open: a numbered addendum, more time where it matters, notice to all concerned."""

from typing import Any

from app.addenda.models import Addendum, addenda_counted
from app.addenda.rules import AMENDABLE, BOUNDS, MATTERS
from app.entries.eligible import lacking
from app.infra import almanac
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.envelopes import name_outside
from app.jobs.models import Job
from app.jobs.posting import LEAST_REASON, NEVER_WRONG, problems
from app.kernel.act import Act
from app.kernel.errors import Invalid
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.methods.rules import SCORED


def amend(act: Act, job: Job, *, text: str, **fields: Any) -> Addendum:
    """Publish an addendum to an open job: what it says, and any of AMENDABLE with its new value. Where it changes what
    an offer is made against, the entry stays open for the term of an extension, and is never shortened. What has been
    entered stays. Invalid for a value that is not lawful."""
    if unknown := fields.keys() - AMENDABLE.keys():
        raise TypeError(f"an addendum changes no {', '.join(sorted(unknown))}")
    job.lock()
    job.LIFE.check(act, job, "amend")
    if job.method in SCORED and BOUNDS & fields.keys():
        raise Invalid(N_("The bounds of a job that a panel scores stay as they were announced."))
    if len(text.strip()) < LEAST_REASON:
        raise Invalid(N_("Say what changes, and why."), field="text")
    changes = _change(act, job, fields)
    closed = job.due or act.now
    counted, extended = job.counted(), almanac.waits(act.now, "addendum_extension")
    closes = max(closed, extended["due"]) if MATTERS & changes.keys() else closed
    told = {"closing": closed.isoformat()} if MATTERS & changes.keys() else {}
    if closes != closed:
        counted = extended["counted_from"], extended["counted_days"]
        name_outside(job, closes)
    known = {"job_id": job.id, "number": addenda_counted(job.id) + 1, "changes": changes}
    addendum = Addendum(**known, text=text.strip(), published_at=act.now, closed=closed, closes=closes)
    session.add(addendum)
    advance(act, job, "amend", due=closes, counted=counted, addendum=addendum.number, fields=sorted(changes), **told)
    _warn(act, job)
    return addendum


def _change(act: Act, job: Job, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Give the job its new values; what was there before and is now, by the field."""
    changes = {name: [getattr(job, name), value] for name, value in fields.items() if value != getattr(job, name)}
    with session.no_autoflush:
        for name, (_, value) in changes.items():
            setattr(job, name, value)
        wrong = [one for one in problems(act, job) if one.field in changes or one.field in NEVER_WRONG]
    if wrong:
        session.refresh(job)
        raise wrong[0]
    return changes


def _warn(act: Act, job: Job) -> None:
    """Tell each agency whose entry no longer meets a condition. Of sealed offers nobody can know it."""
    for entry, lacks in lacking(local_day(act.now), job):
        record(act, "entry.warn", entry, reason=lacks.says)
