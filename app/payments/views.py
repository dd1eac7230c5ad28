"""The payments of a job's fee as both sides state them, and the pages on which a side says its word."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.jobs.models import Job
from app.payments import operations
from app.payments.forms import PaymentForm
from app.payments.models import Fee, Payment, fee_of, statements_of
from app.payments.rules import MAY_ANSWER, MAY_READ, MAY_STATE, differ
from app.web.door import acting, allow, now

bp = Blueprint("payments", __name__)


@bp.get("/jobs/<int:id>/payments")
@allow(MAY_READ, Job)
def show(job: Job) -> Any:
    operations.refuse_undue(acting(), job)
    statements = statements_of(job.id)
    return render_template("payments/show.html", **_told(job, statements), statements=statements)


@bp.route("/jobs/<int:id>/payments/new", methods=["GET", "POST"])
@allow(MAY_STATE, Job)
def new(job: Job) -> Any:
    operations.refuse_stating(acting(), job)
    return _state(job)


@bp.route("/payments/<int:id>/answer", methods=["GET", "POST"])
@allow(MAY_ANSWER, Payment)
def answer(payment: Payment) -> Any:
    operations.refuse_undue(acting(), payment.job)
    return _state(payment.job, payment)


def _state(job: Job, about: Payment | None = None) -> Any:
    told = _told(job, statements_of(job.id))
    fee: Fee = told["fee"]
    rest = max(fee.account.rest(acting().actor.unit_id), 0)
    known = {"paid_on": about.paid_on, "cents": about.cents} if about else {"cents": rest}
    form, number = PaymentForm(data=known), about.number if about else None
    if form.validate_on_submit() and form.attempt(operations.state, acting(), job, number=number, **form.values):
        flash(gettext("The payment is recorded. The other side sees it and may confirm or correct it."))
        return redirect(url_for(".show", id=job.id), 303)
    return render_template("payments/state.html", form=form, number=number, **told), form.status


def _told(job: Job, statements: Any) -> dict[str, Any]:
    agency = job.agency.unit.name if job.agency else ""
    names = {job.owner_id: job.owner.name, job.agency_id: agency}
    return {"job": job, "fee": fee_of(acting().actor, job, statements, now()), "names": names, "differ": differ}
