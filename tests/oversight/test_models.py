"""The market's figures and each agency's standing, counted from jobs that went the whole way. On both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.entries.eligibility import Offer
from app.infra import almanac
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.workdays import local_day
from app.oversight.models import Figures, Standing, figures, finished_jobs, live_jobs, open_jobs, standings
from app.ratings import operations as ratings
from app.ratings.models import AXES, ratings_of
from app.scores.operations import rebuild
from app.selections import operations as selections
from app.services import operations as services
from tests import make
from tests.make import lapse
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
YEAR = timedelta(days=365)


def deliver(job: Job, **late: float) -> Job:
    """The report of a job in service, delivered a minute after the clock started or so late."""
    now = job.due + timedelta(**late) if late else make.later(job)
    services.deliver(make.act(job.agency, now), job, file_ids=[make.file(job.agency, now=now).id], note="")
    return job


def test_an_empty_market_has_no_figures() -> None:
    assert figures(NOW) == Figures(0, 0, 0, None, None, None, 0, 0)


def test_the_figures_count_what_happened() -> None:
    agency = make.agency()
    known: dict[str, Any] = {"entrants": [agency], "funds": "social", "method": "lowest_price", "quotes": (1_500_000,)}
    in_time, late = deliver(make.job("in_service", **known)), deliver(make.job("in_service", **known), days=1)
    make.job("in_service", **known)
    now = make.later(late)
    found = figures(now)
    assert (found.agencies, found.jobs, found.delivered, found.on_time) == (1, 3, 2, 0.5)
    assert (found.ceiling_cents, found.amount_cents, found.saved_cents) == (6_000_000, 4_500_000, 1_500_000)
    assert found.price_share == 0.75
    assert found.baseline_days == in_time.standard.baseline_days
    used = almanac.calendar().between(late.clock_start, local_day(late.delivered_at))
    assert used > late.agreed_days
    assert found.average_days == used / 2, "the other was delivered on the day its papers were complete"


def test_the_figures_are_those_of_the_last_year() -> None:
    job = deliver(make.job("in_service"))
    assert figures(make.later(job)).delivered == 1
    assert figures(make.later(job) + YEAR).delivered == 0
    assert figures(make.later(job) + YEAR).jobs == 0


def test_a_draw_saves_nothing_and_is_not_counted() -> None:
    job = make.job("awarded")
    assert (figures(make.later(job)).ceiling_cents, figures(make.later(job)).price_share) == (0, None)


def test_only_agencies_in_the_market_count() -> None:
    make.agency(admitted=False)
    make.agency()
    assert figures(NOW).agencies == 1


def test_an_agency_stands_by_its_reports_its_word_and_what_owners_say() -> None:
    agency, newcomer = make.agency(), make.agency()
    known: dict[str, Any] = {"entrants": [agency], "funds": "social"}
    deliver(make.job("in_service", **known))
    late = deliver(make.job("in_service", **known), days=1)
    selections.abandon(make.act(agency, make.later(late)), awarded := make.job("awarded", **known), reason="人员不足。")
    lapse(awarded)
    rated = make.job("accepted", **known)
    for side, marks in ((rated.owner, 3), (agency, 5)):
        ratings.give(make.act(side, make.later(rated)), rated, **dict.fromkeys(AXES, marks), text="")
    now = max(make.later(rated), make.later(late), make.later(awarded))
    rebuild(make.act(agency, now))
    found = standings([agency.id, newcomer.id], now)
    assert found[agency.id] == Standing(delivered=3, on_time=2 / 3, abandoned=1, ratings=1)
    assert found[newcomer.id] == Standing(0, None, 0)
    (by_owner,) = (one for one in ratings_of(rated.id) if one.side == "owner")
    regulator = make.act(make.regulator(rated.sector_code), now)
    ratings.set_aside(regulator, by_owner, reason="与事实不符，不予计入。")
    rebuild(make.act(agency, now))
    assert standings([agency.id], now)[agency.id].ratings == 0
    assert standings([agency.id], now + 2 * YEAR)[agency.id] == Standing(0, None, 0)
    assert standings([], now) == {}


# --- lists ------------------------------------------------------------------------------------------------------------


def ids(jobs: list[Job]) -> list[int]:
    return [job.id for job in jobs]


def test_the_jobs_open_for_entry_come_in_the_order_in_which_they_close() -> None:
    later, sooner = make.job("open"), make.job("open", urgent=True, urgent_reason="汛期临近，须在月内完成。")
    make.job("selecting")
    assert ids(open_jobs()) == [sooner.id, later.id]
    assert ids(open_jobs(limit=1)) == [sooner.id]
    agency = make.agency()
    make.verb("entries", "enter")(make.act(agency, make.later(later)), later, Offer())
    assert ids(open_jobs(agency.id)) == [sooner.id]


def test_a_unit_sees_its_live_jobs_the_nearest_deadline_first() -> None:
    owner = make.unit()
    draft, far, near = (make.job(state, owner=owner) for state in ("draft", "open", "submitted"))
    for state in ("archived", "withdrawn", "terminated"):
        make.job(state, owner=owner)
    make.job("open")
    assert ids(live_jobs(make.act(owner).actor)) == [near.id, far.id, draft.id]


def test_the_selected_agency_sees_the_job_and_others_that_entered_do_not() -> None:
    job = make.job("awarded")
    assert ids(live_jobs(make.act(job.agency).actor)) == [job.id]
    assert live_jobs(make.act(make.agency()).actor) == []


def test_a_failed_job_waits_for_its_owner_until_it_is_posted_again() -> None:
    owner = make.unit()
    job, actor = make.job("failed", owner=owner), make.act(owner).actor
    assert ids(live_jobs(actor)) == [job.id]
    again = make.verb("jobs", "repost")(make.act(owner, make.later(job)), job)
    assert ids(live_jobs(actor)) == [again.id]
    make.verb("jobs", "withdraw")(make.act(owner, make.later(again)), again, reason="项目调整，不再需要。")
    assert ids(live_jobs(actor)) == [job.id]


def test_the_operator_sees_what_is_to_be_checked_and_the_regulator_its_sector() -> None:
    waiting, opened = make.job("submitted"), make.job("open")
    assert ids(live_jobs(make.act(make.operator()).actor)) == [waiting.id]
    assert ids(live_jobs(make.act(make.regulator("water")).actor)) == [opened.id]
    assert live_jobs(make.act(make.regulator("land")).actor) == []


def test_a_regulator_finds_the_finished_jobs_of_its_sector_the_latest_first() -> None:
    first, second = make.job("archived"), make.job("archived", now=NOW + timedelta(days=1))
    make.job("accepted")
    assert ids(finished_jobs("water")) == [second.id, first.id]
    assert finished_jobs("land") == []


@pytest.mark.parametrize("jobs", [1, 6])
def test_the_figures_cost_four_statements_and_the_standings_two(jobs: int) -> None:
    agency = make.agency()
    for _ in range(jobs):
        deliver(make.job("in_service", entrants=[agency], funds="social"))
    sent: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    session.flush()
    sent.clear()
    figures(NOW)
    assert len(sent) == 4
    sent.clear()
    standings([agency.id], NOW)
    assert len(sent) == 2
