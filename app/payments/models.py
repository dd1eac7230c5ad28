"""What either side stated of the payments of a fee, and how the fees of many jobs stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Unit
from app.infra import almanac
from app.infra.db import Cents, Row, run
from app.jobs.models import Job
from app.jobs.rules import MAY_READ_PAPERS, owes_fee
from app.kernel.act import Actor
from app.kernel.spread import Spread, spread
from app.kernel.workdays import local_day
from app.payments.rules import MAY_READ_PAYMENT, MAY_STATE, Account, Outcome, Statement, days_after

STATED = "job.state_payment"


class Payment(Row):
    """One statement of one side about a payment of the fee, the `number`-th of the job: so many cents on a day, or 0:
    none came by then. Nothing is changed: a later statement of the same side about the same payment stands for it."""

    MAY_READ = MAY_READ_PAYMENT

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    number: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    paid_on: Mapped[date]
    cents: Mapped[Cents]
    stated_at: Mapped[datetime]

    job: Mapped[Job] = relationship()

    __table_args__ = (CheckConstraint("cents >= 0", "no_payment_is_below_nothing"),)


@dataclass(frozen=True)
class Fee:
    """The fee of an accepted job: what is said of it, the last day on which it is paid in time, how many calendar days
    after the acceptance that is and whether the contract says so; how it stands today; whether whoever looks is of one
    of its sides, and the numbers of the payments to which that side has not answered."""

    account: Account
    due: date
    days: int
    agreed: bool
    outcome: Outcome | None
    party: bool
    unanswered: Sequence[int]

    @property
    def open(self) -> bool:
        """Whether the term has ended and by what was said the fee is still open."""
        return self.outcome == Outcome.OPEN

    @property
    def unsaid(self) -> bool:
        """Whether the term has ended and nobody said anything."""
        return self.outcome == Outcome.UNSAID

    @property
    def in_time(self) -> bool:
        return self.outcome == Outcome.WITHIN


@dataclass(frozen=True)
class Paid:
    """How the fees of accepted jobs stand that are paid or whose term has ended: of those paid, the calendar days from
    the acceptance to the last payment and how many within the term; how many are open past it by what was said, told
    differently by the two sides, or not spoken of."""

    days: Spread | None
    paid: int
    within: int
    open: int
    different: int
    unsaid: int


SAID: tuple[Any, ...] = (
    Payment.id, Payment.job_id, Payment.number, Payment.by_id, Payment.paid_on, Payment.cents, Payment.stated_at,
)  # fmt: skip


def statements_of(job_id: int) -> Sequence[Any]:
    """Every statement about the fee of a job, the oldest first."""
    return run(select(*SAID).where(Payment.job_id == job_id).order_by(Payment.id)).all()


def term_of(job: Any) -> int:
    """The calendar days after its acceptance in which the fee of a job is to be paid: as its contract says, else as the
    law said on that day."""
    return int(job.payment_days or almanac.number("payment", job.accepted_at))


def due_of(job: Any) -> date:
    """The last day on which the fee of an accepted job is paid in time. Days of the calendar, not working days."""
    return local_day(job.accepted_at) + timedelta(days=term_of(job))


def fee_of(actor: Actor, job: Any, statements: Iterable[Any], now: datetime) -> Fee:
    """How the fee of an accepted job stands, for whoever looks."""
    account, due = Account(job.amount_cents, statements), due_of(job)
    outcome, party = account.outcome(due, local_day(now)), MAY_STATE(actor, job)
    unanswered = account.unanswered(actor.unit_id) if party else []
    return Fee(account, due, term_of(job), bool(job.payment_days), outcome, party, unanswered)


def fee_in(actor: Actor, job: Any, story: Iterable[Any], now: datetime) -> Fee | None:
    """The same from all that is on record about a job, for its page; None before the acceptance and for those who may
    not read its papers."""
    if not (owes_fee(actor, job) and MAY_READ_PAPERS(actor, job)):
        return None
    stated = [(row.facts, row) for row in story if row.name == STATED]
    statements = [
        Statement(facts["number"], row.unit_id, date.fromisoformat(facts["paid_on"]), facts["cents"], row.at)
        for facts, row in stated
    ]
    return fee_of(actor, job, statements, now)


def days_to_payment(job: Job) -> int | None:
    """The calendar days from the acceptance of a job to the last payment, once the whole fee came and nobody says
    otherwise."""
    if job.accepted_at is None:
        return None
    account = Account(job.amount_cents or 0, statements_of(job.id))
    return days_after(local_day(job.accepted_at), account.last) if account.paid and account.last else None


def paid_among(jobs: Sequence[Any], now: datetime) -> Paid:
    """How the fees of accepted jobs stand (rows with id, accepted_at, amount_cents, payment_days), in one statement."""
    found: dict[int, list[Any]] = {job.id: [] for job in jobs}
    for row in run(select(*SAID).where(Payment.job_id.in_(list(found))).order_by(Payment.id)):
        found[row.job_id].append(row)
    outcomes: list[Outcome | None] = []
    days = []
    for job in jobs:
        account = Account(job.amount_cents, found[job.id])
        outcomes.append(account.outcome(due_of(job), local_day(now)))
        if account.paid and account.last:
            days.append(days_after(local_day(job.accepted_at), account.last))
    return Paid(
        days=spread(days),
        paid=len(days),
        within=outcomes.count(Outcome.WITHIN),
        open=outcomes.count(Outcome.OPEN),
        different=outcomes.count(Outcome.DIFFERENT),
        unsaid=outcomes.count(Outcome.UNSAID),
    )
