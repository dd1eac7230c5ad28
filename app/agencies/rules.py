"""The law of agencies: from application to admission, and what they list."""

from enum import StrEnum
from typing import Any

from app.kernel.act import Actor, Kind
from app.kernel.law import Lifecycle, Turn, days, in_state, step, the_operator, who
from app.kernel.words import N_

LEAST_REASON = 5


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ADMITTED = "admitted"
    CHANGED = "changed"


IN_MARKET = (State.ADMITTED, State.CHANGED)
TO_CHECK = (State.SUBMITTED, State.CHANGED)


@who(N_("the agency itself"))
def itself(actor: Actor, agency: Any) -> bool:
    return actor.kind == Kind.AGENCY and actor.unit_id == agency.id


@who(N_("the agency it belongs to"))
def its_agency(actor: Actor, thing: Any) -> bool:
    return actor.kind == Kind.AGENCY and actor.unit_id == thing.agency_id


admitted = in_state(*IN_MARKET)
open_to_change = in_state(State.DRAFT, State.RETURNED, State.ADMITTED)

# fmt: off
LIFE = Lifecycle("agency", N_("agency"), {
        State.DRAFT:     N_("application being filled in"),
        State.SUBMITTED: N_("application being checked"),
        State.RETURNED:  N_("application returned"),
        State.ADMITTED:  N_("admitted"),
        State.CHANGED:   N_("admitted, changes being checked"),
    },
    #    verb                  says                              from                                          to               who
    step("submit",             N_("Submit the application"),     frozenset({State.DRAFT, State.RETURNED}),     State.SUBMITTED, itself,       due=days("admission_check"), asks=True),
    step("return_application", N_("Return with reasons"),        State.SUBMITTED,                              State.RETURNED,  the_operator, asks=True),
    step("admit",              N_("Admit"),                      State.SUBMITTED,                              State.ADMITTED,  the_operator),
    step("submit_changes",     N_("Submit the changes"),         State.ADMITTED,                               State.CHANGED,   itself,       due=days("admission_check")),
    step("return_changes",     N_("Return the changes with reasons"), State.CHANGED,                           State.ADMITTED,  the_operator, asks=True),
    step("accept_changes",     N_("Accept the changes"),         State.CHANGED,                                State.ADMITTED,  the_operator),
    page="agencies",
    turns={
        State.DRAFT:     Turn(itself,       N_("Complete and submit the application"), "agencies.show"),
        State.SUBMITTED: Turn(the_operator, N_("Check the application"),               "agencies.show"),
        State.RETURNED:  Turn(itself,       N_("Mend the application and submit it again"), "agencies.show"),
        State.CHANGED:   Turn(the_operator, N_("Check the changes"),                   "agencies.show"),
    },
)

MAY_READ        = admitted | itself | the_operator
MAY_READ_INSIDE = itself | the_operator
MAY_READ_PAPER  = its_agency | the_operator
MAY_CHECK       = the_operator
MAY_EDIT        = itself & open_to_change
MAY_LIST        = itself & admitted
MAY_TAKE_DOWN   = its_agency
# fmt: on

# What every agency signs at entry (basis: commitments named in the market's workflow, R Guangdong, Hunan).
COMMITMENTS = (
    N_("We obey the rules of this market."),
    N_("We give small jobs the same care as large ones."),
    N_("We charge as we stated, and nothing besides."),
    N_("We neither fix prices nor bid abnormally low."),
    N_("The papers we hand in are true."),
    N_("We neither give nor take bribes or kickbacks."),
    N_("We keep our clients' secrets."),
    N_("We keep the discipline of our profession."),
    N_("We accept supervision."),
    N_("We accept the penalty when we break these promises."),
)
