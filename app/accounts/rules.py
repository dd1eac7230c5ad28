"""The law of people and units: who administers what."""

from typing import Any

from app.kernel.act import Actor, Kind, Role
from app.kernel.law import Who, the_operator, who
from app.kernel.words import N_

ROLES = {
    Role.ADMINISTRATOR: N_("administrator"),
    Role.DELEGATE: N_("delegate"),
    Role.AUTHORISED: N_("authorised person"),
}
KINDS = {
    Kind.OWNER: N_("project owner"),
    Kind.AGENCY: N_("agency"),
    Kind.REGULATOR: N_("regulator"),
    Kind.OPERATOR: N_("operator"),
}
# Which roles a kind of unit may give its members.
ROLES_OF: dict[str, tuple[Role, ...]] = {
    Kind.OWNER: (Role.ADMINISTRATOR, Role.DELEGATE),
    Kind.AGENCY: (Role.ADMINISTRATOR, Role.AUTHORISED),
    Kind.REGULATOR: (Role.ADMINISTRATOR, Role.AUTHORISED),
    Kind.OPERATOR: (Role.ADMINISTRATOR, Role.AUTHORISED),
}

# Which offices the operator registers; each supervises one sector, or none.
OFFICES = (Kind.REGULATOR, Kind.OPERATOR)


def has_sector(kind: str) -> bool:
    """Whether units of this kind supervise a sector."""
    return kind == Kind.REGULATOR


@who(N_("a member of the unit"))
def a_member(actor: Actor, unit: Any) -> bool:
    return actor.unit_id is not None and actor.unit_id == unit.id


@who(N_("an administrator of a unit"))
def an_administrator(actor: Actor, thing: Any) -> bool:
    return actor.unit_id is not None and actor.role == Role.ADMINISTRATOR


@who(N_("the person themselves"))
def themselves(actor: Actor, person: Any) -> bool:
    return actor.user_id is not None and actor.user_id == person.id


MAY_READ_UNIT: Who = a_member | the_operator
MAY_MANAGE_MEMBERS = an_administrator
MAY_ADD_OFFICES = the_operator & an_administrator
