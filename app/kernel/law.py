"""The two tables each feature is written in: who may do what, and what leads where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.kernel.act import Act, Actor, Kind
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.words import N_


@dataclass(frozen=True)
class Who:
    """A named question about an actor and a thing. Combine with | and &. `names` are English msgids for people."""

    names: tuple[str, ...]
    asks: Callable[[Actor, Any], bool]
    joint: str = "|"

    def __call__(self, actor: Actor, thing: Any = None) -> bool:
        return bool(self.asks(actor, thing))

    def __or__(self, other: "Who") -> "Who":
        return Who(self.names + other.names, lambda a, t: self(a, t) or other(a, t), "|")

    def __and__(self, other: "Who") -> "Who":
        return Who(self.names + other.names, lambda a, t: self(a, t) and other(a, t), "&")


def who(name: str) -> Callable[[Callable[[Actor, Any], bool]], Who]:
    """Decorator: name a question, as people read it in the law."""
    return lambda asks: Who((name,), asks)


def of_kind(kind: str, name: str) -> Who:
    return Who((name,), lambda actor, thing: actor.kind == kind)


anyone = Who((N_("anyone"),), lambda actor, thing: True)
signed_in = Who((N_("anyone signed in"),), lambda actor, thing: actor.user_id is not None)
the_clock = of_kind(Kind.CLOCK, N_("the clock"))
the_operator = of_kind(Kind.OPERATOR, N_("the operator"))
a_regulator = of_kind(Kind.REGULATOR, N_("a regulator"))
an_owner = of_kind(Kind.OWNER, N_("a project owner"))
an_agency = of_kind(Kind.AGENCY, N_("an agency"))


def in_state(*states: StrEnum) -> Who:
    return Who(tuple(states), lambda actor, thing: thing.state in states)


@dataclass(frozen=True)
class Due:
    """The deadline a step sets for the state it leads to.

    `terms` are codes of periods in the law data (working days): the first is the rule, the others are variants that
    an operation names (urgent, repost). No terms and `says`: the operation derives the instant, `says` tells how.
    """

    terms: tuple[str, ...] = ()
    says: str = ""


def days(*terms: str) -> Due:
    return Due(terms)


at_once = Due(says=N_("at once"))
as_recorded = Due(says=N_("as derived from the record"))


@dataclass(frozen=True)
class Step:
    """One row of a lifecycle: this verb leads from these states to that one, for these people.

    `due` is the deadline of the new state; `lapse` says that the clock takes this step when the deadline of the old
    state has passed; `asks` that a person taking it fills in a page first; `page` is the endpoint when it is not
    `<lifecycle page>.<verb>`.
    """

    verb: str
    says: str
    source: frozenset[StrEnum]
    target: StrEnum
    who: Who
    due: Due | None = None
    lapse: bool = False
    asks: bool = False
    page: str = ""


@dataclass(frozen=True)
class Turn:
    """Whose move a state waits for: who, the wish in words, the page that answers it, and what silence will mean."""

    who: Who
    says: str
    page: str
    silence: str = ""


def step(
    verb: str,
    says: str,
    source: StrEnum | frozenset[StrEnum],
    target: StrEnum,
    who: Who,
    *,
    due: Due | None = None,
    lapse: bool = False,
    asks: bool = False,
    page: str = "",
) -> Step:
    sources = source if isinstance(source, frozenset) else frozenset({source})
    return Step(verb, says, sources, target, who, due, lapse, asks, page)


class Lifecycle:
    """A thing's states, the steps between them, and whose turn it is in each."""

    def __init__(
        self,
        name: str,
        says: str,
        states: Mapping[StrEnum, str],
        *steps: Step,
        page: str,
        turns: Mapping[StrEnum, Turn] | None = None,
    ):
        self.name, self.says, self.page = name, says, page
        self.states: dict[str, str] = {str(state): label for state, label in states.items()}
        self.steps = {step.verb: step for step in steps}
        self.turns: dict[str, Turn] = {str(state): turn for state, turn in (turns or {}).items()}
        self.lapses = {state: step for step in steps if step.lapse for state in step.source}
        if len(self.steps) != len(steps):
            raise ValueError(f"{name}: a verb stands twice in the table")

    def __getitem__(self, verb: str) -> Step:
        return self.steps[verb]

    def label(self, state: str) -> str:
        """The English msgid people read for a state."""
        return self.states[state]

    def turn(self, state: str) -> Turn | None:
        return self.turns.get(state)

    def endpoint(self, step: Step) -> str:
        return step.page or f"{self.page}.{step.verb}"

    def lapsed(self, thing: Any, now: datetime) -> bool:
        """Whether the deadline has passed and the law gives the next move to the clock alone."""
        return thing.state in self.lapses and thing.due is not None and now >= thing.due

    def offered(self, act: Act, thing: Any) -> list[Step]:
        """The steps this actor may take now: the buttons on the page, and nothing else."""
        if self.lapsed(thing, act.now) and not the_clock(act.actor):
            return []
        return [s for s in self.steps.values() if thing.state in s.source and s.who(act.actor, thing)]

    def check(self, act: Act, thing: Any, verb: str) -> Step:
        """The step, if this actor may take it now; else a refusal that tells the state."""
        step = self.steps[verb]
        if not step.who(act.actor, thing):
            raise NotAllowed(N_("This step is not yours to take. The rules page says whose it is."))
        if thing.state not in step.source:
            raise WrongState(N_("This is no longer possible: it is now “%(state)s”."), state=self.label(thing.state))
        if self.lapsed(thing, act.now) and not the_clock(act.actor):
            raise WrongState(
                N_("The deadline has passed and the clock takes the next step from “%(state)s”. Reload in a moment."),
                state=self.label(thing.state),
            )
        if the_clock(act.actor) and step.lapse and not self.lapsed(thing, act.now):
            raise WrongState(N_("The deadline has not passed yet."))
        return step
