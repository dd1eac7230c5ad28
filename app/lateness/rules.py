"""The law of what is late: whose turn it is, which number its deadline rests on, and the daily round of reminders."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from app.kernel.act import Actor, Kind, Role
from app.kernel.law import Lifecycle, Turn, anyone, as_recorded, step, the_clock
from app.kernel.words import N_


class Side(StrEnum):
    OWNER = "owner"
    AGENCY = "agency"
    OPERATOR = "operator"
    REGULATOR = "regulator"
    PANEL = "panel"
    CLOCK = "clock"


class RoundState(StrEnum):
    WAITING = "waiting"


SIDES = {
    Side.OWNER: N_("owner"),
    Side.AGENCY: N_("agency"),
    Side.OPERATOR: N_("operator"),
    Side.REGULATOR: N_("regulator"),
    Side.PANEL: N_("chair of the panel"),
    Side.CLOCK: N_("the clock"),
}

PEOPLE = frozenset(Side) - {Side.CLOCK}

# fmt: off
LIFE = Lifecycle("round", N_("round of reminders"), {RoundState.WAITING: N_("until work begins on the next working day")},
    step("remind", N_("Remind whoever's turn it is"), RoundState.WAITING, RoundState.WAITING, the_clock, lapse=True, due=as_recorded),
    page="lateness",
)

MAY_READ = anyone
# fmt: on

# The number that the first deadline of a thing rests on, where no step of its table leads to its first state.
FIRST_TERM = {
    "inquiry": "question_answer", "objection": "objection_answer", "pause": "pause_confirm",
    "alteration": "alteration_answer", "appeal": "rating_decision", "credit_event": "credit_statement",
}  # fmt: skip
# Things of which the page of a published job says that they wait, whoever may read the thing itself.
SAID_BY_THE_JOB = frozenset({"objection"})


def parties(thing: Any, about: Any) -> list[tuple[Side, Actor]]:
    """Who could be asked about a thing: the sides around the job or agency that it is about, each as its administrator
    would act. What a row does not have, it has no side for."""
    agency = getattr(thing, "agency_id", None) or getattr(about, "agency_id", None)
    sector = getattr(thing, "sector_code", None) or getattr(about, "sector_code", None)
    owner, chair = getattr(about, "owner_id", None), getattr(about, "chair_id", None)
    firm = agency if owner or agency else about.id
    found = [(Side.OWNER, Actor(getattr(about, "officer_id", None), owner, Kind.OWNER, Role.ADMINISTRATOR))]
    found += [(Side.AGENCY, Actor(None, firm, Kind.AGENCY, Role.ADMINISTRATOR))] if firm else []
    found += [(Side.OPERATOR, Actor(None, None, Kind.OPERATOR, Role.ADMINISTRATOR))]
    found += [(Side.REGULATOR, Actor(None, None, Kind.REGULATOR, Role.ADMINISTRATOR, sector))]
    return [*found, (Side.PANEL, Actor(chair))] if chair else found


def sides(turn: Turn, thing: Any, about: Any) -> list[Side]:
    """Whose turn it is, as the law answers for each side; the clock's where it is nobody's and the clock acts."""
    people = [side for side, actor in parties(thing, about) if turn.who(actor, thing)]
    return people or ([Side.CLOCK] if thing.state in thing.LIFE.lapses else [])


def terms_of(life: Lifecycle, state: str) -> Sequence[str]:
    """The codes of the numbers that a deadline in this state may rest on, the usual one first; none where the table
    says that it is derived from the record, as of a service, whose days are promised."""
    leading = [step for step in life.steps.values() if step.target == state and step.due]
    codes = [code for step in leading if step.due for code in step.due.terms]
    return list(dict.fromkeys(codes)) if leading else [FIRST_TERM[life.name]] if life.name in FIRST_TERM else []
