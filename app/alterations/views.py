"""The pages on which the course of a service is changed: extension, change of scope, suspension."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.alterations import operations
from app.alterations.forms import AnswerForm, ExtensionForm, ReasonForm, ScopeForm
from app.infra import almanac
from app.jobs.models import Job, light_of
from app.jobs.rules import LIFE as JOB_LIFE
from app.services.clock import derived_due
from app.services.models import Alteration, open_alteration
from app.services.rules import ALTERING, KINDS, MAY_ALTER, MAY_READ, AlterationKind
from app.web.door import acting, allow, now

bp = Blueprint("alterations", __name__)


@bp.route("/jobs/<int:id>/extension", methods=["GET", "POST"])
@allow(MAY_ALTER[AlterationKind.EXTENSION], Job)
def extend(job: Job) -> Any:
    return _ask(AlterationKind.EXTENSION, ExtensionForm(), job)


@bp.route("/jobs/<int:id>/scope", methods=["GET", "POST"])
@allow(MAY_ALTER[AlterationKind.SCOPE], Job)
def change_scope(job: Job) -> Any:
    return _ask(AlterationKind.SCOPE, ScopeForm(), job)


@bp.get("/alterations/<int:id>")
@allow(MAY_READ, Alteration)
def show(alteration: Alteration) -> Any:
    turn = ALTERING.turn(alteration.state)
    yours = bool(turn and turn.who(acting().actor, alteration))
    known = {"alteration": alteration, "job": alteration.job, "turn": turn, "life": ALTERING, "kinds": KINDS}
    light = light_of(alteration, now()) if turn else None
    days = [derived_due(alteration.job, now(), more) for more in (0, alteration.days)] if turn else []
    return render_template("alterations/show.html", yours=yours, light=light, days=days, **known)


@bp.post("/alterations/<int:id>/agree")
@allow(ALTERING["agree"].who, Alteration)
def agree(alteration: Alteration) -> Any:
    operations.agree(acting(), alteration)
    flash(gettext("You agree. The due day is derived anew."))
    return _alteration(alteration)


@bp.route("/alterations/<int:id>/refuse", methods=["GET", "POST"])
@allow(ALTERING["refuse"].who, Alteration)
def refuse(alteration: Alteration) -> Any:
    ALTERING.check(acting(), alteration, "refuse")
    form = AnswerForm()
    if form.validate_on_submit() and form.attempt(operations.refuse, acting(), alteration, **form.values):
        flash(gettext("The new days are refused. The due day stays."))
        return _alteration(alteration)
    known = {"alteration": alteration, "job": alteration.job, "kinds": KINDS}
    return render_template("alterations/refuse.html", form=form, **known), form.status


@bp.post("/alterations/<int:id>/drop")
@allow(ALTERING["drop"].who, Alteration)
def drop(alteration: Alteration) -> Any:
    operations.drop(acting(), alteration)
    flash(gettext("The request is taken back. The due day stays."))
    return _alteration(alteration)


@bp.route("/jobs/<int:id>/service/suspend", methods=["GET", "POST"])
@allow(JOB_LIFE["suspend"].who, Job)
def suspend(job: Job) -> Any:
    JOB_LIFE.check(acting(), job, "suspend")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.suspend, acting(), job, **form.values):
        flash(gettext("The service is suspended. Both sides are told."))
        return _job(job)
    return render_template("alterations/suspend.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/service/lift", methods=["GET", "POST"])
@allow(JOB_LIFE["lift"].who, Job)
def lift(job: Job) -> Any:
    JOB_LIFE.check(acting(), job, "lift")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.lift, acting(), job, **form.values):
        flash(gettext("The suspension is lifted. The due day is derived anew."))
        return _job(job)
    return render_template("alterations/lift.html", form=form, job=job), form.status


def _ask(kind: str, form: ExtensionForm | ScopeForm, job: Job) -> Any:
    present = open_alteration(job.id)
    if present and request.method == "GET":
        return redirect(url_for(".show", id=present.id), 303)
    operations.refuse_asking(acting(), job, kind)
    form.days.least, form.days.most = operations.bounds(kind, now())
    if form.validate_on_submit() and form.attempt(operations.ask, acting(), job, kind=kind, **form.values):
        flash(gettext("The new days are asked for. They count once the other side agrees."))
        return redirect(url_for(".show", id=form.result.id), 303)
    due = almanac.calendar().deadline(now(), almanac.number("alteration_answer", now()))
    known = {"job": job, "due": due, "most": form.days.most, "due_now": derived_due(job, now())}
    return render_template(f"alterations/{kind}.html", form=form, **known), form.status


def _job(job: Job) -> Any:
    return redirect(url_for("jobs.show", id=job.id), 303)


def _alteration(alteration: Alteration) -> Any:
    return redirect(url_for("alterations.show", id=alteration.id), 303)
