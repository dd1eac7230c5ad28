"""A panel, from its appointment to the result that strangers recompute."""

import json

import pytest
from sqlalchemy import func, select

from app.entries.envelopes import open_envelopes
from app.entries.models import live_entries
from app.infra.db import session
from app.infra.record import Event
from app.jobs import operations as jobs
from app.jobs.ahead import ahead
from app.jobs.rules import State
from app.kernel.act import CLOCK, Act, Kind, Role
from app.kernel.draw import verify_transcript, write_transcript
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.methods.rules import Method
from app.panels import operations as panels
from app.panels.models import Bidder, ScoreSheet, bidders_in, panel_of, seats_of, sheets_of
from app.panels.rules import Part, SeatState
from app.selections.models import selection_of
from tests import make
from tests.make import lapse
from tests.panels import bench
from tests.panels.bench import CRITERIA, MERIT, QUALITY
from tests.verify import verifiers

pytestmark = pytest.mark.usefixtures("app")


def refused(kind, call, *args, **fields):
    with pytest.raises(kind) as refusal:
        call(*args, **fields)
    return refusal.value


# --- the posting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"criteria": []}, "criteria"),
        ({"criteria": [CRITERIA[0]]}, "criteria"),
        ({"criteria": [CRITERIA[0], CRITERIA[0] | {"weight": 30}]}, "criteria"),
        ({"price_weight": 21}, "criteria"),
        ({"price_weight": 100}, "criteria"),
        ({"price_weight": None}, "criteria"),
        ({"price_weight": -20, "criteria": [CRITERIA[0] | {"weight": 120}]}, "criteria"),
        ({"two_envelopes": True, **{name: QUALITY[name] for name in ("criteria", "price_weight")}}, "two_envelopes"),
        ({"least_days": 2}, "least_days"),
        ({"method": Method.LOWEST_PRICE, "price_weight": None, "two_envelopes": False}, "criteria"),
        ({"method": Method.RANDOM_DRAW, "price_weight": None, "criteria": []}, "two_envelopes"),
    ],
)
def test_a_posting_whose_points_are_not_100_is_refused_at_its_field(fields, field):
    assert refused(Invalid, make.job, "submitted", **MERIT | fields).field == field


def test_quality_alone_needs_no_price_and_takes_no_quote():
    job = make.job("open", **QUALITY)
    assert refused(Invalid, bench.enter, job, quote_cents=1_000_000).field == "quote_cents"
    assert refused(Invalid, bench.enter, job, proposal="").field == "proposal"


def test_the_days_of_the_panel_stand_in_what_lies_ahead():
    merit, draw = (make.job("submitted", item=make.BY_CONTRACT, **kind) for kind in (bench_fields(), {}))
    selected_by = [ahead(job, make.later(job))[1][1] for job in (merit, draw)]
    assert make.workdays(selected_by[1], selected_by[0]) == 5


def bench_fields():
    return {name: value for name, value in MERIT.items() if name not in ("item", "days")}


def test_a_repost_keeps_the_criteria():
    job = lapse(lapse(make.job("open", **MERIT)))
    assert job.state == State.FAILED
    again = jobs.repost(make.act(job.owner, make.later(job)), job)
    assert (again.criteria, again.two_envelopes, again.price_weight) == (CRITERIA, True, 20)


# --- who sits on it ---------------------------------------------------------------------------------------------------


def test_the_owner_appoints_from_the_draft_on_until_the_entry_closes():
    for state in ("draft", "submitted", "open"):
        job = make.job(state, **MERIT)
        bench.seat(job, Part.CHAIR)
        assert [one.part for one in seats_of(job.id)] == ["chair"]


@pytest.mark.parametrize("kind", [Kind.AGENCY, Kind.OPERATOR])
def test_people_of_an_agency_or_of_the_operator_are_kept_out(kind):
    job, firm = bench.opened(), make.unit(kind)
    assert "may not sit" in str(refused(Invalid, bench.seat, job, user=make.user_of(firm)))


def test_who_joins_an_agency_afterwards_gives_no_scores():
    job = bench.convened()
    member = seats_of(job.id)[1]
    session.add(make.Membership(user=member.user, unit=make.unit(Kind.AGENCY), role=Role.AUTHORISED, since=make.NOW))
    session.flush()
    assert "may not sit" in str(refused(Invalid, bench.score, member))


def test_a_seat_is_refused_with_the_reason_at_its_field():
    job = bench.opened()
    chair = bench.seat(job, Part.CHAIR)
    by = make.act(job.owner, make.later(job))
    some = make.user_of(make.unit()).username
    cases = [
        ({"username": "nobody", "part": "member"}, "username"),
        ({"username": chair.user.username, "part": "member"}, "username"),
        ({"username": some, "part": "chair"}, "part"),
        ({"username": some, "part": "judge"}, "part"),
    ]
    for given, field in cases:
        assert refused(Invalid, panels.appoint, by, job, **given).field == field
    assert len(seats_of(job.id)) == 1


def test_three_witnesses_and_no_more():
    job = bench.opened()
    for _ in range(3):
        bench.seat(job, Part.WITNESS)
    assert refused(Invalid, bench.seat, job, Part.WITNESS).field == "part"


def test_nobody_but_the_owner_appoints_and_only_a_panel_that_scores():
    job, draw = bench.opened(), make.job("open")
    name = make.user_of(make.unit()).username
    stranger, owner = make.act(make.unit(), make.later(job)), make.act(draw.owner, make.later(draw))
    refused(NotAllowed, panels.appoint, stranger, job, username=name, part="member")
    refused(WrongState, panels.appoint, owner, draw, username=name, part="member")


def test_a_whole_panel_is_not_added_to_after_the_closing_but_a_seat_that_was_left_is_filled():
    job = bench.convened()
    refused(WrongState, bench.seat, job)
    chair = seats_of(job.id)[0]
    panels.recuse(bench.by(chair), chair, reason="与投标人有亲属关系。")
    assert (chair.state, chair.recused_because, job.chair_id) == (SeatState.RECUSED, "与投标人有亲属关系。", None)
    new = bench.seat(job, Part.CHAIR)
    assert job.chair_id == new.user_id


@pytest.mark.parametrize("reason", ["", "    ", "病"])
def test_a_recusal_without_a_reason_is_refused(reason):
    seat = bench.seat(bench.opened(), Part.CHAIR)
    assert refused(Invalid, panels.recuse, bench.by(seat), seat, reason=reason).field == "reason"


def test_the_holder_the_operator_and_until_closing_the_owner_recuse():
    job = bench.opened()
    chair, one, two = bench.seated(job)
    panels.recuse(make.act(make.operator(), make.later(job)), one, reason="在投标人处任职过。")
    panels.recuse(make.act(job.owner, make.later(job)), two, reason="本人不能到场。")
    refused(NotAllowed, panels.recuse, bench.by(one), chair, reason="不想要他。")
    bench.seat(job), bench.seat(job)
    bench.convened(job)
    refused(NotAllowed, panels.recuse, make.act(job.owner, make.later(job)), chair, reason="打分不合意。")


def test_what_somebody_gave_who_left_does_not_count():
    job = bench.convened()
    first = seats_of(job.id)[1]
    bench.score(first)
    panels.recuse(make.act(make.operator(), make.later(job)), first, reason="与投标人有亲属关系。")
    assert sheets_of(job.id) == []
    assert session.scalar(select(func.count()).select_from(ScoreSheet)) == 1


# --- scoring ----------------------------------------------------------------------------------------------------------


def test_the_panel_meets_the_bidders_in_the_order_the_transcript_shows():
    job = bench.convened()
    assert (job.state, make.workdays(job.state_since, job.due)) == (State.SCORING, 5)
    met = [one.code for one in bidders_in(job.id)]
    bench.scored(job)
    bench.agree(job)
    lapse(job)
    assert selection_of(job.id).transcript["bidders"] == met


def test_a_panel_is_not_convened_where_too_few_entered():
    job = make.job("open", **MERIT | {"funds": "state"})
    bench.enter(job)
    lapse(lapse(job))
    assert job.state == State.FAILED
    assert session.scalar(select(func.count()).select_from(Bidder)) == 0
    assert selection_of(job.id).transcript["failed"]


def test_scores_are_given_once_by_members_while_the_panel_sits():
    job = bench.opened()
    early = bench.seated(job, witnesses=1)
    refused(WrongState, bench.score, early[0])
    bench.convened(job)
    refused(NotAllowed, bench.score, early[3])
    bench.score(early[0])
    refused(WrongState, bench.score, early[0])
    refused(WrongState, bench.score, early[1], days=30)
    assert [sheet.seat_id for sheet in sheets_of(job.id)] == [early[0].id]


@pytest.mark.parametrize("scores", [[[80, 80]] * 2, [[80]] * 3, [[80, 101]] * 3, [[-1, 80]] * 3, []])
def test_scores_that_do_not_fit_are_refused(scores):
    member = seats_of(bench.convened().id)[1]
    refused(Invalid, panels.score, bench.by(member), member, scores=scores, remarks=["有依据。"] * 3)


def test_the_chair_waits_for_everybody_and_for_a_whole_panel():
    job = bench.convened()
    chair, one, two = seats_of(job.id)
    refused(WrongState, bench.agree, job)
    bench.score(chair), bench.score(one)
    assert "has scored" in str(refused(WrongState, bench.agree, job))
    panels.recuse(bench.by(two), two, reason="与投标人有亲属关系。")
    assert "not complete" in str(refused(WrongState, bench.agree, job))
    bench.score(bench.seat(job))
    bench.agree(job)
    assert job.state == State.SELECTING


def test_a_consensus_outside_what_the_members_gave_needs_a_reason():
    job = bench.scored(bench.convened(), [[70, 70]] * 3, [[75, 75]] * 3, [[80, 80]] * 3)
    assert refused(Invalid, bench.agree, job, [80, 80], [81, 75], [75, 75]).field == "reason_2"
    assert refused(Invalid, bench.agree, job, [80, 80], [75, 69], [75, 75]).field == "reason_2"
    bench.agree(job, [80, 80], [81, 75], [75, 75], reasons=["", "合议时补充了业绩。", ""])
    panel = panel_of(job.id)
    assert panel.scores == [[80, 80], [81, 75], [75, 75]] and panel.reasons[1] == "合议时补充了业绩。"


def test_of_two_consensuses_one_stands():
    job = bench.scored(bench.convened())
    bench.agree(job)
    assert "it is now" in str(refused(WrongState, bench.agree, job))


def test_a_chair_who_was_replaced_records_nothing():
    job = bench.scored(bench.convened())
    old = seats_of(job.id)[0]
    panels.recuse(make.act(make.operator(), make.later(job)), old, reason="与投标人有亲属关系。")
    bench.score(bench.seat(job, Part.CHAIR))
    refused(NotAllowed, panels.agree, bench.by(old), job, scores=bench.sheet(job), reasons=[""] * 3)
    bench.agree(job)


def test_a_panel_that_does_not_agree_in_time_fails_the_selection_and_nobody_wins():
    job = bench.scored(bench.convened())
    lapse(job)
    assert (job.state, job.agency_id) == (State.FAILED, None)
    assert selection_of(job.id) is None
    assert all(one.quote_cents is None for one in live_entries(job.id))


def test_the_operator_gives_more_time_with_a_reason_but_not_when_it_has_run_out():
    job = bench.convened()
    due = job.due
    panels.extend(make.act(make.operator(), make.later(job, days=2)), job, reason="一名成员生病，需要补位。")
    assert job.due > due and job.state == State.SCORING
    refused(NotAllowed, panels.extend, make.act(job.owner, make.later(job)), job, reason="还要再看看。")
    refused(WrongState, panels.extend, make.act(make.operator(), job.due), job, reason="还要再看看。")


# --- the prices and the result ----------------------------------------------------------------------------------------


def test_the_prices_stay_closed_until_the_panel_has_agreed():
    job = bench.convened()
    assert all(one.proposal and one.contribution and one.quote_cents is None for one in live_entries(job.id))
    job.state = State.SELECTING  # as if somebody had moved it there
    refused(NotAllowed, open_envelopes, Act(CLOCK, job.due), job, live_entries(job.id))


def test_with_one_envelope_the_panel_knows_the_prices():
    job = bench.convened(two_envelopes=False)
    assert sorted(one.entry.quote_cents for one in bidders_in(job.id)) == sorted(bench.QUOTES)


def test_an_exchanged_proposal_fails_the_selection():
    job = bench.opened()
    bench.seated(job)
    one, two = bench.enter(job, 1), bench.enter(job, 2)
    one.proposal_envelope, two.proposal_envelope = two.proposal_envelope, one.proposal_envelope
    lapse(lapse(job))
    assert job.state == State.FAILED


@pytest.mark.parametrize("fields", [{}, {"two_envelopes": False}, QUALITY], ids=["two envelopes", "one", "quality"])
def test_the_most_points_win_and_strangers_recompute_it(fields, tmp_path):
    job = bench.convened(**fields)
    best = [[60, 60], [95, 90], [70, 70]]
    bench.scored(job, best, best, best)
    bench.agree(job, *best)
    lapse(job)
    chosen = bidders_in(job.id)[1].entry
    assert (job.state, job.agency_id) == (State.SELECTED, chosen.agency_id)
    assert job.amount_cents == (chosen.quote_cents or job.ceiling_cents)
    transcript = selection_of(job.id).transcript
    text = write_transcript(transcript)
    assert verify_transcript(transcript) is None
    assert verifiers.by_python([text], tmp_path) == [0]
    assert verifiers.by_node([text]) == [0]
    changed = json.loads(text)
    changed["entrants"][0]["scores"][0] -= 1
    assert verify_transcript(changed)


def test_a_name_that_changes_while_the_panel_scores_changes_nothing_on_the_list():
    job = bench.convened()
    closed = session.scalars(select(Event).where(Event.thread_of == job.thread, Event.name == "job.close")).one()
    bidders_in(job.id)[0].entry.agency.unit.name = "改名后的公司（示例）"
    bench.scored(job)
    bench.agree(job)
    lapse(job)
    transcript = selection_of(job.id).transcript
    assert job.state == State.SELECTED and verify_transcript(transcript) is None
    assert transcript["list_hash"] == closed.facts["list_hash"]


def test_a_proposal_that_names_its_agency_is_refused():
    job = bench.opened()
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    text = f"{one.unit.name}提供的方案：现场踏勘、编制、报批一次完成。"
    assert refused(Invalid, bench.enter, job, agency=one, proposal=text).field == "proposal"


def test_other_methods_take_no_proposal():
    job = make.job("open", item=make.BY_CONTRACT, days=10)
    assert refused(Invalid, bench.enter, job, quote_cents=None).field == "proposal"
