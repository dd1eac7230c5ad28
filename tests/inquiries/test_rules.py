"""The law of questions, row by row, without a database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.inquiries.rules import INQUIRY_LIFE, MAY_ASK, MAY_KNOW_ASKER, MAY_READ_INQUIRY, MAY_READ_WORDS
from app.kernel.act import CLOCK, VISITOR, Act, Actor, Kind, Role

NOW = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
PEOPLE = {
    "owner": Actor(11, 1, Kind.OWNER, Role.ADMINISTRATOR),
    "runner": Actor(12, 1, Kind.OWNER, Role.DELEGATE),
    "colleague": Actor(13, 1, Kind.OWNER, Role.DELEGATE),
    "other owner": Actor(14, 4, Kind.OWNER, Role.ADMINISTRATOR),
    "asker": Actor(21, 2, Kind.AGENCY, Role.AUTHORISED),
    "other agency": Actor(31, 3, Kind.AGENCY, Role.ADMINISTRATOR),
    "operator": Actor(51, 5, Kind.OPERATOR, Role.AUTHORISED),
    "regulator": Actor(61, 6, Kind.REGULATOR, Role.ADMINISTRATOR, "water"),
    "clock": CLOCK,
    "visitor": VISITOR,
}
EVERYBODY, OWNERS = set(PEOPLE), {"owner", "runner"}


def asked(state="asked", job_state="open"):
    job = SimpleNamespace(state=job_state, owner_id=1, run_by_id=12)
    return SimpleNamespace(state=state, unit_id=2, job=job, due=NOW + timedelta(days=1))


def those(rule, *things):
    return {name for name, actor in PEOPLE.items() if rule(actor, *things)}


@pytest.mark.parametrize(
    ("state", "job_state", "reads", "reads_words"),
    [
        ("asked", "open", OWNERS | {"asker", "operator"}, EVERYBODY),
        ("asked", "selecting", EVERYBODY, EVERYBODY),
        ("asked", "withdrawn", EVERYBODY, EVERYBODY),
        ("answered", "open", EVERYBODY, EVERYBODY),
        ("withheld", "open", EVERYBODY, {"asker", "operator"}),
        ("withheld", "archived", EVERYBODY, {"asker", "operator"}),
    ],
)
def test_who_reads_a_question_and_its_words(state, job_state, reads, reads_words):
    inquiry = asked(state, job_state)
    assert those(MAY_READ_INQUIRY, inquiry) == reads
    assert those(MAY_READ_WORDS, inquiry) == reads_words


def test_agencies_ask_and_only_the_operator_knows_who_did():
    assert those(MAY_ASK) == {"asker", "other agency"}
    assert those(MAY_KNOW_ASKER) == {"operator"}


@pytest.mark.parametrize(
    ("verb", "state", "job_state", "who"),
    [
        ("answer", "asked", "open", OWNERS),
        ("answer", "asked", "selecting", set()),
        ("answer", "answered", "open", set()),
        ("answer", "withheld", "open", set()),
        ("withhold", "asked", "open", {"operator"}),
        ("withhold", "answered", "archived", {"operator"}),
        ("withhold", "withheld", "open", set()),
    ],
)
def test_who_takes_which_step(verb, state, job_state, who):
    inquiry = asked(state, job_state)
    offered = {
        name: {step.verb for step in INQUIRY_LIFE.offered(Act(actor, NOW), inquiry)} for name, actor in PEOPLE.items()
    }
    assert {name for name, verbs in offered.items() if verb in verbs} == who


def test_a_question_waits_for_the_owner_while_the_entry_is_open():
    turn = INQUIRY_LIFE.turn("asked")
    assert those(turn.who, asked()) == OWNERS
    assert those(turn.who, asked(job_state="selecting")) == set()
