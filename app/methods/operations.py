"""Load the shipped rules on methods, add further ones and end them: always from a later day, never backwards."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.infra.db import lock, session
from app.infra.record import record
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.money import parse_yuan
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.methods.models import LawfulMethod
from app.methods.rules import FARTHEST, FUNDS, GROUNDS, MARKS, MAY_CHANGE_RULES, METHODS, Method

LEAST_REASON = 5


def add_rule(act: Act, *, instead_of: LawfulMethod | None = None, **stated: Any) -> LawfulMethod:
    """A rule that takes effect on a later day. `stated` are the columns of LawfulMethod from method to effective_from.
    `instead_of` ends another rule on that day: the two are the old and the new version of one."""
    if not MAY_CHANGE_RULES(act.actor):
        raise NotAllowed(N_("Only the operator may change which methods are lawful."))
    _refuse_day(act, stated["effective_from"], "effective_from")
    _refuse_conditions(stated)
    if instead_of:
        end_rule(act, instead_of, until=stated["effective_from"], reason=stated["source"])
    rule = LawfulMethod(code=None, made_at=act.now, **stated)
    record(act, "lawful_method.add", rule, method=rule.method, effective_from=str(rule.effective_from))
    return rule


def end_rule(act: Act, rule: LawfulMethod, *, until: date, reason: str) -> None:
    """Let a rule hold no longer from a later day on. Jobs announced before keep what they were announced under."""
    if not MAY_CHANGE_RULES(act.actor):
        raise NotAllowed(N_("Only the operator may change which methods are lawful."))
    lock(rule)
    if rule.until is not None:
        raise WrongState(N_("This rule ends on %(day)s already."), day=rule.until)
    _refuse_day(act, until, "until")
    if until <= rule.effective_from:
        raise Invalid(N_("Choose a day after the one on which the rule takes effect."), field="until")
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field="reason", n=LEAST_REASON)
    rule.until, rule.ended_because = until, reason.strip()
    record(act, "lawful_method.end", rule, until=str(until), reason=rule.ended_because)


def load(rows: Callable[[str], list[dict[str, str]]], standards: object, now: datetime) -> None:
    """Add the shipped rules that are not there yet. What the operator has added or ended stays."""
    known = set(session.scalars(select(LawfulMethod.code)))
    session.add_all(_shipped(row, now) for row in rows("lawful_methods.csv") if row["code"] not in known)
    session.flush()


def _shipped(row: dict[str, str], now: datetime) -> LawfulMethod:
    same = ("code", "method", "direct_ground", "funds", "item_class", "ground", "source", "mark")
    return LawfulMethod(
        **{name: row[name] for name in same},
        from_cents=parse_yuan(row["from_yuan"] or "0"),
        to_cents=parse_yuan(row["to_yuan"]) if row["to_yuan"] else None,
        urgent={"": None, "yes": True, "no": False}[row["urgent"]],
        effective_from=date.fromisoformat(row["effective_from"]),
        made_at=now,
    )


def _refuse_day(act: Act, day: date, field: str) -> None:
    today = local_day(act.now)
    if day <= today:
        raise Invalid(N_("Choose a day after today: what is lawful never changes backwards."), field=field)
    if day > today + timedelta(days=FARTHEST):
        raise Invalid(N_("Choose a day within a year from now."), field=field)


def _refuse_conditions(stated: dict[str, Any]) -> None:
    if stated["method"] not in METHODS:
        raise Invalid(N_("Choose a method from the list."), field="method")
    if stated["direct_ground"] not in (GROUNDS if stated["method"] == Method.DIRECT else ("",)):
        text = N_("Say on which ground, for a direct selection and for nothing else.")
        raise Invalid(text, field="direct_ground")
    if stated["funds"] not in ("", *FUNDS):
        raise Invalid(N_("Say where the money comes from."), field="funds")
    if stated["to_cents"] is not None and stated["to_cents"] < stated["from_cents"]:
        raise Invalid(N_("Enter an amount that is not below the first one."), field="to_cents")
    if stated["mark"] not in MARKS:
        raise Invalid(N_("Say how sure this is."), field="mark")
    for name, text in (
        ("ground", N_("Say why the method is lawful then.")),
        ("source", N_("Name the source of this rule, like the notice that decided it.")),
    ):
        if not stated[name].strip():
            raise Invalid(text, field=name)
