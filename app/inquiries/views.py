"""Asking about a job, and the pages of those who answer and withhold."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.entries.operations import check_open
from app.inquiries import operations
from app.inquiries.forms import AnswerForm, QuestionForm, ReasonForm
from app.inquiries.models import Inquiry, questions_until
from app.inquiries.rules import (
    INQUIRY_LIFE,
    MAY_ASK,
    MAY_KNOW_ASKER,
    MAY_READ_INQUIRY,
    MAY_READ_WORDS,
    owner_of_its_job,
    while_open,
)
from app.jobs.models import Job, light_of
from app.web.door import acting, allow, now

bp = Blueprint("inquiries", __name__)


@bp.route("/jobs/<int:id>/ask", methods=["GET", "POST"])
@allow(MAY_ASK, Job)
def new(job: Job) -> Any:
    operations.check_asking(acting(), job)
    form = QuestionForm()
    if form.validate_on_submit() and form.attempt(operations.ask, acting(), job, **form.values):
        flash(gettext("Your question is with the owner, who does not learn who asks."))
        return redirect(url_for(".show", id=form.result.id), 303)
    return render_template("inquiries/new.html", form=form, job=job, until=questions_until(job)), form.status


@bp.get("/inquiries/<int:id>")
@allow(MAY_READ_INQUIRY, Inquiry)
def show(inquiry: Inquiry) -> Any:
    actor = acting().actor
    open_still = while_open(actor, inquiry)
    turn = INQUIRY_LIFE.turn(inquiry.state) if open_still else None
    known = {"turn": turn, "yours": bool(turn and turn.who(actor, inquiry)), "light": light_of(inquiry, now())}
    return render_template("inquiries/show.html", **_told(inquiry), **known)


@bp.route("/inquiries/<int:id>/answer", methods=["GET", "POST"])
@allow(owner_of_its_job, Inquiry)
def answer(inquiry: Inquiry) -> Any:
    check_open(acting(), inquiry.job)
    return _asked(inquiry, operations.answer, AnswerForm(), gettext("Question and answer are on the page of the job."))


@bp.route("/inquiries/<int:id>/withhold", methods=["GET", "POST"])
@allow(INQUIRY_LIFE["withhold"].who, Inquiry)
def withhold(inquiry: Inquiry) -> Any:
    return _asked(inquiry, operations.withhold, ReasonForm(), gettext("The question is withheld, with your reason."))


def _asked(inquiry: Inquiry, verb: Any, form: Any, told: str) -> Any:
    """A step that asks for words, on the page named like it."""
    INQUIRY_LIFE.check(acting(), inquiry, verb.__name__)
    if form.validate_on_submit() and form.attempt(verb, acting(), inquiry, **form.values):
        flash(told)
        return redirect(url_for("jobs.show", id=inquiry.job_id, _anchor="questions"), 303)
    return render_template(f"inquiries/{verb.__name__}.html", **_told(inquiry), form=form), form.status


def _told(inquiry: Inquiry) -> dict[str, Any]:
    actor = acting().actor
    known = {"words": MAY_READ_WORDS(actor, inquiry), "asker": MAY_KNOW_ASKER(actor)}
    return known | {"inquiry": inquiry, "job": inquiry.job, "life": INQUIRY_LIFE}
