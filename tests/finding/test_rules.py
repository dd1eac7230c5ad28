"""Who may do what with searches and synonyms, without a database."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.finding.rules import MAY_FORGET, MAY_KEEP_SYNONYMS, MAY_SAVE
from app.kernel.act import VISITOR, Actor, Kind
from tests.jobs.test_rules import PEOPLE

SEEKER = Actor(user_id=3, unit_id=7, kind=Kind.OWNER)


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (SEEKER, True),
        (replace(SEEKER, user_id=4), False),
        (replace(SEEKER, unit_id=8), False),
        (replace(SEEKER, user_id=7, unit_id=3), False),
        (VISITOR, False),
    ],
)
def test_a_search_is_forgotten_by_the_person_who_saved_it_in_the_same_unit(actor, may):
    assert MAY_FORGET(actor, SimpleNamespace(user_id=3, unit_id=7)) is may


def test_what_nobody_saved_is_nobodys():
    assert not MAY_FORGET(VISITOR, SimpleNamespace(user_id=VISITOR.user_id, unit_id=VISITOR.unit_id))


def test_a_person_keeps_searches_and_the_operator_synonyms():
    assert {name for name, actor in PEOPLE.items() if not MAY_SAVE(actor)} == {"visitor", "clock"}
    assert {name for name, actor in PEOPLE.items() if MAY_KEEP_SYNONYMS(actor)} == {"operator"}
