"""Rating both ways, and the regulator's review. Nothing is ever invented for silence."""

from dataclasses import dataclass

from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.models import Job
from app.jobs.rules import LIFE as JOB_LIFE
from app.jobs.rules import its_agency, its_owner
from app.kernel.act import Act
from app.kernel.errors import WrongState
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.ratings.models import Rating
from app.ratings.rules import RatingState, Side
from app.services.clock import days_used, ledger_of


@dataclass(frozen=True)
class Facts:
    """What was measured of a job, beside the opinions: None where nothing is measured yet. Days are working days."""

    on_time: bool | None
    days_used: int | None
    days_promised: int | None
    rework_rounds: int
    price_share: float | None


def give(
    act: Act, job: Job, *, quality: int, timeliness: int, attitude: int, fee: int, conduct: int, text: str
) -> Rating:
    """Rate the other side, once: five axes from 1 to 5. Nobody reads it before both ratings are in or the rating period
    has ended, so the record tells that a side has rated and not how. The second rating archives the job."""
    job.lock()
    by_owner = its_owner(act.actor, job)
    if (by_owner and job.owner_rated) or (its_agency(act.actor, job) and job.agency_rated):
        raise WrongState(N_("Your side has rated this job already."))
    JOB_LIFE.check(act, job, "conclude")
    rating = Rating(
        job_id=job.id,
        side=Side.OWNER if by_owner else Side.AGENCY,
        by_id=act.actor.unit_id,
        about_id=job.agency_id if by_owner else job.owner_id,
        quality=quality,
        timeliness=timeliness,
        attitude=attitude,
        fee=fee,
        conduct=conduct,
        text=text,
        given_at=act.now,
        state=RatingState.GIVEN,
        state_since=act.now,
    )
    record(act, "rating.give", rating, side=rating.side)
    if job.agency_rated if by_owner else job.owner_rated:
        advance(act, job, "conclude")
    if by_owner:
        job.owner_rated = True
    else:
        job.agency_rated = True
    session.flush()
    return rating


def set_aside(act: Act, rating: Rating, *, reason: str) -> None:
    """The regulator sets a rating aside: it stays readable as set aside, with the reason, and does not count."""
    advance(act, rating, "set_aside", reason=reason)
    rating.set_aside_because = reason


def restore(act: Act, rating: Rating, *, reason: str) -> None:
    """The regulator lets a rating count again; the record keeps why it was set aside and why it is not."""
    advance(act, rating, "restore", reason=reason)
    rating.set_aside_because = None


def facts_of(job: Job) -> Facts:
    """The measured facts of a job: by the first delivery and the service clock's due instant."""
    delivered, due, ledger = job.delivered_at, job.service_due, ledger_of(job)
    return Facts(
        on_time=delivered < due if delivered and due else None,
        days_used=days_used(ledger, local_day(delivered)) if delivered and ledger else None,
        days_promised=job.agreed_days,
        rework_rounds=job.rework_rounds,
        price_share=job.amount_cents / job.ceiling_cents if job.amount_cents and job.ceiling_cents else None,
    )
