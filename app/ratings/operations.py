"""Rating both ways, and the regulator's review. Nothing is ever invented for silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.entries.models import Entry
from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event, advance, record
from app.inquiries.models import Inquiry, answers_in_time
from app.jobs.models import Job
from app.jobs.rules import LIFE as JOB_LIFE
from app.jobs.rules import its_agency, its_owner
from app.kernel.act import VISITOR, Act
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.law import the_operator
from app.kernel.scores import POINT, month_of, points_of, three_parties
from app.kernel.words import N_
from app.kernel.workdays import due_day, local_day
from app.payments.models import days_to_payment
from app.ratings.models import AXES, Correction, Part, Rating, parts_of, ratings_of
from app.ratings.rules import LIFE, MAY_GIVE_PART, Party, RatingState, Side, counts, its_giver, its_subject, revealed
from app.services.clock import days_used, ledger_of

MEASURED = ("job.award", "job.confirm_contract", "job.deliver", "job.accept")


@dataclass(frozen=True)
class Facts:
    """What was measured of a job, beside the opinions: None where nothing is measured yet. The price is in share of
    what the selected agency quoted, where it did, and of the ceiling. Days are working days: those of the owner are
    from the award to the contract, and from the last delivery to its acceptance; those to the last payment of the fee
    are of the calendar, from the acceptance. So many questions were asked in the
    open before the closing, and so many of them answered in time."""

    on_time: bool | None
    days_used: int | None
    days_promised: int | None
    rework_rounds: int
    quote_share: float | None
    price_share: float | None
    defects_named: bool | None
    contract_days: int | None
    acceptance_days: int | None
    payment_days: int | None
    questions: int
    answered: int


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
        points=_points(job, (quality, timeliness, attitude, fee, conduct)),
        text=text,
        given_at=act.now,
        month=month_of(local_day(act.now)),
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


def correct(act: Act, rating: Rating, *, text: str, **marks: int) -> None:
    """Change a rating that nobody has read yet, within the time of the law. What it said before is kept."""
    job = rating.job
    job.lock()
    refuse_correcting(act, rating)
    before = {axis: getattr(rating, axis) for axis in AXES}
    session.add(Correction(rating_id=rating.id, corrected_at=act.now, marks=before, text=rating.text))
    for axis in AXES:
        setattr(rating, axis, marks[axis])
    rating.points, rating.text = _points(job, [marks[axis] for axis in AXES]), text
    advance(act, rating, "correct")


def refuse_correcting(act: Act, rating: Rating) -> None:
    """Refuse where a rating cannot be corrected, or no longer."""
    if its_giver(act.actor, rating) and act.now >= correction_ends(rating):
        over = N_("The time to correct it is over: %(hours)s hours, and never after it is published.")
        raise WrongState(over, hours=almanac.number("rating_correction", rating.given_at) // 60)
    LIFE.check(act, rating, "correct")


def correction_ends(rating: Rating) -> datetime:
    """When the time to correct a rating ends: a period after it was given, and before that when it is published."""
    end = rating.given_at + timedelta(minutes=almanac.number("rating_correction", rating.given_at))
    published = rating.job.state_since if revealed(VISITOR, rating) else rating.job.due
    return min(end, published or end)


def reply(act: Act, rating: Rating, *, text: str) -> None:
    """Answer a rating about oneself in public, once."""
    rating.lock()
    refuse_replying(act, rating)
    rating.reply, rating.replied_at = text, act.now
    record(act, "rating.reply", rating)


def refuse_replying(act: Act, rating: Rating) -> None:
    """Refuse where a rating cannot be answered, or no longer."""
    if rating.reply is not None and its_subject(act.actor, rating):
        raise WrongState(N_("Your side has replied already. A reply is given once."))
    LIFE.check(act, rating, "reply")
    until(act, rating, "rating_reply", N_("The time to reply ended on %(until)s."))


def until(act: Act, rating: Rating, term: str, told: str) -> datetime:
    """The end of a period that began when the rating was published; a refusal when it is over."""
    end = ends(rating, term)
    if act.now >= end:
        raise WrongState(told, until=due_day(end))
    return end


def ends(rating: Rating, term: str) -> datetime:
    """When a period ends that began when the rating was published."""
    return almanac.deadline(rating.job.state_since, term)


@dataclass(frozen=True)
class Ends:
    """Until when a rating can be corrected, replied to and appealed against; the last two None before it is
    published."""

    correction: datetime
    reply: datetime | None = None
    appeal: datetime | None = None


def ends_of(rating: Rating) -> Ends:
    if not revealed(VISITOR, rating):
        return Ends(correction_ends(rating))
    return Ends(correction_ends(rating), ends(rating, "rating_reply"), ends(rating, "rating_appeal"))


def give_part(act: Act, job: Job, *, level: int, reason: str) -> Part:
    """The regulator's or the service centre's part of the score of a finished job, once."""
    job.lock()
    if not MAY_GIVE_PART(act.actor, job):
        raise NotAllowed(N_("The regulator of the sector and the service centre give their part of an archived job."))
    party = Party.CENTRE if the_operator(act.actor) else Party.REGULATOR
    if any(one.party == party for one in parts_of(job.id)):
        raise WrongState(N_("Your part is given already."))
    part = Part(job_id=job.id, party=party, by_id=act.actor.unit_id, level=level, reason=reason, given_at=act.now)
    record(act, "part.give", part, party=party, level=level, reason=reason)
    return part


@dataclass(frozen=True)
class ThreeParty:
    """The parts of a job's score in points (None: missing), their weights, and the score, None while one is missing."""

    parts: dict[str, float | None]
    weights: dict[str, int]
    score: float | None


def three_party(job: Job) -> ThreeParty:
    """What the owner, the regulator and the service centre say of a finished job, by the weights of the law."""
    weights = weights_on(local_day(job.state_since))
    given = [(part.party, 100 * part.level) for part in parts_of(job.id)]
    given += [(str(Party.OWNER), one.points) for one in ratings_of(job.id) if counts(one) and one.side == Side.OWNER]
    points: dict[str, int | None] = dict.fromkeys(weights) | dict(given)
    whole = three_parties(points, weights)
    said = {party: each and each / 100 for party, each in points.items()}
    return ThreeParty(said, weights, whole and whole / POINT)


def weights_on(day: date) -> dict[str, int]:
    """What each party weighs in the score of a job that was archived on a day."""
    text = almanac.almanac().term("rating_parties", day).value
    return dict(zip(map(str, Party), map(int, text.split(",")), strict=True))


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
    steps = (
        select(Event.name, Event.at).where(Event.thread_of == job.thread, Event.name.in_(MEASURED)).order_by(Event.id)
    )
    last = {name: local_day(at) for name, at in session.execute(steps)}
    quoted = session.scalar(select(Entry.quote_cents).where(Entry.job_id == job.id, Entry.agency_id == job.agency_id))
    answered, questions = answers_in_time(job.awarded_at or job.state_since, Inquiry.job_id == job.id)
    return Facts(
        on_time=delivered < due if delivered and due else None,
        days_used=days_used(job, ledger, local_day(delivered)) if delivered and ledger else None,
        days_promised=job.agreed_days,
        rework_rounds=job.rework_rounds,
        quote_share=job.amount_cents / quoted if job.amount_cents and quoted else None,
        price_share=job.amount_cents / job.ceiling_cents if job.amount_cents and job.ceiling_cents else None,
        defects_named=job.defects_named if job.clock_start else None,
        contract_days=_days(last, "job.award", "job.confirm_contract"),
        acceptance_days=_days(last, "job.deliver", "job.accept"),
        payment_days=days_to_payment(job),
        questions=questions,
        answered=answered,
    )


def _days(last: Mapping[str, date], start: str, end: str) -> int | None:
    """The working days between the last of two steps; None while one is missing."""
    known = start in last and end in last and last[start] <= last[end]
    return almanac.calendar().between(last[start], last[end]) if known else None


def _points(job: Job, marks: Sequence[int]) -> int:
    """The points of a rating in hundredths, its axes weighing as in the standard the job was posted under."""
    weights = {axis["code"]: axis["weight"] for axis in job.standard.axes}
    return points_of(marks, [weights[axis] for axis in AXES])
