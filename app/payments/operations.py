"""Stating what came of the fee of an accepted job, by either side."""

from datetime import date, datetime

from app.contracts.models import contract_in_force
from app.infra import almanac
from app.infra.db import session
from app.infra.outbox import enqueue
from app.infra.record import Event, record
from app.jobs.models import Job
from app.jobs.rules import owes_fee
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.money import yuan
from app.kernel.words import N_
from app.kernel.workdays import HERE, local_day
from app.payments.models import STATED, Payment, due_of, statements_of
from app.payments.rules import MAY_STATE, Account


def state(act: Act, job: Job, *, paid_on: date, cents: int, number: int | None = None) -> Payment:
    """State that so many cents of the fee came on a day, or with 0 that by then none did. `number` is that of a payment
    either side spoke of before: then this is the word of one's own side about it, the same or another. Both stay."""
    job.lock()
    refuse_stating(act, job, number)
    account, unit = Account(job.amount_cents or 0, statements_of(job.id)), act.actor.unit_id or 0
    contract = contract_in_force(job.id)
    first, today = contract.signed_on if contract else local_day(job.awarded_at or act.now), local_day(act.now)
    if not first <= paid_on <= today:
        text = N_("Choose a day from %(first)s, when the contract was signed, to today.")
        raise Invalid(text, field="paid_on", first=first)
    rest = account.rest(unit, number)
    if cents > rest:
        text = N_("Write at most %(rest)s yuan: the fee is %(fee)s yuan, and %(told)s yuan of it are recorded already.")
        amounts = {"rest": max(rest, 0), "fee": account.owed, "told": account.owed - rest}
        raise Invalid(text, field="cents", **{name: yuan(amount) for name, amount in amounts.items()})
    if number is None and not cents and account.payments:
        text = N_("A payment is recorded already: what is missing of the fee counts as not paid without a word.")
        raise Invalid(text, field="cents")
    last = account.payments.get(number or 0, {}).get(unit)
    if last and (last.paid_on, last.cents) == (paid_on, cents):
        raise Invalid(N_("Your side says this already. Change the day or the amount, or leave it."))
    number = number or max(account.payments, default=0) + 1
    payment = Payment(job=job, number=number, by_id=unit, paid_on=paid_on, cents=cents, stated_at=act.now)
    session.add(payment)
    record(act, STATED, job, number=number, paid_on=paid_on.isoformat(), cents=cents)
    return payment


def plan_reminder(act: Act, event_id: int) -> None:
    """Reaction to an acceptance: ask both sides what came of the fee on the working day after its term."""
    job = session.get_one(Job, session.get_one(Event, event_id).subject_id)
    day, hours = almanac.calendar().add(due_of(job), 1), almanac.hours(act.now)
    enqueue(act, "notices.remind_of_fee", at=datetime.combine(day, hours.spans[0][0], HERE), event_id=event_id)


def refuse_stating(act: Act, job: Job, number: int | None = None) -> None:
    """Refuse, with what to do, where nothing can be stated of a payment now."""
    if not MAY_STATE(act.actor, job):
        raise NotAllowed(N_("Payments are recorded by the owner and the agency of the job."))
    refuse_undue(act, job)
    account = Account(job.amount_cents or 0, statements_of(job.id))
    if number is None and account.rest(act.actor.unit_id) <= 0:
        raise WrongState(N_("The whole fee is recorded as paid. Where something is wrong, correct that payment."))


def refuse_undue(act: Act, job: Job) -> None:
    """Refuse before the report is accepted."""
    if not owes_fee(act.actor, job):
        raise WrongState(N_("The fee is due once the report is accepted. Record a payment then."))
