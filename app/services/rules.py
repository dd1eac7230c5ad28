"""The law of pauses of the service clock and of alterations of its days. The service's own steps, suspension among
them, stand in app/jobs/rules.py."""

from collections.abc import Container
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor
from app.kernel.law import Lifecycle, Turn, Who, as_recorded, in_state, step, the_clock, who
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


class AlterationState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    DROPPED = "dropped"


class AlterationKind(StrEnum):
    EXTENSION = "extension"
    SCOPE = "scope_change"


KINDS = {AlterationKind.EXTENSION: N_("extension"), AlterationKind.SCOPE: N_("change of scope")}
# The page on which each is asked for, and its button.
ASKS = {
    AlterationKind.EXTENSION: ("alterations.extend", N_("Ask for an extension")),
    AlterationKind.SCOPE: ("alterations.change_scope", N_("Ask for a change of scope")),
}
# The terms that say how many days may be asked for.
CAPS: dict[str, str] = {AlterationKind.EXTENSION: "extension_cap", AlterationKind.SCOPE: "scope_cap"}

# What the public record says of a pause; of others the clock never stood still.
TOLD_AS: dict[str, str] = {
    PauseState.ENDED: "counted",
    PauseState.RUNNING: "running",
    PauseState.VETOED: "vetoed",
}

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
    step("drop",    N_("Take the pause back"), PauseState.ASKED,   PauseState.DROPPED, the_asker),
    step("fall_away", N_("Drop it with the service"), PauseState.ASKED, PauseState.DROPPED, the_clock),
    step("end",     N_("Resume the service"),  PauseState.RUNNING, PauseState.ENDED,   parties_of_its_job | the_clock, lapse=True, page="services.resume"),
    step("close",   N_("End with the service"), PauseState.RUNNING, PauseState.ENDED,  the_clock),
    step("veto",    N_("Veto the pause"),      frozenset({PauseState.ASKED, PauseState.RUNNING, PauseState.ENDED}), PauseState.VETOED, regulator_of_its_job, asks=True),
    page="pauses",
    turns={
        PauseState.ASKED: Turn(the_other_side, N_("Agree to the pause or refuse it"), "pauses.show", N_("No answer means agreed.")),
    },
)

ALTERING = Lifecycle("alteration", N_("extension or change of scope"), {
        AlterationState.ASKED:   N_("new days asked for"),
        AlterationState.AGREED:  N_("new days agreed"),
        AlterationState.REFUSED: N_("new days refused"),
        AlterationState.DROPPED: N_("request dropped"),
    },
    step("agree",  N_("Agree to the new days"),  AlterationState.ASKED, AlterationState.AGREED,  the_other_side),
    step("refuse", N_("Refuse the new days"),    AlterationState.ASKED, AlterationState.REFUSED, the_other_side | the_clock, lapse=True, asks=True),
    step("drop",   N_("Take the request back"),  AlterationState.ASKED, AlterationState.DROPPED, the_asker),
    step("fall_away", N_("Drop it with the service"), AlterationState.ASKED, AlterationState.DROPPED, the_clock),
    page="alterations",
    turns={
        AlterationState.ASKED: Turn(the_other_side, N_("Agree to the new days or refuse them"), "alterations.show", N_("No answer means refused.")),
    },
)

MAY_READ = reads_papers
MAY_ALTER: dict[str, Who] = {AlterationKind.EXTENSION: jobs.its_agency, AlterationKind.SCOPE: jobs.its_parties}
# fmt: on

runs = in_state(PauseState.RUNNING)
vetoed = in_state(PauseState.VETOED)
counts = in_state(PauseState.RUNNING, PauseState.ENDED)
dropped = in_state(PauseState.DROPPED, AlterationState.DROPPED)

# The steps of a job that are asked for or ordered only before its service is due.
BEFORE_DUE = ("pause", "suspend")


def once(kind: str) -> bool:
    """Whether a kind of alteration can be asked for once in a job."""
    return kind == AlterationKind.EXTENSION


def is_due(actor: Actor, job: Any, now: datetime) -> bool:
    """Whether the service runs although it was to be delivered by now."""
    return bool(jobs.serving(actor, job) and job.due is not None and now >= job.due)


def asks_open_to(actor: Actor, job: Any, now: datetime, asked: Container[str] = ()) -> list[tuple[str, str]]:
    """The pages on which somebody may ask for new days now, with their buttons; `asked` are the kinds of those asked
    for already and not taken back."""
    if is_due(actor, job, now):
        return []
    kinds = [kind for kind in ASKS if not (once(kind) and kind in asked)]
    return [ASKS[kind] for kind in kinds if jobs.on_the_clock(actor, job) and MAY_ALTER[kind](actor, job)]
