"""The law of jobs, row by row, without a database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.jobs import rules
from app.jobs.ahead import MILESTONES, REJOINS
from app.jobs.rules import LIFE, State
from app.kernel.act import CLOCK, VISITOR, Act, Actor, Kind, Role
from app.kernel.errors import NotAllowed, Refusal, WrongState

NOW = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
OWNER, AGENCY, OTHER = 1, 2, 3

PEOPLE = {
    "owner": Actor(11, OWNER, Kind.OWNER, Role.ADMINISTRATOR),
    "runner": Actor(12, OWNER, Kind.OWNER, Role.DELEGATE),
    "colleague": Actor(13, OWNER, Kind.OWNER, Role.DELEGATE),
    "agency": Actor(21, AGENCY, Kind.AGENCY, Role.AUTHORISED),
    "other agency": Actor(31, OTHER, Kind.AGENCY, Role.ADMINISTRATOR),
    "other owner": Actor(41, 4, Kind.OWNER, Role.ADMINISTRATOR),
    "operator": Actor(51, 5, Kind.OPERATOR, Role.AUTHORISED),
    "regulator": Actor(61, 6, Kind.REGULATOR, Role.ADMINISTRATOR, "water"),
    "other regulator": Actor(71, 7, Kind.REGULATOR, Role.ADMINISTRATOR, "land"),
    "chair": Actor(81, 8, Kind.REGULATOR, Role.AUTHORISED, "air"),
    "clock": CLOCK,
    "visitor": VISITOR,
}
OWNERS = {"owner", "runner"}
PARTIES = OWNERS | {"agency"}
ANY_OWNER_OR_AGENCY = PARTIES | {"colleague", "other agency", "other owner"}


def a_job(state, **details):
    known = {
        "owner_id": OWNER, "run_by_id": 12, "chair_id": 81, "agency_id": AGENCY, "contract_by_id": OWNER,
        "sector_code": "water", "owner_rated": False, "agency_rated": False, "published_at": NOW,
        "two_person": True, "officer_id": 13, "unlocked": False, "outside_source": "drand", "outside_value": None,
        "due": NOW + timedelta(days=1), "earlier_due": NOW,
    }  # fmt: skip
    return SimpleNamespace(state=state, **known | details)


# fmt: off
WHO = {
    "submit": OWNERS, "withdraw": OWNERS, "amend": OWNERS, "hand_in": OWNERS, "return_report": OWNERS,
    "return_posting": {"operator"}, "publish": {"operator"}, "dismiss": {"operator"},
    "replace": {"operator"}, "annul": {"operator"}, "correct": {"operator"}, "void": {"operator"},
    "close": {"clock"}, "hold": {"clock"}, "give_up": {"clock"},
    "release": {"operator", "colleague", "regulator", "clock"}, "select": {"clock"}, "fail": {"clock"},
    "convene": {"clock"}, "time_out": {"clock"}, "extend": {"operator"}, "agree": {"chair"},
    "award": {"clock"}, "succeed": {"clock"}, "fall_through": {"clock"},
    "archive": {"clock"}, "carry_on": {"clock"},
    "object": ANY_OWNER_OR_AGENCY,
    "abandon": {"agency"}, "list_materials": {"agency"}, "name_defects": {"agency"}, "deliver": {"agency"},
    "upload_contract": PARTIES, "return_contract": {"agency"}, "confirm_contract": {"agency"},
    "start": {"agency", "clock"}, "pause": PARTIES | {"clock"},
    "resume": PARTIES | {"clock"}, "veto_pause": {"regulator"},
    "agree_earlier": {"agency"}, "suspend": {"operator", "regulator"}, "lift": {"operator", "regulator"},
    "accept": OWNERS | {"clock"}, "conclude": PARTIES, "terminate": {"operator", "regulator"},
}
# fmt: on


def test_every_step_of_the_law_is_tested_here():
    assert WHO.keys() == LIFE.steps.keys()


@pytest.mark.parametrize("verb", LIFE.steps)
def test_a_step_is_taken_by_those_named_and_nobody_else(verb):
    step = LIFE[verb]
    for state in step.source:
        job = a_job(state)
        allowed = {name for name, actor in PEOPLE.items() if step.who(actor, job)}
        assert allowed == WHO[verb]


@pytest.mark.parametrize("verb", LIFE.steps)
def test_a_step_leads_only_from_its_own_states(verb):
    step = LIFE[verb]
    actor = PEOPLE[sorted(WHO[verb])[0]]
    for state in State:
        job = a_job(state, due=NOW - timedelta(days=1) if actor is CLOCK else NOW + timedelta(days=1))
        if state in step.source:
            assert LIFE.check(Act(actor, NOW), job, verb) is step
        else:
            with pytest.raises(WrongState):
                LIFE.check(Act(actor, NOW), job, verb)


def test_the_side_that_uploaded_the_contract_does_not_confirm_it():
    job = a_job(State.CONTRACT_UPLOADED, contract_by_id=AGENCY)
    assert not LIFE["confirm_contract"].who(PEOPLE["agency"], job)
    assert LIFE["confirm_contract"].who(PEOPLE["owner"], job)


def test_nobody_rates_twice():
    job = a_job(State.ACCEPTED, owner_rated=True)
    assert not rules.yet_to_rate(PEOPLE["owner"], job)
    assert rules.yet_to_rate(PEOPLE["agency"], job)


@pytest.mark.parametrize("state", LIFE.lapses)
def test_when_a_deadline_has_passed_only_the_clock_moves(state):
    late = a_job(state, due=NOW)
    for name, actor in PEOPLE.items():
        if name != "clock":
            assert LIFE.offered(Act(actor, NOW), late) == []
    assert LIFE.offered(Act(CLOCK, NOW), late)
    with pytest.raises(Refusal):
        LIFE.check(Act(CLOCK, NOW), a_job(state), LIFE.lapses[state].verb)


# fmt: off
RIGHTS = [
    ("MAY_READ",        {"published_at": None}, OWNERS | {"operator", "regulator"}),
    ("MAY_READ",        {},                     set(PEOPLE)),
    ("MAY_READ_PAPERS", {},                     PARTIES | {"operator", "regulator"}),
    ("MAY_CREATE",      {},                     OWNERS | {"colleague", "other owner"}),
    ("MAY_EDIT",        {},                     OWNERS),
    ("MAY_DELEGATE",    {},                     {"owner"}),
    ("MAY_REPOST",      {},                     set()),
    ("MAY_REPOST",      {"state": State.FAILED}, OWNERS),
    ("MAY_EDIT",        {"state": State.OPEN},  set()),
]
# fmt: on


@pytest.mark.parametrize(("right", "details", "who"), RIGHTS)
def test_a_right_belongs_to_those_named(right, details, who):
    job = a_job(**{"state": State.DRAFT} | details)
    assert {name for name, actor in PEOPLE.items() if getattr(rules, right)(actor, job)} == who


def test_every_state_that_is_not_an_end_says_whose_turn_it_is():
    for state in State:
        assert LIFE.label(state)
        turn = LIFE.turn(state)
        if state in rules.ENDED - {State.FAILED}:
            assert turn is None
        else:
            assert turn is not None
            assert turn.page.count(".") == 1


def test_every_state_can_be_reached_and_left_unless_it_is_an_end():
    reached = {step.target for step in LIFE.steps.values()} | {State.DRAFT}
    left = {state for step in LIFE.steps.values() for state in step.source}
    assert reached == set(State)
    assert set(State) - left == set(rules.ENDED)


def test_the_milestones_follow_the_law():
    path = [state for _, states in MILESTONES for state in states]
    assert len(path) == len(set(path))
    assert set(REJOINS) | set(path) | {State.DRAFT} == set(State) - set(rules.ENDED)
    for state in set(path) - {State.IN_SERVICE}:
        assert any(step.target == state and step.due and step.due.terms for step in LIFE.steps.values())


def test_the_clock_is_refused_what_is_for_people():
    with pytest.raises(NotAllowed):
        LIFE.check(Act(CLOCK, NOW), a_job(State.SUBMITTED), "publish")


@pytest.mark.parametrize(
    ("actor", "details", "named"),
    [
        (Actor(13, OWNER, Kind.OWNER, Role.DELEGATE), {}, True),
        (Actor(13, OWNER, Kind.OWNER, Role.DELEGATE), {"two_person": False}, False),
        (Actor(12, OWNER, Kind.OWNER, Role.DELEGATE), {}, False),
        (Actor(13, 4, Kind.OWNER, Role.DELEGATE), {}, False),
        (Actor(13, OWNER, Kind.AGENCY, Role.AUTHORISED), {}, False),
    ],
)
def test_the_officer_is_a_person_of_the_owner_named_for_a_job_of_two_persons(actor, details, named):
    assert rules.its_officer(actor, a_job(State.OPEN, **details)) is named


def test_what_opens_the_entries_is_missing_until_it_is_brought():
    for source, value in ((None, None), (None, "ab"), ("drand", None), ("drand", "ab")):
        missing = source == "drand" and value is None
        assert (
            rules.value_missing(VISITOR, a_job(State.AWAITING, outside_source=source, outside_value=value)) is missing
        )
    for two, unlocked in ((True, True), (True, False), (False, True), (False, False)):
        missing = two and not unlocked
        assert rules.share_missing(VISITOR, a_job(State.AWAITING, two_person=two, unlocked=unlocked)) is missing


def test_a_job_that_names_nobody_is_open_to_all_and_one_that_names_an_agency_to_it_alone():
    jobs = [SimpleNamespace(named_agency_id=named) for named in (None, 7, 8)]
    assert [rules.names_no_other(Actor(unit_id=7), job) for job in jobs] == [True, True, False]


@pytest.mark.parametrize(
    ("criteria", "outside", "says"),
    [
        ([], None, "The clock then selects by the published rule."),
        (["示例"], None, "A panel then scores the proposals without knowing whose they are."),
        ([], "drand", "The clock then waits for what opens the entries, and selects by the published rule."),
    ],
)
def test_what_follows_a_closing_is_said_for_every_kind_of_job(criteria, outside, says):
    job = SimpleNamespace(criteria=criteria, two_person=False, outside_source=outside, outside_value=None)
    assert rules.after_closing(job) == says
