"""Which methods are lawful for which jobs: the table for everybody, and the operator's pages that change it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.kernel.law import anyone
from app.kernel.workdays import local_day
from app.methods import operations
from app.methods.forms import ANY_FUNDS, MEANT, URGENT, EndForm, RuleForm
from app.methods.models import LawfulMethod, known_rules
from app.methods.rules import FUNDS, GROUNDS, MAY_CHANGE_RULES, METHODS, in_force
from app.web.door import acting, allow, now

bp = Blueprint("methods", __name__, url_prefix="/methods")


@bp.get("")
@allow(anyone)
def index() -> Any:
    today, rules = local_day(now()), [rule for rule in known_rules() if rule.method in METHODS]
    holding = in_force(rules, today)
    parts = {
        gettext("In force today"): holding,
        gettext("Announced"): [rule for rule in rules if rule.effective_from > today],
        gettext("No longer in force"): [rule for rule in rules if rule.effective_from <= today and rule not in holding],
    }
    return render_template(
        "methods/index.html",
        parts=parts,
        methods=METHODS,
        grounds=GROUNDS,
        funds={"": ANY_FUNDS} | FUNDS,
        urgent={meant: URGENT[name] for name, meant in MEANT.items()},
        may_change=MAY_CHANGE_RULES(acting().actor),
    )


@bp.route("/new", methods=["GET", "POST"])
@allow(MAY_CHANGE_RULES)
def new() -> Any:
    return _stating(None)


@bp.route("/<int:id>/revise", methods=["GET", "POST"])
@allow(MAY_CHANGE_RULES, LawfulMethod)
def revise(rule: LawfulMethod) -> Any:
    return _stating(rule)


def _stating(rule: LawfulMethod | None) -> Any:
    form = RuleForm(data=RuleForm.start(rule) if rule else None)
    form.offer()
    if form.validate_on_submit() and form.attempt(operations.add_rule, acting(), instead_of=rule, **form.stated):
        flash(gettext("The rule is announced. It takes effect on its day."))
        return redirect(url_for(".index"), 303)
    return render_template("methods/state.html", form=form, rule=rule, methods=METHODS), form.status


@bp.route("/<int:id>/end", methods=["GET", "POST"])
@allow(MAY_CHANGE_RULES, LawfulMethod)
def end(rule: LawfulMethod) -> Any:
    form = EndForm()
    if form.validate_on_submit() and form.attempt(operations.end_rule, acting(), rule, **form.values):
        flash(gettext("The end of the rule is announced. The rule stays readable."))
        return redirect(url_for(".index"), 303)
    return render_template("methods/end.html", form=form, rule=rule, methods=METHODS), form.status
