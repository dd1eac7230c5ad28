"""A wrong award is taken back by an act with its reason: the next of the published order, or a failed selection."""

import pytest

from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job, story_of
from app.jobs.operations import repost
from app.jobs.rules import State
from app.kernel.errors import NotAllowed, WrongState
from app.objections.models import objections_of
from app.objections.operations import award_in_publicity, object_to
from app.selections.models import Award, current_award, next_in_line, past_awards, ranking_of
from app.selections.operations import correct, void
from tests import make
from tests.client import CheckedClient
from tests.make import lapse
from tests.staging import Clock

pytestmark = pytest.mark.usefixtures("app")
WHY = "中选机构的资质证书在报名截止前已被注销，发证机关书面确认。"


def held(job: Job) -> Award:
    award = current_award(job.id)
    assert award is not None
    return award


def corrected(job: Job, verb=correct) -> Event:
    verb(make.act(make.operator(), make.later(job)), job, award_id=held(job).id, reason=WHY)
    return story_of(job.id)[-1]


@pytest.mark.parametrize("state", ["selected", "awarded", "contract_uploaded"])
def test_the_next_of_the_published_order_follows_with_publicity_anew(state: str) -> None:
    job = make.job(state, method="lowest_price", entries=3)
    order, first, expected = ranking_of(job.id), job.agency_id, next_in_line(job.id)
    told = corrected(job)
    award = held(job)
    assert (job.state, award.place, job.agency.unit.code) == (State.SELECTED, 2, order[1])
    assert job.agency.unit.name == expected
    assert job.agency_id != first
    assert (job.amount_cents, job.due) == (award.entry.quote_cents, award.publicity_ends)
    assert make.workdays(job.state_since, job.due) == 3
    assert (told.name, told.facts["reason"]) == ("job.correct", WHY)
    assert [one.ended_because for one in past_awards(job.id)] == [WHY]
    award_in_publicity(make.act(make.unit(), make.later(job)), job)
    lapse(job)
    assert job.state == State.AWARDED


def test_when_nobody_is_next_a_correction_makes_the_selection_fail_with_its_reason() -> None:
    job = make.job("awarded", funds="social", entries=1)
    assert next_in_line(job.id) is None
    told = corrected(job)
    assert (job.state, job.agency_id, current_award(job.id)) == (State.FAILED, None, None)
    assert (told.name, told.facts["reason"]) == ("job.void", WHY)


def test_a_void_selection_can_be_posted_again() -> None:
    owner = make.unit()
    job = make.job("selected", owner=owner)
    told = corrected(job, void)
    assert (job.state, job.agency_id, job.amount_cents, job.due) == (State.FAILED, None, None, None)
    assert (told.name, told.facts["reason"]) == ("job.void", WHY)
    assert repost(make.act(owner, make.later(job)), job).round == 2


@pytest.mark.parametrize("verb", [correct, void])
def test_only_the_operator_corrects_and_only_before_there_is_a_contract(verb) -> None:
    job = make.job("awarded")
    award = held(job)
    for somebody in (job.owner, job.agency, make.agency(), make.regulator(job.sector_code)):
        with pytest.raises(NotAllowed):
            verb(make.act(somebody, make.later(job)), job, award_id=award.id, reason=WHY)
    bound = make.job("contracted")
    with pytest.raises(WrongState, match="no longer possible"):
        corrected(bound, verb)
    assert held(bound).ended_at is None


@pytest.mark.parametrize("verb", [correct, void])
def test_a_correction_judges_the_award_it_was_written_for(verb) -> None:
    job = make.job("awarded", entries=3)
    judged = held(job).id
    corrected(job)
    with pytest.raises(WrongState, match="Another agency is selected now"):
        verb(make.act(make.operator(), make.later(job)), job, award_id=judged, reason=WHY)
    assert held(job).place == 2


def test_an_objection_is_decided_and_not_corrected_away() -> None:
    job = make.job("selected")
    object_to(make.act(make.unit(), make.later(job)), job, ground="名单里有不符合条件的机构。", file_id=None)
    with pytest.raises(WrongState):
        corrected(job)
    assert objections_of(job.id)[0].state == "filed"


@pytest.mark.one_database
@pytest.mark.parametrize("verb", ["correct", "void"])
def test_a_correction_on_its_page_is_published_with_its_reason(verb: str, as_user, clock: Clock) -> None:
    job = make.job("awarded", entries=3)
    first, following, id = job.agency.unit.name, next_in_line(job.id), job.id
    operator = make.operator()
    clock.now = make.later(job)
    client: CheckedClient = as_user(make.user_of(operator))
    page = client.get(f"/jobs/{id}/{verb}").text
    assert first in page
    assert (following in page) is (verb == "correct")
    award = str(held(session.get_one(Job, id)).id)
    short = client.post(f"/jobs/{id}/{verb}", data={"award_id": award, "reason": "短"})
    assert (short.status_code, "短" in short.text) == (422, True)
    assert client.post(f"/jobs/{id}/{verb}", data={"award_id": award, "reason": WHY}).status_code == 303
    again = client.post(f"/jobs/{id}/{verb}", data={"award_id": award, "reason": WHY})
    assert again.status_code == 409
    public = as_user()
    assert WHY in public.get(f"/jobs/{id}").text
    result = public.get(f"/jobs/{id}/result").text
    assert "曾中选的机构" in result
    assert WHY in result
    assert first in result
