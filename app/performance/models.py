"""Promise against fact of a unit over the last twelve months, from the rows of its jobs: no opinion is in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, func, literal, select, union_all

from app.accounts.models import Unit
from app.contracts.models import Contract
from app.credit.models import RUNNING
from app.entries.models import Entry
from app.infra import almanac
from app.infra.db import run, session
from app.infra.record import Event
from app.inquiries.models import Inquiry, answers_in_time
from app.jobs.models import Job
from app.kernel.act import Kind
from app.kernel.spread import Spread, spread
from app.kernel.workdays import local_day
from app.payments.models import Paid, paid_among
from app.performance.rules import MAY_READ
from app.services.clock import days_used, ledger_of
from app.services.models import Alteration, Delivery, Pause, on_the_clocks
from app.speed.models import Share

YEAR = timedelta(days=365)
ANSWERED = ("pause.confirm", "pause.refuse", "alteration.agree", "alteration.refuse")


@dataclass(frozen=True)
class Kept:
    """What an agency's reports came to, of all or of one item: working days `used` of those promised, by the ledger of
    each; reports on time, by the same; reports accepted or standing without rework, and rounds of it in all; jobs whose
    papers were asked for once; the cents paid, of those quoted and of the ceilings, over the jobs that have both."""

    delivered: int
    used: Share
    on_time: Share
    at_once: Share
    rounds: int
    asked_once: Share
    quote: Share
    ceiling: Share


@dataclass(frozen=True)
class Record:
    """What an agency did: in all and by the id of the item; requests of owners it answered itself, of those not left to
    silence or answered; and the jobs it has to serve now."""

    all: Kept
    items: dict[int, Kept]
    answers: Share
    running: int


class Owner:
    """A unit that posts jobs as everybody sees it: its name, and what it did."""

    MAY_READ = MAY_READ

    @staticmethod
    def load(id: int) -> Unit | None:
        return session.get(Unit, id)


@dataclass(frozen=True)
class OwnersRecord:
    """What an owner did as to the jobs awarded: papers complete at once, of those checked; working days from the award
    to the contract and from the last delivery to its acceptance; how the fees stand; acceptances of its own,
    of those not left to silence or given; questions before the closing answered in time; requests of agencies it
    answered itself."""

    awarded: int
    running: int
    complete: Share
    contract: Spread | None
    acceptance: Spread | None
    payment: Paid
    accepted: Share
    questions: Share
    answers: Share

    @property
    def paid(self) -> Share:
        """Fees paid within their term, of those paid or stated to be open past it."""
        return Share(self.payment.within, self.payment.paid + self.payment.open)


SERVED = (
    select(
        Job.id, Job.item_id, Job.clock_start, Job.agreed_days, Job.delivered_at, Job.service_due, Job.rework_rounds,
        Job.defects_named, Job.amount_cents, Job.ceiling_cents, Entry.quote_cents,
    )
    .outerjoin(Entry, and_(Entry.job_id == Job.id, Entry.agency_id == Job.agency_id))
    .order_by(Job.id)
)  # fmt: skip


def record_of(agency_id: int, now: datetime) -> Record:
    """Of the jobs whose report an agency first delivered within a year, in a few statements whatever their number."""
    jobs = run(SERVED.where(Job.agency_id == agency_id, Job.delivered_at > now - YEAR)).all()
    moved = on_the_clocks([job.id for job in jobs])
    used = {job.id: _used(job, moved.get(job.id, [])) for job in jobs}
    items: dict[int, list[Any]] = {}
    for job in jobs:
        items.setdefault(job.item_id, []).append(job)
    return Record(
        all=_kept(jobs, used),
        items={id: _kept(some, used) for id, some in items.items()},
        answers=_answers(Job.agency_id == agency_id, Kind.AGENCY, now),
        running=_running(Job.agency_id == agency_id),
    )


def owners_record(owner_id: int, now: datetime) -> OwnersRecord:
    """Of the jobs of an owner that were awarded within a year, in a few statements whatever their number."""
    ours = (Job.owner_id == owner_id, Job.awarded_at > now - YEAR)
    last = select(func.max(Delivery.delivered_at)).where(Delivery.job_id == Job.id).scalar_subquery()
    signed = select(func.max(Contract.confirmed_at)).where(Contract.job_id == Job.id).scalar_subquery()
    columns = (
        Job.awarded_at,
        Job.clock_start,
        Job.defects_named,
        Job.id,
        Job.accepted_at,
        Job.amount_cents,
        Job.payment_days,
        signed.label("signed"),
        last.label("last"),
    )
    jobs = run(select(*columns).where(*ours).order_by(Job.id)).all()
    checked = [job for job in jobs if job.clock_start]
    silent = select(func.count()).select_from(Job).join(Event, Event.thread_of == _thread("job:", Job.id))
    left = session.scalar(silent.where(*ours, Event.name == "job.accept", Event.actor_kind == Kind.CLOCK)) or 0
    accepted = sum(job.accepted_at is not None for job in jobs)
    return OwnersRecord(
        awarded=len(jobs),
        running=_running(Job.owner_id == owner_id),
        complete=Share(sum(not job.defects_named for job in checked), len(checked)),
        contract=_days([(job.awarded_at, job.signed) for job in jobs]),
        acceptance=_days([(job.last, job.accepted_at) for job in jobs]),
        payment=paid_among([job for job in jobs if job.accepted_at], now),
        accepted=Share(accepted - left, accepted),
        questions=Share(*answers_in_time(now, Job.owner_id == owner_id, Inquiry.asked_at > now - YEAR)),
        answers=_answers(Job.owner_id == owner_id, Kind.OWNER, now),
    )


def _used(job: Any, moved: Sequence[Any]) -> int | None:
    ledger = ledger_of(job, moved)
    return days_used(job, ledger, local_day(job.delivered_at)) if ledger else None


def _kept(jobs: Sequence[Any], used: dict[int, int | None]) -> Kept:
    timed = [job for job in jobs if used[job.id] is not None]

    def share(meant: Callable[[Any], Any], of: Sequence[Any]) -> Share:
        return Share(sum(bool(meant(job)) for job in of), len(of))

    def cents(column: str) -> Share:
        both = [job for job in jobs if job.amount_cents and getattr(job, column)]
        return Share(sum(job.amount_cents for job in both), sum(getattr(job, column) for job in both))

    return Kept(
        delivered=len(jobs),
        used=Share(sum(used[job.id] or 0 for job in timed), sum(job.agreed_days for job in timed)),
        on_time=share(lambda job: job.delivered_at < job.service_due, [job for job in jobs if job.service_due]),
        at_once=share(lambda job: not job.rework_rounds, jobs),
        rounds=sum(job.rework_rounds for job in jobs),
        asked_once=share(lambda job: not job.defects_named, [job for job in jobs if job.clock_start]),
        quote=cents("quote_cents"),
        ceiling=cents("ceiling_cents"),
    )


def _running(whose: Any) -> int:
    return session.scalar(select(func.count()).select_from(Job).where(whose, Job.state.in_(list(RUNNING)))) or 0


def _answers(whose: Any, kind: str, now: datetime) -> Share:
    """Pauses and other days that the other side asked this one for within a year: those it answered itself, of those
    that it answered or the clock did."""
    found = []
    for asked in (Pause, Alteration):
        told = and_(Event.thread_of == _thread("job:", asked.job_id), Event.subject_id == asked.id)
        side = Job.agency_id if kind == Kind.AGENCY else Job.owner_id
        query = select(Event.actor_kind).select_from(asked).join(Job, Job.id == asked.job_id).join(Event, told)
        names = [name for name in ANSWERED if name.startswith(asked.__tablename__)]
        found.append(query.where(whose, asked.asked_by_id != side, asked.asked_at > now - YEAR, Event.name.in_(names)))
    kinds = list(session.scalars(union_all(*found)))
    return Share(sum(one == kind for one in kinds), sum(one in (kind, Kind.CLOCK) for one in kinds))


def _thread(prefix: str, id: Any) -> Any:
    return literal(prefix) + cast(id, String)


def _days(spans: Sequence[tuple[datetime | None, datetime | None]]) -> Spread | None:
    """The working days of the spans that have ended."""
    calendar = almanac.calendar()
    return spread(
        calendar.between(local_day(since), local_day(until))
        for since, until in spans
        if since and until and since <= until
    )
