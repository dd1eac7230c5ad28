"""Appealing against a rating, reading an appeal, and the regulator's decision."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.appeals import operations
from app.appeals.forms import AppealForm, DecisionForm
from app.appeals.models import Appeal
from app.appeals.rules import LIFE, MAY_APPEAL, MAY_READ
from app.jobs.models import light_of
from app.ratings.models import Rating
from app.ratings.operations import ends, facts_of
from app.ratings.rules import AXIS_NAMES
from app.web.door import acting, allow, now
from app.web.downloads import download

bp = Blueprint("appeals", __name__)


@bp.route("/ratings/<int:id>/appeal", methods=["GET", "POST"])
@allow(MAY_APPEAL, Rating)
def new(rating: Rating) -> Any:
    operations.refuse_appealing(acting(), rating)
    form = AppealForm()
    if form.validate_on_submit():
        evidence = form.file.data
        values = {"ground": form.ground.data, "file_id": evidence.id if evidence else None}
        if form.attempt(operations.appeal, acting(), rating, **values):
            flash(gettext("Your appeal is filed. The rating counts until the regulator has decided."))
            return redirect(url_for("appeals.show", id=form.result.id), 303)
    known = {"rating": rating, "job": rating.job, "names": AXIS_NAMES, "until": ends(rating, "rating_appeal")}
    return render_template("appeals/new.html", form=form, **known), form.status


@bp.get("/appeals/<int:id>")
@allow(MAY_READ, Appeal)
def show(appeal: Appeal) -> Any:
    turn = LIFE.turn(appeal.state)
    known: dict[str, Any] = {
        "turn": turn,
        "yours": bool(turn and turn.who(acting().actor, appeal)),
        "light": light_of(appeal, now()),
    }
    known |= {"rating": appeal.rating, "job": appeal.job, "names": AXIS_NAMES, "facts": facts_of(appeal.job)}
    return render_template("appeals/show.html", appeal=appeal, life=LIFE, **known)


@bp.route("/appeals/<int:id>/refuse", methods=["GET", "POST"])
@allow(LIFE["refuse"].who, Appeal)
def refuse(appeal: Appeal) -> Any:
    return _decision(appeal, operations.refuse)


@bp.route("/appeals/<int:id>/grant", methods=["GET", "POST"])
@allow(LIFE["grant"].who, Appeal)
def grant(appeal: Appeal) -> Any:
    return _decision(appeal, operations.grant)


@bp.post("/appeals/<int:id>/take_back")
@allow(LIFE["take_back"].who, Appeal)
def take_back(appeal: Appeal) -> Any:
    operations.take_back(acting(), appeal)
    flash(gettext("The appeal is taken back."))
    return redirect(url_for("appeals.show", id=appeal.id), 303)


@bp.get("/appeals/<int:id>/file")
@allow(MAY_READ, Appeal)
def file(appeal: Appeal) -> Any:
    return download(appeal.file)


def _decision(appeal: Appeal, verb: Any) -> Any:
    step = LIFE.check(acting(), appeal, verb.__name__)
    form = DecisionForm()
    if form.validate_on_submit() and form.attempt(verb, acting(), appeal, **form.values):
        flash(gettext("The decision is published; both sides are told."))
        return redirect(url_for("appeals.show", id=appeal.id), 303)
    known = {"rating": appeal.rating, "job": appeal.job, "names": AXIS_NAMES, "step": step}
    return render_template("appeals/decide.html", form=form, appeal=appeal, **known), form.status
