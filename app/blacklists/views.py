"""A regulator's pages for outside blacklists: import, review, and every line with what became of it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.blacklists import operations
from app.blacklists.forms import DecisionForm, ImportForm
from app.blacklists.models import BlacklistLine, lines_known
from app.blacklists.rules import LISTING_LIFE, MAY_IMPORT, MAY_LIST, MAY_READ
from app.web.door import acting, allow

bp = Blueprint("blacklists", __name__, url_prefix="/blacklists")


@bp.get("")
@allow(MAY_LIST)
def index() -> Any:
    may_import = MAY_IMPORT(acting().actor)
    return render_template("blacklists/index.html", lines=lines_known(), life=LISTING_LIFE, may_import=may_import)


@bp.route("/new", methods=["GET", "POST"])
@allow(MAY_IMPORT)
def new() -> Any:
    form = ImportForm()
    if form.validate_on_submit() and form.attempt(operations.import_list, acting(), **form.values):
        told = gettext("Imported: %(matched)s to be reviewed, %(unknown)s of no agency here, %(known)s known before.")
        flash(told % vars(form.result))
        return redirect(url_for(".index"), 303)
    return render_template("blacklists/new.html", form=form), form.status


@bp.get("/<int:id>")
@allow(MAY_READ, BlacklistLine)
def show(line: BlacklistLine) -> Any:
    turn = LISTING_LIFE.turn(line.state)
    yours = bool(turn and turn.who(acting().actor, line))
    return render_template("blacklists/show.html", line=line, life=LISTING_LIFE, turn=turn, yours=yours)


@bp.post("/<int:id>/match")
@allow(LISTING_LIFE["match"].who, BlacklistLine)
def match(line: BlacklistLine) -> Any:
    operations.match(acting(), line)
    flash(gettext("The line is matched with an agency and waits for its review."))
    return redirect(url_for(".show", id=line.id), 303)


@bp.route("/<int:id>/confirm", methods=["GET", "POST"])
@allow(LISTING_LIFE["confirm"].who, BlacklistLine)
def confirm(line: BlacklistLine) -> Any:
    return _step(line, "confirm", operations.confirm, gettext("The line is confirmed and bars the agency."))


@bp.route("/<int:id>/dismiss", methods=["GET", "POST"])
@allow(LISTING_LIFE["dismiss"].who, BlacklistLine)
def dismiss(line: BlacklistLine) -> Any:
    return _step(line, "dismiss", operations.dismiss, gettext("The line is dismissed."))


@bp.route("/<int:id>/lift", methods=["GET", "POST"])
@allow(LISTING_LIFE["lift"].who, BlacklistLine)
def lift(line: BlacklistLine) -> Any:
    return _step(line, "lift", operations.lift, gettext("The line is lifted and bars nobody any longer."))


def _step(line: BlacklistLine, verb: str, does: Callable[..., None], told: str) -> Any:
    step, form = LISTING_LIFE.check(acting(), line, verb), DecisionForm()
    if form.validate_on_submit() and form.attempt(does, acting(), line, **form.values):
        flash(told)
        return redirect(url_for(".show", id=line.id), 303)
    return render_template("blacklists/step.html", form=form, line=line, step=step), form.status
