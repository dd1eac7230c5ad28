"""What changes the course of a service: the agency's one extension, a change of scope, suspension and its lifting."""

from datetime import datetime
from typing import Any

from app.infra import almanac
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.models import Job
from app.jobs.rules import LIFE, on_the_clock
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.services.clock import ledger_of
from app.services.models import Alteration, Suspension, extended, open_alteration, open_suspension
from app.services.operations import (
    TAKEN_BACK,
    close_what_is_open,
    promise,
    ready,
    reasoned,
    rederive,
    refuse_when_due,
)
from app.services.rules import CAPS, MAY_ALTER, AlterationState, once


def ask(act: Act, job: Job, *, kind: str, days: int, reason: str) -> Alteration:
    """Ask for other days before the service is due: the agency for its one extension, either side because the scope
    changes (more, as many, or fewer). They count once the other side agrees; silence refuses them."""
    job.lock()
    refuse_asking(act, job, kind)
    (least, most), past = bounds(kind, act.now), _is_past(act, job, days)
    if not least <= days <= most:
        raise Invalid(N_("Enter a whole number from %(least)s to %(most)s."), field="days", least=least, most=most)
    if past:
        raise Invalid(N_("So few days would have ended already. Leave at least until today."), field="days")
    why, waits = reasoned(reason, "reason"), almanac.waits(act.now, "alteration_answer")
    known: dict[str, Any] = {"state": AlterationState.ASKED, "state_since": act.now, "asked_at": act.now} | waits
    alteration = Alteration(job=job, asked_by_id=act.actor.unit_id, kind=kind, days=days, reason=why, **known)
    record(act, "alteration.ask", alteration, kind=kind, days=days, due=waits["due"].isoformat())
    return alteration


def refuse_asking(act: Act, job: Job, kind: str) -> None:
    """Refuse, with what to do, where new days cannot be asked for now."""
    if not MAY_ALTER[kind](act.actor, job):
        raise NotAllowed(N_("This step is not yours to take. The rules page says whose it is."))
    if not on_the_clock(act.actor, job):
        raise WrongState(N_("This is no longer possible: it is now “%(state)s”."), state=LIFE.label(job.state))
    refuse_when_due(act, job, N_("The service is due already. New days must be asked for before that."))
    if open_alteration(job.id):
        raise WrongState(N_("New days are asked for already. There is one request at a time."))
    if once(kind) and extended(job.id):
        raise WrongState(N_("The one extension of this job has been asked for already."))


def bounds(kind: str, now: datetime) -> tuple[int, int]:
    """The fewest and the most working days that may be asked for, below 0 to shorten."""
    most = almanac.number(CAPS[kind], now)
    return (1 if once(kind) else -most), most


def agree(act: Act, alteration: Alteration) -> None:
    """Agree to the new days, as the other side: they count from now, and the due day is derived anew."""
    ready(act, alteration, "agree")
    if _is_past(act, alteration.job, alteration.days):
        raise WrongState(N_("So few days would have ended already. Refuse them, or ask for others."))
    advance(act, alteration, "agree", kind=alteration.kind, days=alteration.days)
    rederive(act, alteration.job)


def refuse(act: Act, alteration: Alteration, *, answer: str) -> None:
    """Refuse the new days with an answer; the due day stays."""
    ready(act, alteration, "refuse")
    alteration.answer = reasoned(answer, "answer")
    advance(act, alteration, "refuse", kind=alteration.kind, answer=alteration.answer)


def drop(act: Act, alteration: Alteration) -> None:
    """Take back a request that nobody has answered yet; an extension can then be asked for again."""
    ready(act, alteration, "drop")
    alteration.answer = TAKEN_BACK
    advance(act, alteration, "drop", kind=alteration.kind)


def suspend(act: Act, job: Job, *, reason: str) -> Suspension:
    """Order the whole service to stand still, as the operator or the regulator, before it is due. It does not count
    towards the cap of pauses; a running pause ends, and what is only asked for falls away. The reason is public."""
    ready(act, job, "suspend")
    why = reasoned(reason, "reason")
    close_what_is_open(act, job, N_("the service was suspended"))
    refuse_when_due(act, job, N_("The service is due already. A suspension must be ordered before that."))
    suspension = Suspension(job_id=job.id, reason=why, started_at=act.now)
    session.add(suspension)
    promise(job)
    advance(act, job, "suspend", reason=why)
    return suspension


def lift(act: Act, job: Job, *, reason: str) -> None:
    """End a suspension, and go on with a due day derived anew. The reason is public."""
    ready(act, job, "lift")
    why, suspension = reasoned(reason, "reason"), open_suspension(job.id)
    if suspension is None:
        raise WrongState(N_("No suspension lasts."))
    suspension.ended_at, suspension.lifted_because = act.now, why
    advance(act, job, "lift", due=promise(job), reason=why)


def _is_past(act: Act, job: Job, days: int) -> bool:
    """Whether so many days fewer leave the service none, or had it end before today."""
    ledger = ledger_of(job, until=act.now)
    left = almanac.calendar().between(local_day(act.now), ledger.due) if ledger else 0
    return days < 0 and ledger is not None and (ledger.days + days < 1 or left + days < 0)
