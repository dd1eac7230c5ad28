"""The law of credit: from a notice to the firm over its statement or objection to effect and repair."""

from enum import StrEnum
from typing import Any

from app.kernel.act import Actor, Kind
from app.kernel.credit import Grade
from app.kernel.law import Lifecycle, Turn, a_regulator, as_recorded, days, in_state, step, the_clock, the_operator, who
from app.kernel.words import N_


class CreditState(StrEnum):
    NOTICED = "noticed"
    STATED = "stated"
    OBJECTED = "objected"
    IN_EFFECT = "in_effect"
    REPAIR_ASKED = "repair_asked"
    REPAIRED = "repaired"
    DROPPED = "dropped"


GRADES = {
    Grade.NORMAL: N_("in good standing"),
    Grade.LOWERED: N_("ranked lower"),
    Grade.WARNED: N_("warned"),
    Grade.SUSPENDED: N_("suspended for a service"),
    Grade.REMOVED: N_("removed from the market"),
}


# How it stands in one service.
ITEM_GRADES = GRADES | {Grade.SUSPENDED: N_("suspended for this service")}


@who(N_("the agency it is about"))
def its_firm(actor: Actor, event: Any) -> bool:
    return actor.kind == Kind.AGENCY and actor.unit_id == event.agency_id


@who(N_("the regulator of its sector"))
def its_regulator(actor: Actor, event: Any) -> bool:
    return actor.kind == Kind.REGULATOR and actor.sector == event.sector_code


@who(N_("only what may be repaired"))
def repairable(actor: Actor, event: Any) -> bool:
    return bool(event.rule.repairable)


BEFORE_OBJECTION = frozenset({CreditState.NOTICED, CreditState.STATED})
PENDING = BEFORE_OBJECTION | {CreditState.OBJECTED}
COUNTING = frozenset({CreditState.IN_EFFECT, CreditState.REPAIR_ASKED, CreditState.REPAIRED})

# fmt: off
CREDIT_LIFE = Lifecycle("credit_event", N_("credit event"), {
        CreditState.NOTICED:      N_("noticed, to be stated on"),
        CreditState.STATED:       N_("stated on by the firm"),
        CreditState.OBJECTED:     N_("objected to, to be decided"),
        CreditState.IN_EFFECT:    N_("in effect"),
        CreditState.REPAIR_ASKED: N_("in effect, repair asked for"),
        CreditState.REPAIRED:     N_("in effect, repaired"),
        CreditState.DROPPED:      N_("dropped, without effect"),
    },
    step("state",         N_("Make a statement"),         BEFORE_OBJECTION,         CreditState.STATED,       its_firm,      due=as_recorded, asks=True),
    step("object",        N_("Object to the credit event"), BEFORE_OBJECTION,       CreditState.OBJECTED,     its_firm,      due=days("credit_decision"), asks=True),
    step("take_effect",   N_("Let it take effect"),       BEFORE_OBJECTION,         CreditState.IN_EFFECT,    the_clock,     lapse=True),
    step("confirm",       N_("Confirm it"),               CreditState.OBJECTED,     CreditState.IN_EFFECT,    its_regulator, asks=True),
    step("drop",          N_("Drop it"),                  PENDING,                  CreditState.DROPPED,      its_regulator, asks=True),
    step("ask_repair",    N_("Ask for repair"),           CreditState.IN_EFFECT,    CreditState.REPAIR_ASKED, its_firm & repairable, due=days("credit_repair_decision"), asks=True),
    step("repair",        N_("Grant the repair"),         CreditState.REPAIR_ASKED, CreditState.REPAIRED,     its_regulator | the_clock, lapse=True, asks=True),
    step("refuse_repair", N_("Refuse the repair"),        CreditState.REPAIR_ASKED, CreditState.IN_EFFECT,    its_regulator | the_clock, asks=True),
    step("revoke",        N_("Revoke it: it was wrong"),  COUNTING,                 CreditState.DROPPED,      its_regulator, asks=True),
    page="credit",
    turns={
        CreditState.NOTICED:      Turn(its_firm,      N_("Make a statement or object"), "credit.show", N_("Without an objection it takes effect.")),
        CreditState.STATED:       Turn(the_clock,     N_("Let it take effect"),         "credit.show", N_("The firm may still object until then.")),
        CreditState.OBJECTED:     Turn(its_regulator, N_("Decide on the objection"),    "credit.show", N_("It has no effect before it is decided.")),
        CreditState.REPAIR_ASKED: Turn(its_regulator, N_("Decide on the repair"),       "credit.show", N_("No answer means granted, if the months were clean.")),
    },
)

MAY_READ   = its_firm | its_regulator | the_operator
MAY_RECORD = a_regulator
# fmt: on

pending = in_state(*PENDING)
