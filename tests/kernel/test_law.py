"""The two tables of the law themselves: questions that combine, steps that are offered, checked and refused."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace

import pytest

from app.kernel.act import CLOCK, VISITOR, Act, Actor, Kind
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.law import (
    Due,
    Lifecycle,
    Turn,
    Who,
    a_regulator,
    an_agency,
    an_owner,
    anyone,
    as_recorded,
    at_once,
    days,
    in_state,
    signed_in,
    step,
    the_clock,
    the_operator,
    who,
)

NOW = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
OWNER, AGENCY = Actor(1, 1, Kind.OWNER), Actor(2, 2, Kind.AGENCY)
PEOPLE = {
    "owner": OWNER, "agency": AGENCY, "regulator": Actor(3, 3, Kind.REGULATOR), "operator": Actor(4, 4, Kind.OPERATOR),
    "clock": CLOCK, "visitor": VISITOR,
}  # fmt: skip


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    GONE = "gone"


@who("a door that is nailed")
def nailed(actor, thing):
    return thing.nailed


BOTH = frozenset({State.OPEN, State.SHUT})
LIFE = Lifecycle(
    "door",
    "a door",
    {State.OPEN: "open", State.SHUT: "shut", State.GONE: "gone"},
    step("shut", "Shut it", State.OPEN, State.SHUT, an_owner, due=days("rest", "nap"), asks=True),
    step("spring", "Let it spring open", State.SHUT, State.OPEN, the_clock, lapse=True, page="springs.show"),
    step("take", "Take it out", BOTH, State.GONE, an_owner | the_clock),
    step("free", "Draw the nails", State.OPEN, State.OPEN, an_agency & nailed),
    page="doors",
    turns={State.OPEN: Turn(an_owner, "Shut it", "doors.shut")},
)


def door(state=State.SHUT, due=NOW + timedelta(hours=1), nailed=False):
    return SimpleNamespace(state=state, due=due, nailed=nailed)


def those(question, thing=None):
    return {name for name, actor in PEOPLE.items() if question(actor, thing)}


@pytest.mark.parametrize(
    ("question", "people"),
    [
        (anyone, set(PEOPLE)),
        (signed_in, set(PEOPLE) - {"clock", "visitor"}),
        (the_clock, {"clock"}),
        (the_operator, {"operator"}),
        (a_regulator, {"regulator"}),
        (an_owner, {"owner"}),
        (an_agency, {"agency"}),
        (an_owner | an_agency, {"owner", "agency"}),
        (an_owner & an_agency, set()),
        (signed_in & an_agency, {"agency"}),
    ],
)
def test_a_question_is_answered_for_everybody(question, people):
    assert those(question) == people


def test_the_words_of_a_combined_question_are_those_of_its_parts():
    either, both = an_owner | an_agency, signed_in & an_agency
    assert (either.names, either.joint) == ((*an_owner.names, *an_agency.names), "|")
    assert (both.names, both.joint) == ((*signed_in.names, *an_agency.names), "&")


def test_a_named_question_hears_both_actor_and_thing_and_answers_with_a_truth_value():
    @who("whoever it is about")
    def its_own(actor, thing):
        return actor.unit_id and thing == actor.unit_id

    assert isinstance(its_own, Who) and its_own.names == ("whoever it is about",)
    assert its_own(OWNER, 1) is True and its_own(OWNER, 2) is False and its_own(VISITOR, 1) is False
    for combined in (its_own | the_clock, the_clock | its_own, its_own & an_owner, an_owner & its_own):
        assert combined(OWNER, 1) is True and combined(OWNER, 2) is False


def test_a_state_is_asked_of_the_thing():
    question = in_state(State.OPEN, State.GONE)
    assert question.names == ("open", "gone")
    assert [state for state in State if question(VISITOR, door(state))] == [State.OPEN, State.GONE]


def test_a_deadline_has_terms_or_words():
    assert days("rest", "nap") == Due(("rest", "nap"), "")
    assert (at_once.terms, at_once.says) == ((), "at once")
    assert (as_recorded.terms, as_recorded.says) == ((), "as derived from the record")


def test_a_step_stands_in_the_table_as_it_was_written():
    shut, spring, take = (LIFE[verb] for verb in ("shut", "spring", "take"))
    assert (shut.verb, shut.says, shut.source, shut.target) == ("shut", "Shut it", {State.OPEN}, State.SHUT)
    assert (shut.who, shut.due, shut.lapse, shut.asks, shut.page) == (an_owner, days("rest", "nap"), False, True, "")
    assert (spring.due, spring.lapse, spring.asks, spring.page) == (None, True, False, "springs.show")
    assert (take.source, take.lapse) == (BOTH, False)
    assert LIFE.lapses == {State.SHUT: spring}


def test_a_lifecycle_tells_its_words_its_pages_and_whose_turn_it_is():
    assert (LIFE.name, LIFE.says, LIFE.page) == ("door", "a door", "doors")
    assert [LIFE.label(state) for state in State] == ["open", "shut", "gone"]
    assert LIFE.turn("open") == Turn(an_owner, "Shut it", "doors.shut", "")
    assert LIFE.turn("gone") is None
    assert [LIFE.endpoint(LIFE[verb]) for verb in ("shut", "spring")] == ["doors.shut", "springs.show"]


def test_a_lifecycle_without_turns_waits_for_nobody():
    assert Lifecycle("stone", "a stone", {State.OPEN: "open"}, page="stones").turn("open") is None


def test_a_verb_stands_once_in_the_table():
    twice = step("shut", "Shut it", State.OPEN, State.SHUT, an_owner)
    with pytest.raises(ValueError, match=r"^door: a verb stands twice in the table$"):
        Lifecycle("door", "a door", {State.OPEN: "open"}, twice, twice, page="doors")


def test_a_step_is_for_whom_it_says_and_of_such_a_thing():
    act, shut_fast = Act(AGENCY, NOW), door(State.OPEN, nailed=True)
    assert LIFE.offered(act, shut_fast) == [LIFE["free"]] and LIFE.offered(act, door(State.OPEN)) == []
    assert LIFE.check(act, shut_fast, "free") is LIFE["free"]
    with pytest.raises(NotAllowed):
        LIFE.check(act, door(State.OPEN), "free")


@pytest.mark.parametrize(
    ("thing", "lapsed"),
    [
        (door(due=NOW), True),
        (door(due=NOW - timedelta(seconds=1)), True),
        (door(due=NOW + timedelta(seconds=1)), False),
        (door(due=None), False),
        (door(State.OPEN, due=NOW), False),
    ],
)
def test_a_deadline_has_passed_where_the_law_gives_the_next_move_to_the_clock(thing, lapsed):
    assert LIFE.lapsed(thing, NOW) is lapsed
    offered = {name: [one.verb for one in LIFE.offered(Act(actor, NOW), thing)] for name, actor in PEOPLE.items()}
    if lapsed:
        assert offered.pop("clock") == ["spring", "take"]
        assert not any(offered.values())
    elif thing.state == State.SHUT:
        assert (offered["owner"], offered["clock"], offered["agency"]) == (["take"], ["spring", "take"], [])
    else:
        assert (offered["owner"], offered["clock"], offered["agency"]) == (["shut", "take"], ["take"], [])


# fmt: off
STEPS = [
    (OWNER,  door(State.OPEN),  "shut",   None),
    (OWNER,  door(),            "take",   None),
    (CLOCK,  door(),            "take",   None),
    (CLOCK,  door(due=NOW),     "take",   None),
    (CLOCK,  door(due=NOW),     "spring", None),
    (OWNER,  door(State.OPEN, due=NOW), "shut", None),
    (AGENCY, door(State.OPEN),  "shut",   "This step is not yours to take. The rules page says whose it is."),
    (AGENCY, door(),            "shut",   "This step is not yours to take. The rules page says whose it is."),
    (OWNER,  door(),            "shut",   "This is no longer possible: it is now “shut”."),
    (OWNER,  door(due=NOW),     "take",   "The deadline has passed and the clock takes the next step from “shut”. Reload in a moment."),  # noqa: E501
    (CLOCK,  door(),            "spring", "The deadline has not passed yet."),
    (CLOCK,  door(due=None),    "spring", "The deadline has not passed yet."),
    (CLOCK,  door(State.GONE),  "spring", "This is no longer possible: it is now “gone”."),
]
# fmt: on


@pytest.mark.parametrize(("actor", "thing", "verb", "refusal"), STEPS)
def test_a_step_is_checked_or_refused_with_words_that_tell_the_state(actor, thing, verb, refusal):
    if refusal is None:
        assert LIFE.check(Act(actor, NOW), thing, verb) is LIFE[verb]
        return
    with pytest.raises(NotAllowed if actor is AGENCY else WrongState) as refused:
        LIFE.check(Act(actor, NOW), thing, verb)
    assert str(refused.value) == refusal
