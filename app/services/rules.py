"""The law of pauses of the service clock. The service's own steps stand in app/jobs/rules.py."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor
from app.kernel.law import Lifecycle, Turn, as_recorded, in_state, step, the_clock, who
from app.kernel.words import N_


class PauseState(StrEnum):
    ASKED = "asked"
    RUNNING = "running"
    REFUSED = "refused"
    DROPPED = "dropped"
    ENDED = "ended"
    VETOED = "vetoed"


class Reason(StrEnum):
    DEFECT = "defect"
    SCOPE = "scope"
    AUTHORITY = "authority"
    EXPERTS = "experts"
    SITE = "site"
    FORCE_MAJEURE = "force_majeure"
    OBJECTION = "objection"


# The only lawful reasons for a pause (basis: the market's workflow, working days).
REASONS = {
    Reason.DEFECT: N_("a defect in the owner's materials"),
    Reason.SCOPE: N_("a change of scope by the owner"),
    Reason.AUTHORITY: N_("waiting for another authority"),
    Reason.EXPERTS: N_("waiting for an expert meeting"),
    Reason.SITE: N_("the site is not accessible"),
    Reason.FORCE_MAJEURE: N_("force majeure"),
    Reason.OBJECTION: N_("an objection"),
}


@who(N_("the side that did not ask"))
def the_other_side(actor: Actor, pause: Any) -> bool:
    return jobs.its_parties(actor, pause.job) and actor.unit_id != pause.asked_by_id


@who(N_("the side that asked"))
def the_asker(actor: Actor, pause: Any) -> bool:
    return actor.unit_id is not None and actor.unit_id == pause.asked_by_id


@who(N_("the parties of the job"))
def parties_of_its_job(actor: Actor, pause: Any) -> bool:
    return jobs.its_parties(actor, pause.job)


@who(N_("the regulator of the job's sector"))
def regulator_of_its_job(actor: Actor, pause: Any) -> bool:
    return jobs.its_regulator(actor, pause.job)


@who(N_("the parties, the operator and the regulator of the job"))
def reads_papers(actor: Actor, thing: Any) -> bool:
    return jobs.MAY_READ_PAPERS(actor, thing.job)


# fmt: off
LIFE = Lifecycle("pause", N_("pause"), {
        PauseState.ASKED:   N_("pause asked for"),
        PauseState.RUNNING: N_("pause running"),
        PauseState.REFUSED: N_("pause refused"),
        PauseState.DROPPED: N_("pause dropped"),
        PauseState.ENDED:   N_("pause ended"),
        PauseState.VETOED:  N_("pause vetoed"),
    },
    step("confirm", N_("Agree to the pause"),  PauseState.ASKED,   PauseState.RUNNING, the_other_side | the_clock, lapse=True, due=as_recorded),
    step("refuse",  N_("Refuse the pause"),    PauseState.ASKED,   PauseState.REFUSED, the_other_side, asks=True),
    step("drop",    N_("Take the pause back"), PauseState.ASKED,   PauseState.DROPPED, the_asker | the_clock),
    step("end",     N_("Resume the service"),  PauseState.RUNNING, PauseState.ENDED,   parties_of_its_job | the_clock, lapse=True, page="services.resume"),
    step("close",   N_("End with the service"), PauseState.RUNNING, PauseState.ENDED,  the_clock),
    step("veto",    N_("Veto the pause"),      frozenset({PauseState.ASKED, PauseState.RUNNING, PauseState.ENDED}), PauseState.VETOED, regulator_of_its_job, asks=True),
    page="pauses",
    turns={
        PauseState.ASKED: Turn(the_other_side, N_("Agree to the pause or refuse it"), "pauses.show", N_("No answer means agreed.")),
    },
)

MAY_READ = reads_papers
MAY_ASK = jobs.its_parties
# fmt: on

runs = in_state(PauseState.RUNNING)
