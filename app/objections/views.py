"""Objecting, and the pages of those who answer and decide."""

from statistics import median
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.jobs.models import Job, light_of
from app.kernel.law import anyone, signed_in
from app.objections import operations
from app.objections.forms import AnswerForm, DecisionForm, ObjectionForm
from app.objections.models import Objection, objections_of, outcomes
from app.objections.rules import MAY_OBJECT, MAY_READ_OBJECTION, OBJECTION_LIFE
from app.selections.models import current_award, next_in_line
from app.web.door import acting, allow, now
from app.web.downloads import download

bp = Blueprint("objections", __name__)


@bp.get("/objections")
@allow(anyone)
def index() -> Any:
    """How objections end: figures without names."""
    found = outcomes(now())
    known = {"life": OBJECTION_LIFE, "median": median(found.days) if found.days else None}
    return render_template("objections/index.html", found=found, **known)


@bp.route("/jobs/<int:id>/object", methods=["GET", "POST"])
@allow(MAY_OBJECT, Job)
def new(job: Job) -> Any:
    award = operations.award_in_publicity(acting(), job)
    form = ObjectionForm()
    if form.validate_on_submit():
        evidence = form.file.data
        ground, file_id = form.ground.data, evidence.id if evidence else None
        if form.attempt(operations.object_to, acting(), job, ground=ground, file_id=file_id):
            flash(gettext("Your objection is filed. The award waits until it is decided."))
            return redirect(url_for("objections.show", id=form.result.id), 303)
    return render_template("objections/new.html", form=form, job=job, award=award), form.status


@bp.get("/jobs/<int:id>/objections")
@allow(signed_in, Job)
def of_job(job: Job) -> Any:
    """The objections to a result, for everybody those that they may read."""
    readable = [one for one in objections_of(job.id) if MAY_READ_OBJECTION(acting().actor, one)]
    return render_template("objections/of_job.html", job=job, objections=readable, life=OBJECTION_LIFE)


@bp.get("/objections/<int:id>")
@allow(MAY_READ_OBJECTION, Objection)
def show(objection: Objection) -> Any:
    actor, turn = acting().actor, OBJECTION_LIFE.turn(objection.state)
    known = {"turn": turn, "yours": bool(turn and turn.who(actor, objection)), "light": light_of(objection, now())}
    return render_template("objections/show.html", objection=objection, job=objection.job, life=OBJECTION_LIFE, **known)


@bp.route("/objections/<int:id>/answer", methods=["GET", "POST"])
@allow(OBJECTION_LIFE["answer"].who, Objection)
def answer(objection: Objection) -> Any:
    OBJECTION_LIFE.check(acting(), objection, "answer")
    form = AnswerForm()
    if form.validate_on_submit() and form.attempt(operations.answer, acting(), objection, **form.values):
        flash(gettext("Your answer is filed. The operator decides with it at hand."))
        return redirect(url_for("objections.show", id=objection.id), 303)
    return render_template("objections/answer.html", form=form, objection=objection), form.status


@bp.route("/objections/<int:id>/uphold", methods=["GET", "POST"])
@allow(OBJECTION_LIFE["uphold"].who, Objection)
def uphold(objection: Objection) -> Any:
    """With it goes the result: the page says who would follow."""
    known = {"award": current_award(objection.job_id), "following": next_in_line(objection.job_id)}
    return _decision(objection, operations.uphold, "objections/uphold.html", **known)


@bp.route("/objections/<int:id>/dismiss", methods=["GET", "POST"])
@allow(OBJECTION_LIFE["dismiss"].who, Objection)
def dismiss(objection: Objection) -> Any:
    return _decision(objection, operations.dismiss, "objections/dismiss.html")


@bp.post("/objections/<int:id>/take_back")
@allow(OBJECTION_LIFE["take_back"].who, Objection)
def take_back(objection: Objection) -> Any:
    operations.take_back(acting(), objection)
    flash(gettext("The objection is taken back."))
    return redirect(url_for("objections.show", id=objection.id), 303)


@bp.get("/objections/<int:id>/file")
@allow(MAY_READ_OBJECTION, Objection)
def file(objection: Objection) -> Any:
    return download(objection.file)


def _decision(objection: Objection, verb: Any, page: str, **known: Any) -> Any:
    OBJECTION_LIFE.check(acting(), objection, verb.__name__)
    form = DecisionForm()
    if form.validate_on_submit() and form.attempt(verb, acting(), objection, **form.values):
        flash(gettext("The decision is published to both sides."))
        return redirect(url_for("jobs.show", id=objection.job_id), 303)
    turn = OBJECTION_LIFE.turn(objection.state)
    known["due"] = objection.due if turn and turn.who(acting().actor, objection) else None
    return render_template(page, form=form, objection=objection, **known), form.status
