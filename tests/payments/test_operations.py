"""Stating what came of a fee, in the database: who may, from when, how much, and what stays."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import local_day
from app.payments import operations
from app.payments.models import STATED, Payment, days_to_payment, due_of, fee_of, paid_among, statements_of
from tests import make

pytestmark = pytest.mark.usefixtures("app")


def accepted(days: int | None = None, **fields: Any) -> Job:
    """A job whose report is accepted, with so many days for the payment in its contract."""
    job = make.job("accepted", funds="social", entries=1, **fields)
    job.payment_days = days
    return job


def state(job: Job, who: Any, cents: int, *, after: int = 5, number: int | None = None, **other: Any) -> Payment:
    """A side states, so many days after the acceptance, that so much came on that day."""
    now = job.accepted_at + timedelta(days=after)
    known = {"paid_on": local_day(now), "cents": cents} | other
    return operations.state(make.act(who, now), job, number=number, **known)


def test_either_side_states_and_what_it_says_is_on_record() -> None:
    job = accepted()
    fee = job.amount_cents or 0
    first = state(job, job.agency, fee - 100)
    state(job, job.owner, 100, after=6)
    assert [(one.number, one.by_id, one.cents) for one in statements_of(job.id)] == [
        (1, job.agency_id, fee - 100),
        (2, job.owner_id, 100),
    ]
    (event, _) = session.scalars(select(Event).where(Event.name == STATED).order_by(Event.id)).all()
    assert (event.thread_of, event.unit_id) == (job.thread, job.agency_id)
    assert event.facts == {"number": 1, "paid_on": first.paid_on.isoformat(), "cents": fee - 100}
    assert job.state == "accepted", "the job goes its way whatever is paid"
    assert days_to_payment(job) == 6


def test_the_other_side_may_say_otherwise_and_both_words_stay() -> None:
    job = accepted()
    fee = job.amount_cents or 0
    told = state(job, job.owner, fee)
    state(job, job.agency, 0, after=7, number=told.number)
    assert days_to_payment(job) is None
    state(job, job.agency, fee, after=8, number=told.number, paid_on=told.paid_on)
    assert [one.cents for one in statements_of(job.id)] == [fee, 0, fee]
    assert days_to_payment(job) == 5


@pytest.mark.one_database
def test_what_cannot_be_is_refused_with_what_to_do() -> None:
    job = accepted()
    fee, accepted_at = job.amount_cents or 0, job.accepted_at or datetime.min
    signed = local_day(job.awarded_at)
    for wrong, field, says in (
        ({"paid_on": local_day(accepted_at) + timedelta(days=6)}, "paid_on", f"Choose a day from {signed}"),
        ({"paid_on": signed - timedelta(days=1)}, "paid_on", f"Choose a day from {signed}"),
        ({"cents": fee + 1}, "cents", "Write at most"),
    ):
        with pytest.raises(Invalid) as refused:
            state(job, job.agency, **{"cents": fee} | wrong)
        assert (refused.value.field, str(refused.value)[: len(says)]) == (field, says)
    part = state(job, job.agency, 100)
    with pytest.raises(Invalid, match="Write at most"):
        state(job, job.owner, fee - 99)
    with pytest.raises(Invalid, match="A payment is recorded already"):
        state(job, job.owner, 0)
    with pytest.raises(Invalid, match="Your side says this already"):
        state(job, job.agency, 100, number=part.number)
    state(job, job.agency, fee, number=part.number)
    with pytest.raises(WrongState, match="The whole fee is recorded as paid"):
        state(job, job.owner, 1)
    for stranger in (make.agency(), make.unit(), make.operator()):
        with pytest.raises(NotAllowed):
            state(job, stranger, 1)


@pytest.mark.one_database
def test_before_the_acceptance_no_fee_is_due() -> None:
    job = make.job("delivered")
    with pytest.raises(WrongState, match="once the report is accepted"):
        operations.state(make.act(job.agency, make.later(job)), job, paid_on=local_day(job.state_since), cents=1)


@pytest.mark.one_database
def test_the_term_is_of_the_contract_or_of_the_day_of_the_acceptance() -> None:
    plain, agreed = accepted(), accepted(45)
    make.term("payment", "20", date(2099, 1, 1))
    for job, days in ((plain, 30), (agreed, 45)):
        assert due_of(job) == local_day(job.accepted_at) + timedelta(days=days)
        fee = fee_of(make.act(job.owner).actor, job, statements_of(job.id), job.accepted_at)
        assert (fee.days, fee.agreed, fee.outcome) == (days, days == 45, None)


@pytest.mark.one_database
def test_the_fees_of_many_jobs_are_counted_by_how_they_stand() -> None:
    jobs = [accepted() for _ in range(3)]
    whole = jobs[0].amount_cents or 0
    state(jobs[0], jobs[0].agency, whole, after=12)
    state(jobs[1], jobs[1].agency, 1)
    found = paid_among(jobs, max(job.accepted_at for job in jobs) + timedelta(days=31))
    assert (found.paid, found.within, found.open, found.different, found.unsaid) == (1, 1, 1, 0, 1)
    assert found.days and (found.days.middle, found.days.count) == (12, 1)
