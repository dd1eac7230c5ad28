"""The law of entries, row by row, without a database."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.entries.rules import ENDED_BY, ENTRY_LIFE, MAY_ENTER, MAY_READ_ENTRY
from app.kernel.act import CLOCK, VISITOR, Act, Actor, Kind, Role

NOW = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
PEOPLE = {
    "entrant": Actor(21, 2, Kind.AGENCY, Role.AUTHORISED),
    "other agency": Actor(31, 3, Kind.AGENCY, Role.ADMINISTRATOR),
    "owner": Actor(11, 1, Kind.OWNER, Role.ADMINISTRATOR),
    "operator": Actor(51, 5, Kind.OPERATOR, Role.AUTHORISED),
    "regulator": Actor(61, 6, Kind.REGULATOR, Role.ADMINISTRATOR, "water"),
    "clock": CLOCK,
    "visitor": VISITOR,
}


@pytest.mark.parametrize(
    ("state", "job_state", "offered"),
    [
        ("entered", "open", {"entrant": {"change", "withdraw"}, "clock": {"exclude"}}),
        ("withdrawn", "open", {"entrant": {"reenter"}}),
        ("excluded", "open", {}),
        ("entered", "selecting", {"clock": {"exclude"}}),
        ("withdrawn", "selecting", {}),
        ("entered", "withdrawn", {"clock": {"exclude"}}),
    ],
)
def test_who_takes_which_step(state: str, job_state: str, offered: dict[str, set[str]]) -> None:
    job = SimpleNamespace(state=job_state, owner_id=1, run_by_id=11)
    entry = SimpleNamespace(state=state, agency_id=2, job=job, due=None)
    found = {who: {step.verb for step in ENTRY_LIFE.offered(Act(actor, NOW), entry)} for who, actor in PEOPLE.items()}
    assert {who: verbs for who, verbs in found.items() if verbs} == offered


def test_an_entry_and_its_versions_are_read_by_its_agency_and_the_operator() -> None:
    entry = SimpleNamespace(agency_id=2)
    assert {who for who, actor in PEOPLE.items() if MAY_READ_ENTRY(actor, entry)} == {"entrant", "operator"}


def test_what_ends_a_version_is_a_step_of_the_law_that_leaves_an_entry() -> None:
    assert set(ENDED_BY) <= set(ENTRY_LIFE.steps)


def test_agencies_enter_and_nobody_else() -> None:
    assert {who for who, actor in PEOPLE.items() if MAY_ENTER(actor)} == {"entrant", "other agency"}
