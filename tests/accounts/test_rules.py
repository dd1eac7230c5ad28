"""Who administers what, as a table."""

from types import SimpleNamespace

import pytest

from app.accounts.rules import (
    KINDS,
    MAY_ADD_OFFICES,
    MAY_MANAGE_MEMBERS,
    MAY_READ_UNIT,
    OFFICES,
    ROLES,
    ROLES_OF,
    themselves,
)
from app.accounts.rules import has_sector as has
from app.kernel.act import CLOCK, VISITOR, Actor, Kind, Role

UNITS = (Kind.OWNER, Kind.AGENCY, Kind.REGULATOR, Kind.OPERATOR)


class Thing:
    id = 7


def actor(kind, role=Role.ADMINISTRATOR, unit_id=7):
    return Actor(1, unit_id, kind, role)


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        (Kind.OWNER, {Role.ADMINISTRATOR, Role.DELEGATE}),
        (Kind.AGENCY, {Role.ADMINISTRATOR, Role.AUTHORISED}),
        (Kind.REGULATOR, {Role.ADMINISTRATOR, Role.AUTHORISED}),
        (Kind.OPERATOR, {Role.ADMINISTRATOR, Role.AUTHORISED}),
    ],
)
def test_each_kind_of_unit_gives_its_own_roles(kind, roles):
    assert set(ROLES_OF[kind]) == roles


def test_every_kind_and_role_has_its_words():
    assert set(ROLES_OF) == set(KINDS) == set(UNITS)
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("kind", UNITS)
@pytest.mark.parametrize("role", Role)
def test_administrators_alone_manage_members(kind, role):
    assert MAY_MANAGE_MEMBERS(actor(kind, role), Thing) == (role == Role.ADMINISTRATOR)


@pytest.mark.parametrize("kind", UNITS)
@pytest.mark.parametrize("role", Role)
def test_the_administrators_of_the_operator_alone_add_offices(kind, role):
    assert MAY_ADD_OFFICES(actor(kind, role)) == (kind == Kind.OPERATOR and role == Role.ADMINISTRATOR)


@pytest.mark.parametrize("kind", UNITS)
def test_a_unit_is_read_by_its_members_and_the_operator(kind):
    assert MAY_READ_UNIT(actor(kind), Thing)
    assert MAY_READ_UNIT(actor(kind, unit_id=8), Thing) == (kind == Kind.OPERATOR)


@pytest.mark.parametrize("nobody", [VISITOR, CLOCK])
def test_visitors_and_the_clock_administer_nothing(nobody):
    assert not any(may(nobody, Thing) for may in (MAY_MANAGE_MEMBERS, MAY_ADD_OFFICES, MAY_READ_UNIT))


def test_regulators_alone_have_a_sector():
    assert [kind for kind in UNITS if has(kind)] == [Kind.REGULATOR]
    assert set(OFFICES) == {Kind.REGULATOR, Kind.OPERATOR}


def test_a_person_is_themselves_and_nobody_is_a_visitor():
    assert themselves(Actor(7), Thing)
    assert not themselves(Actor(8), Thing)
    assert not themselves(VISITOR, SimpleNamespace(id=None))
