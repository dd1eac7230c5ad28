"""The law of objections to a result."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor, Kind
from app.kernel.law import Lifecycle, Turn, an_agency, an_owner, days, step, the_clock, the_operator, who
from app.kernel.words import N_


class ObjectionState(StrEnum):
    FILED = "filed"
    ANSWERED = "answered"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    TAKEN_BACK = "taken_back"


@who(N_("whoever objected"))
def its_objector(actor: Actor, objection: Any) -> bool:
    return actor.unit_id is not None and actor.unit_id == objection.unit_id


@who(N_("the owner of the job"))
def owner_of_its_job(actor: Actor, thing: Any) -> bool:
    return jobs.its_owner(actor, thing.job)


@who(N_("the selected agency"))
def selected_in_its_job(actor: Actor, thing: Any) -> bool:
    return jobs.its_agency(actor, thing.job)


@who(N_("the agency whose selection it is about"))
def objected_to(actor: Actor, objection: Any) -> bool:
    """Also after the selection was set aside: the decision took it away."""
    return actor.kind == Kind.AGENCY and actor.unit_id == objection.against_id


@who(N_("the regulator of the job's sector"))
def regulator_of_its_job(actor: Actor, thing: Any) -> bool:
    return jobs.its_regulator(actor, thing.job)


PENDING = frozenset({ObjectionState.FILED, ObjectionState.ANSWERED})

# fmt: off
OBJECTION_LIFE = Lifecycle("objection", N_("objection"), {
        ObjectionState.FILED:      N_("to be answered"),
        ObjectionState.ANSWERED:   N_("to be decided"),
        ObjectionState.UPHELD:     N_("upheld"),
        ObjectionState.DISMISSED:  N_("dismissed"),
        ObjectionState.TAKEN_BACK: N_("taken back"),
    },
    step("answer",    N_("Answer the objection"), ObjectionState.FILED, ObjectionState.ANSWERED,   owner_of_its_job | selected_in_its_job, due=days("objection_decision"), asks=True),
    step("pass_over", N_("Go on without an answer"), ObjectionState.FILED, ObjectionState.ANSWERED, the_clock,              due=days("objection_decision"), lapse=True),
    step("uphold",    N_("Uphold"),               PENDING,              ObjectionState.UPHELD,     the_operator,            asks=True),
    step("dismiss",   N_("Dismiss"),              PENDING,              ObjectionState.DISMISSED,  the_operator,            asks=True),
    step("take_back", N_("Take the objection back"), PENDING,           ObjectionState.TAKEN_BACK, its_objector),
    page="objections",
    turns={
        ObjectionState.FILED:    Turn(owner_of_its_job, N_("Answer the objection"), "objections.answer", N_("Without an answer it is decided on what is there.")),
        ObjectionState.ANSWERED: Turn(the_operator,     N_("Decide the objection"), "objections.show"),
    },
)

MAY_READ_OBJECTION = its_objector | owner_of_its_job | selected_in_its_job | objected_to | the_operator | regulator_of_its_job
MAY_DECIDE         = the_operator
MAY_OBJECT         = an_agency | an_owner
# fmt: on
