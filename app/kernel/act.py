"""Who is acting, and when: made once at the door (request, task or command), passed to every operation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an actor acts as: a kind of unit, a visitor without sign-in, or the clock."""

    OWNER = "owner"
    AGENCY = "agency"
    REGULATOR = "regulator"
    OPERATOR = "operator"
    VISITOR = "visitor"
    CLOCK = "clock"


class Role(StrEnum):
    """A member's place in their unit."""

    ADMINISTRATOR = "administrator"
    DELEGATE = "delegate"
    AUTHORISED = "authorised"


@dataclass(frozen=True)
class Actor:
    """One person acting for one unit. `sector` is set for regulators: the sector they supervise."""

    user_id: int | None = None
    unit_id: int | None = None
    kind: str = Kind.VISITOR
    role: str | None = None
    sector: str | None = None


VISITOR = Actor()
CLOCK = Actor(kind=Kind.CLOCK)


@dataclass(frozen=True)
class Act:
    """One actor at one aware UTC instant."""

    actor: Actor
    now: datetime
