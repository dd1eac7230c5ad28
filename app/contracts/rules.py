"""The law of contracts and materials. Their steps stand in app/jobs/rules.py; here is who may read what."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor, Kind
from app.kernel.law import in_state, who
from app.kernel.words import N_


class MaterialState(StrEnum):
    ASKED = "asked"
    HANDED_IN = "handed_in"
    DEFECTIVE = "defective"
    ACCEPTED = "accepted"


MATERIAL_STATES = {
    MaterialState.ASKED: N_("asked for"),
    MaterialState.HANDED_IN: N_("handed in"),
    MaterialState.DEFECTIVE: N_("to be mended"),
    MaterialState.ACCEPTED: N_("accepted"),
}


@who(N_("the parties, the operator and the regulator of the job"))
def reads_papers(actor: Actor, thing: Any) -> bool:
    return jobs.MAY_READ_PAPERS(actor, thing.job)


@who(N_("of contracts, an agency only those of its own award"))
def of_its_award(actor: Actor, contract: Any) -> bool:
    return actor.kind != Kind.AGENCY or actor.unit_id == contract.agency_id


MAY_READ = reads_papers
MAY_READ_CONTRACT = reads_papers & of_its_award

to_hand_in = in_state(MaterialState.ASKED, MaterialState.DEFECTIVE)
was_handed_in = in_state(MaterialState.HANDED_IN)

# What each side may tick when taking its step: the market counts trips.
CAME = N_("Somebody had to come in person for this step")
