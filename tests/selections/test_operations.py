"""The selection that the clock makes by the published rule."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app import wiring
from app.agencies.models import Qualification, checked, current_listing
from app.agencies.operations import take_down
from app.entries import operations as entries
from app.entries.models import excluded_entries, live_entries
from app.infra.clockwork import take_late
from app.infra.db import session
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import CLOCK, Act
from app.kernel.choosing import NO_ENTRY, TOO_FEW
from app.kernel.draw import verify_transcript
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.transcript import instant
from app.kernel.workdays import due_day, local_day
from app.selections import operations
from app.selections.models import Selection, current_award, rule_of, selection_of
from tests import make
from tests.entries.steps import closed, enter, event, opened
from tests.make import lapse
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")

WAN = 1_000_000
METHODS = ("random_draw", "lowest_price", "average_price")


def selected(job: Job, *quotes: int | None, **more: Any) -> dict[str, Any]:
    """The transcript of the selection made from these quotes."""
    lapse(closed(job, *quotes, **more))
    selection = selection_of(job.id)
    assert selection is not None
    return selection.transcript


# --- closing by the clock alone ---------------------------------------------------------------------------------------


def test_no_person_starts_delays_or_repeats_the_selection() -> None:
    job = closed(opened(), None, None, None)
    assert job.state == State.SELECTING
    people = [job.owner, make.agency(), make.operator(), make.regulator(job.sector_code)]
    for one in people:
        act = make.act(one, make.later(job))
        assert job.LIFE.offered(act, job) == []
        for verb in (entries.close, operations.select):
            with pytest.raises((NotAllowed, WrongState)):
                verb(act, job)
            session.refresh(job)
            assert (job.state, selection_of(job.id)) == (State.SELECTING, None)
    lapse(job)
    for act in [*(make.act(one, make.later(job)) for one in people), Act(CLOCK, make.later(job))]:
        with pytest.raises((NotAllowed, WrongState)), session.begin_nested():
            operations.select(act, job)
    assert session.scalar(select(func.count()).select_from(Selection)) == 1


def test_the_clock_closes_no_entry_early() -> None:
    job = opened()
    assert job.due is not None
    with pytest.raises(WrongState):
        entries.close(Act(CLOCK, job.due - timedelta(seconds=1)), job)
    take_late(Job, job.id, job.due - timedelta(seconds=1), wiring.VERBS)
    assert job.state == State.OPEN


def test_the_owner_cannot_withdraw_once_the_entry_has_ended() -> None:
    job = opened()
    with pytest.raises(WrongState):
        make.verb("jobs", "withdraw")(make.act(job.owner, job.due), job, reason="我们改变主意了。")
    assert job.state == State.OPEN


def test_the_transcript_tells_the_announced_closing_however_late_the_clock_comes() -> None:
    job = opened()
    closing = job.due
    assert closing is not None
    transcript = selected(job, None, None, None, days=9, minutes=7)
    assert transcript["closed_at"] == instant(closing)
    assert event(job, "job.close").at == closing + timedelta(days=9, minutes=7)


# --- each method ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("funds", "entries", "why"),
    [
        ("state", 0, NO_ENTRY), ("state", 1, TOO_FEW), ("state", 2, TOO_FEW), ("state", 3, None),
        ("social", 0, NO_ENTRY), ("social", 1, None), ("social", 2, None),
    ],
)  # fmt: skip
def test_state_money_needs_three_and_social_money_one(method: str, funds: str, entries: int, why: str | None) -> None:
    job = opened(method, funds=funds)
    quotes = [None if method == "random_draw" else WAN + place for place in range(entries)]
    transcript = selected(job, *quotes)
    assert (transcript["failed"], verify_transcript(transcript)) == (why, None)
    assert job.state == (State.FAILED if why else State.SELECTED)
    assert (job.agency_id is None) == (why is not None)
    if why:
        assert event(job, "job.fail").facts == {"reason": why, "entries": entries}
        assert (job.due, job.amount_cents, current_award(job.id)) == (None, None, None)


@pytest.mark.parametrize("method", ["lowest_price", "average_price"])
def test_a_selection_that_fails_opens_no_quote(method: str) -> None:
    job = opened(method, funds="state")
    transcript = selected(job, 1_357_931, 1_357_932)
    assert transcript["failed"] == TOO_FEW
    assert "135793" not in str(transcript)
    assert [entry.quote_cents for entry in live_entries(job.id)] == [None, None]
    assert verify_transcript(transcript) is None


def test_a_draw_is_served_at_the_fixed_price_by_whoever_is_first_in_the_order() -> None:
    agencies = [make.agency(days=days) for days in (2, 3, 5, 5)]
    job = opened(days=5)
    transcript = selected(job, *[None] * 4, agencies=agencies)
    chosen = next(one for one in agencies if one.id == job.agency_id)
    assert chosen.unit.code == transcript["winner"] == transcript["order"][0] == transcript["ranking"][0]
    assert (job.amount_cents, job.agreed_days) == (job.ceiling_cents, current_listing(chosen.id, job.item_id).days)
    award = current_award(job.id)
    assert award is not None
    assert (award.place, award.amount_cents, award.publicity_ends) == (1, job.ceiling_cents, job.due)


def test_the_days_agreed_are_at_most_those_of_the_job() -> None:
    job = opened(days=3)
    selected(job, None, None, None, agencies=[make.agency(days=days) for days in (1, 2, 3)])
    assert job.agreed_days in (1, 2, 3)


def test_the_promise_in_force_at_the_entry_binds() -> None:
    job, agency = opened(days=5, funds="social"), make.agency(days=2)
    enter(job, agency)
    make.listing(agency, job.item, days=5)
    lapse(lapse(job))
    assert job.agreed_days == 2


def test_the_lowest_quote_wins_and_is_the_amount() -> None:
    job = opened("lowest_price")
    agencies = [make.agency() for _ in range(4)]
    transcript = selected(job, 12_000_00, 11_000_00, 11_500_00, 13_000_00, agencies=agencies)
    assert (job.agency_id, job.amount_cents) == (agencies[1].id, 11_000_00)
    assert transcript["ranking"] == [agencies[place].unit.code for place in (1, 2, 0, 3)]


@pytest.mark.parametrize("method", ["lowest_price", "average_price"])
def test_equal_quotes_are_drawn_and_the_order_stands_in_the_transcript(method: str) -> None:
    job = opened(method)
    transcript = selected(job, WAN, WAN, WAN, WAN)
    assert transcript["ranking"] == transcript["order"]
    assert verify_transcript(transcript) is None
    assert job.amount_cents == WAN


def test_the_published_example_of_the_average_price_comes_out() -> None:
    """Amounts in 10,000 yuan: 9.80 9.50 9.20 9.00 8.70 8.00 at 96% have the reference 8.74; 8.70 wins."""
    make.term("average_percentages", "96", date(2026, 1, 1))
    job = opened("average_price", item=make.BY_CONTRACT, ceiling_cents=10 * WAN)
    agencies = [make.agency(lists=make.BY_CONTRACT, fee_cents=9 * WAN) for _ in range(6)]
    quotes = [980, 950, 920, 900, 870, 800]
    transcript = selected(job, *(quote * WAN // 100 for quote in quotes), agencies=agencies)
    assert (transcript["percentage"], transcript["reference"]) == (96, 8_736_000)
    assert (job.agency_id, job.amount_cents) == (agencies[4].id, 870 * WAN // 100)
    assert transcript["dropped"] == {"high": agencies[0].unit.code, "low": agencies[5].unit.code}
    assert transcript["rule"] == "2026-01-01"


def test_four_quotes_are_all_counted() -> None:
    """9.80 9.50 9.20 9.00 at 98%: the mean 9.375, the reference 9.19 (in cents 9.1875), and 9.20 wins."""
    make.term("average_percentages", "98", date(2026, 1, 1))
    job = opened("average_price", item=make.BY_CONTRACT, ceiling_cents=10 * WAN)
    agencies = [make.agency(lists=make.BY_CONTRACT, fee_cents=9 * WAN) for _ in range(4)]
    transcript = selected(job, *(quote * WAN // 100 for quote in (980, 950, 920, 900)), agencies=agencies)
    assert (transcript["reference"], job.amount_cents) == (9_187_500, 920 * WAN // 100)
    assert transcript["dropped"] is None


def test_a_percentage_of_the_law_is_drawn() -> None:
    transcript = selected(opened("average_price"), WAN, WAN + 1, WAN + 2)
    assert transcript["percentages"] == [95, 96, 97, 98]
    assert transcript["percentage"] in transcript["percentages"]
    assert transcript["drop_from"] == 6


# --- who no longer may ------------------------------------------------------------------------------------------------


def test_who_no_longer_meets_a_condition_at_the_closing_is_excluded_with_the_reason() -> None:
    agencies, job = [make.agency() for _ in range(4)], opened("lowest_price")
    for place, agency in enumerate(agencies):
        enter(job, agency, WAN + place)
    take_down(make.act(agencies[0]), current_listing(agencies[0].id, job.item_id))
    lapse(lapse(job))
    (out,) = excluded_entries(job.id)
    assert (out.agency_id, out.excluded_because) == (agencies[0].id, "Lists this item")
    selection = selection_of(job.id)
    assert selection is not None
    assert agencies[0].unit.code not in str(selection.transcript)
    assert (selection.entries, job.agency_id) == (3, agencies[1].id)


def test_the_excluded_do_not_count_towards_the_three() -> None:
    agencies, job = [make.agency() for _ in range(3)], opened()
    for agency in agencies:
        enter(job, agency)
    take_down(make.act(agencies[0]), current_listing(agencies[0].id, job.item_id))
    lapse(lapse(job))
    assert (job.state, event(job, "job.fail").facts["reason"]) == (State.FAILED, TOO_FEW)


def test_who_withdrew_takes_no_part() -> None:
    agency = make.agency()
    job = opened("lowest_price", funds="social")
    entry = enter(job, agency, WAN - 500)
    enter(job, quote=WAN)
    entries.withdraw(make.act(agency, make.later(job)), entry)
    lapse(lapse(job))
    assert job.agency_id != agency.id
    assert excluded_entries(job.id) == []


@pytest.mark.parametrize("late", [{}, {"days": 12}], ids=["in time", "after days"])
@pytest.mark.parametrize(("last_day", "stays"), [(0, True), (-1, False)], ids=["good to the end", "expired before"])
def test_a_certificate_must_be_good_on_the_closing_day_whenever_the_clock_comes(
    last_day: int, stays: bool, late: dict[str, float]
) -> None:
    job, agency = opened(item="ZJ-017", funds="social"), make.agency(lists="ZJ-017")
    assert job.due is not None
    (held,) = checked(Qualification, agency.id)
    held.valid_until = due_day(job.due) + timedelta(days=last_day)
    enter(job, agency)
    lapse(lapse(job, **late))
    assert job.state == (State.SELECTED if stays else State.FAILED)


# --- the numbers of the rule ------------------------------------------------------------------------------------------


def test_a_number_that_takes_effect_after_the_announcement_changes_nothing_for_it() -> None:
    announced = opened("average_price")
    tomorrow = local_day(NOW) + timedelta(days=1)
    for code, value in (("minimum_entries_state", "2"), ("average_percentages", "50"), ("average_drop_from", "3")):
        make.term(code, value, tomorrow)
    later = opened("average_price", now=NOW + timedelta(days=1))
    assert rule_of(announced, announced.due).minimum_entries == 3
    assert selected(announced, WAN, WAN + 1)["failed"] == TOO_FEW
    lowered = selected(later, WAN, WAN + 1)
    assert (lowered["minimum_entries"], lowered["failed"]) == (2, None)
    assert (lowered["percentage"], lowered["drop_from"], lowered["rule"]) == (50, 3, tomorrow.isoformat())
    assert verify_transcript(lowered) is None


def test_a_draft_is_told_the_numbers_of_today() -> None:
    draft = make.job("draft")
    make.term("minimum_entries_state", "5", date(2026, 10, 1))
    assert [rule_of(draft, now).minimum_entries for now in (NOW, NOW + timedelta(days=9))] == [3, 5]


def test_a_repost_keeps_the_three() -> None:
    owner = make.unit()
    job = make.job("failed", owner=owner)
    again = make.verb("jobs", "repost")(make.act(owner, make.later(job)), job)
    make.verb("jobs", "submit")(make.act(owner, make.later(again)), again)
    make.verb("jobs", "publish")(make.act(make.operator(), make.later(again)), again)
    assert selected(again, None, None)["minimum_entries"] == 3
    assert again.state == State.FAILED


# --- publicity and award ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "days"), [({}, 3), ({"urgent": True, "urgent_reason": "汛期临近，须在月内完成。"}, 1)]
)
def test_a_result_is_public_for_its_days_before_the_award(fields: dict[str, Any], days: int) -> None:
    job = closed(opened(**fields), None, None, None)
    lapse(job)
    due = job.due
    assert due is not None
    assert make.workdays(job.state_since, due) == days
    take_late(Job, job.id, due - timedelta(seconds=1), wiring.VERBS)
    assert job.state == State.SELECTED
    lapse(job)
    assert (job.state, make.workdays(job.state_since, job.due)) == (State.AWARDED, 5)


def test_an_instant_of_the_selection_is_that_of_the_clock() -> None:
    job = closed(opened(), None, None, None)
    lapse(job, hours=2)
    selection = selection_of(job.id)
    assert selection is not None
    assert isinstance(selection.made_at, datetime)
    assert selection.made_at == job.state_since == event(job, "job.select").at
