"""The law of selection methods: which of them is lawful for a job is a table that anyone reads and the operator keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.kernel.law import anyone, the_operator
from app.kernel.money import yuan
from app.kernel.words import N_


class Method(StrEnum):
    RANDOM_DRAW = "random_draw"
    LOWEST_PRICE = "lowest_price"
    AVERAGE_PRICE = "average_price"
    PRICE_AND_DAYS = "price_and_days"
    MERIT = "merit"
    DIRECT = "direct"


class Funds(StrEnum):
    STATE = "state"
    SOCIAL = "social"


class IfAbandoned(StrEnum):
    NEXT = "next"
    RESELECT = "reselect"


METHODS = {
    Method.RANDOM_DRAW: N_("random draw"),
    Method.LOWEST_PRICE: N_("lowest price"),
    Method.AVERAGE_PRICE: N_("average price"),
    Method.PRICE_AND_DAYS: N_("price and days"),
    Method.MERIT: N_("merit"),
    Method.DIRECT: N_("direct selection"),
}
FUNDS = {Funds.STATE: N_("state funds"), Funds.SOCIAL: N_("social funds")}
IF_ABANDONED = {
    IfAbandoned.NEXT: N_("the next in line is selected"),
    IfAbandoned.RESELECT: N_("the job is posted again"),
}
# Methods in which an entry carries a sealed quote.
PRICED = frozenset({Method.LOWEST_PRICE, Method.AVERAGE_PRICE, Method.PRICE_AND_DAYS})
# Methods that choose among all who enter.
CHOOSING = tuple(method for method in Method if method != Method.DIRECT)
# Methods whose quotes may be given as discounts off a reference fee.
DISCOUNTED = frozenset({Method.LOWEST_PRICE, Method.AVERAGE_PRICE})
# Methods in which an entry offers its own working days as well, and both are counted in points of 100.
TIMED = frozenset({Method.PRICE_AND_DAYS})
# Methods in which a panel scores what was proposed, by published criteria.
SCORED = frozenset({Method.MERIT})


def asks_quote(job: Any) -> bool:
    """Whether an entry of a job carries a sealed quote: a panel's scores may decide with the price or without it."""
    return job.method in PRICED or (job.method in SCORED and bool(job.price_weight))


MAY_READ_RULES = anyone
MAY_CHANGE_RULES = the_operator

MARKS = {
    "R": N_("published rule of a real market"),
    "L": N_("national law"),
    "D": N_("default of this market"),
}
# Why an owner may select one agency directly, without a choice among several.
GROUNDS = {
    "small": N_("small amount"),
    "urgent": N_("urgent"),
    "secret": N_("state secret"),
}
# A rule is announced at most this many days ahead: a slip of the pen must not hold the table for years.
FARTHEST = 366


@dataclass(frozen=True)
class Case:
    """What decides which methods are lawful for a job; the amount is the most its owner pays, None while unknown, and
    so is the ground of a direct selection."""

    funds: str
    item_class: str
    amount_cents: int | None
    urgent: bool
    direct_ground: str | None = None


@dataclass(frozen=True)
class Against:
    """Why a rule does not allow a method for a case: an English msgid and what stands in its places."""

    says: str
    places: dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Whether a method is lawful for a case: the rules that allow it, or else why not. `possible` says that another
    amount or urgency would do, as far as the funds and the service are concerned."""

    rules: tuple[Any, ...]
    against: Against | None
    possible: bool


def judge(rules: Iterable[Any], method: str, says: str, case: Case) -> Verdict:
    """The verdict of the rules in force on a method, named in words by the msgid `says`."""
    own = [rule for rule in rules if rule.method == method]
    found = {rule.id: _misfits(rule, case) for rule in own}
    allow = tuple(rule for rule in own if not found[rule.id])
    possible = any(not (found[rule.id] & {"funds", "item_class"}) for rule in own)
    if allow:
        return Verdict(allow, None, possible)
    if not own:
        return Verdict(
            (), Against(N_("“%(method)s” is not lawful: no rule in force allows it."), {"method": says}), False
        )
    nearest = min(own, key=lambda rule: ("ground" in found[rule.id], len(found[rule.id])))
    why = next(name for name in WHY if name in found[nearest.id])
    return Verdict((), Against(WHY[why], {"method": says, **_places(nearest)}), possible)


# What keeps a rule from a case, in the order in which it is told.
WHY = {
    "funds": N_("“%(method)s” is lawful for other funds only. Ground: %(ground)s. Source: %(source)s."),
    "item_class": N_(
        "“%(method)s” is lawful for services of the class “%(item_class)s” only. Ground: %(ground)s. Source: %(source)s."
    ),
    "ground": N_("“%(method)s” is lawful on another ground only: %(ground)s. Source: %(source)s."),
    "above": N_("“%(method)s” is lawful up to %(most)s yuan only. Ground: %(ground)s. Source: %(source)s."),
    "below": N_("“%(method)s” is lawful from %(least)s yuan on only. Ground: %(ground)s. Source: %(source)s."),
    "urgent": N_("“%(method)s” is lawful for urgent jobs only. Ground: %(ground)s. Source: %(source)s."),
    "calm": N_("“%(method)s” is not lawful for urgent jobs. Ground: %(ground)s. Source: %(source)s."),
}


def _misfits(rule: Any, case: Case) -> set[str]:
    amount = case.amount_cents
    wrong = {
        "funds": rule.funds not in ("", case.funds),
        "item_class": rule.item_class not in ("", case.item_class),
        "ground": bool(rule.direct_ground and case.direct_ground) and rule.direct_ground != case.direct_ground,
        "above": amount is not None and rule.to_cents is not None and amount > rule.to_cents,
        "below": amount is not None and amount < rule.from_cents,
        "urgent": rule.urgent is True and not case.urgent,
        "calm": rule.urgent is False and case.urgent,
    }
    return {name for name, is_wrong in wrong.items() if is_wrong}


def _places(rule: Any) -> dict[str, Any]:
    return {
        "item_class": rule.item_class,
        "most": yuan(rule.to_cents or 0),
        "least": yuan(rule.from_cents),
        "ground": rule.ground.rstrip("。"),
        "source": rule.source.rstrip("。"),
    }


def in_force(rules: Sequence[Any], on: date) -> list[Any]:
    """The rules of a table that hold on a day: from their first day on, and before the day they end."""
    return [rule for rule in rules if rule.effective_from <= on and (rule.until is None or on < rule.until)]
