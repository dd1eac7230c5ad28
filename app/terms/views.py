"""The page on which other numbers of the law are tried, and the one on which a number is adopted."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.credit.rules import GRADES
from app.infra.almanac import Term, almanac
from app.kernel.law import Lifecycle, anyone
from app.kernel.rehearsing import Fate
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.terms import models, operations
from app.terms.forms import AdoptForm, RehearsalForm, WithdrawForm
from app.terms.ranking import regrade, rerank, reweigh
from app.terms.rehearsal import can_be_tried, rehearse
from app.terms.rules import MAY_ADOPT, MAY_REHEARSE, why_not
from app.web.door import acting, allow, now
from app.web.said import named

bp = Blueprint("terms", __name__, url_prefix="/rules")

# What would have become of something, in the order in which it matters.
FATES = {
    Fate.LATE: N_("would have been late"),
    Fate.IN_TIME: N_("would not have been late"),
    Fate.SOONER: N_("would have ended earlier"),
    Fate.LONGER: N_("would have gone on longer"),
    Fate.FAILS: N_("would have failed"),
    Fate.HOLDS: N_("would not have failed"),
    Fate.OTHER: N_("would have selected another agency"),
    Fate.LIKELIER: N_("would have selected the same agency more likely"),
    Fate.LESS_LIKELY: N_("would have selected the same agency less likely"),
}

LIGHTS = {"green": N_("green"), "yellow": N_("yellow"), "red": N_("red")}


@bp.get("/rehearse")
@allow(MAY_REHEARSE)
def try_out() -> Any:
    actor, terms = acting().actor, _in_force()
    form = RehearsalForm(request.args or None)
    form.offer(terms, _choices({code: terms[code] for code in terms if code in can_be_tried(_lives())}))
    asked = bool(request.args) and not form.tries.changed and form.validate()
    return render_template(
        "terms/rehearse.html",
        form=form,
        tried=form.typed if asked else {},
        findings=rehearse(now(), _lives(), form.tried, actor.sector, form.percentages) if asked else None,
        ranking=rerank(form.tried) if asked else None,
        grading=regrade(local_day(now()), form.tried) if asked else None,
        weighing=reweigh(now(), form.weights, actor.sector) if asked else None,
        grades=GRADES,
        terms=terms,
        fates=FATES,
        lights=LIGHTS,
        may_adopt=MAY_ADOPT(actor),
        everywhere=actor.sector is None,
        others=_others(terms),
    ), form.status


@bp.get("/changes")
@allow(anyone)
def changes() -> Any:
    """Which numbers of the law changed, when, and by whose source."""
    known = {"withdrawn": models.withdrawn(), "today": local_day(now()), "may_adopt": MAY_ADOPT(acting().actor)}
    return render_template("terms/changes.html", changes=models.changes(), **known)


@bp.route("/adopt", methods=["GET", "POST"])
@allow(MAY_ADOPT)
def adopt() -> Any:
    terms = _in_force()
    form = AdoptForm(data={name: request.args.get(name, "") for name in ("code", "value")})
    form.offer(terms, _choices(terms))
    if form.validate_on_submit() and form.attempt(operations.adopt, acting(), **form.values):
        flash(gettext("The number is adopted. It takes effect on its day."))
        return redirect(url_for("oversight.law", _anchor="terms"), 303)
    return render_template("terms/adopt.html", form=form), form.status


@bp.route("/versions/<int:id>/withdraw", methods=["GET", "POST"])
@allow(MAY_ADOPT, Term)
def withdraw(term: Term) -> Any:
    form = WithdrawForm()
    if form.validate_on_submit() and form.attempt(operations.withdraw, acting(), term, **form.values):
        flash(gettext("The announcement is withdrawn. The number stays as it is."))
        return redirect(url_for(".changes"), 303)
    last = term.effective_from - timedelta(days=1)
    return render_template("terms/withdraw.html", form=form, term=term, last=last), form.status


def _lives() -> list[Lifecycle]:
    return [model.LIFE for model in current_app.extensions["lives"]]


def _others(terms: dict[str, Term]) -> dict[str, list[Term]]:
    """The numbers that cannot be rehearsed, by the reason why."""
    found: dict[str, list[Term]] = {}
    for code in terms.keys() - can_be_tried(_lives()):
        found.setdefault(why_not(code), []).append(terms[code])
    return {says: sorted(found[says], key=lambda term: term.id) for says in sorted(found)}


def _in_force() -> dict[str, Term]:
    return almanac(fresh=True).in_force(local_day(now()))


def _choices(terms: dict[str, Term]) -> list[tuple[str, str]]:
    """Each number by its name, with the value it has now."""
    return [
        (code, gettext("%(name)s (now %(value)s)", name=named(term), value=_value(term)))
        for code, term in terms.items()
    ]


def _value(term: Term) -> str:
    written = current_app.jinja_env.get_template("oversight/_term.html").module
    return str(written.measured(term))  # type: ignore[attr-defined]
