"""The pages of rating, and of the regulator's review."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.jobs.models import Job
from app.kernel.workdays import due_day
from app.ratings import operations
from app.ratings.models import AXES, ratings_of
from app.ratings.rules import OWNER_LEVELS
from tests import make
from tests.client import CheckedClient
from tests.make import lapse
from tests.pages import english, error, kept, plain
from tests.staging import Clock

pytestmark = pytest.mark.one_database
MARKS = dict.fromkeys(AXES, "4")


@pytest.fixture
def at(clock: Clock) -> Callable[[Job], None]:
    def at(job: Job) -> None:
        clock.now = make.later(job)

    return at


@pytest.fixture
def signed_in(as_user: Any) -> Callable[[Any], CheckedClient]:
    return lambda thing: english(as_user(make.user_of(thing)))


def test_both_sides_rate_on_the_page_and_nobody_reads_before_the_second(signed_in: Any, as_user: Any, at: Any) -> None:
    job = make.job("accepted")
    at(job)
    owner, agency, path = signed_in(job.owner), signed_in(make.again(job).agency), f"/jobs/{job.id}/rate"
    words = "报告附图清楚，沟通及时。"
    assert "Working days used" in owner.get(path).text, "what was measured stands beside the opinion"
    assert owner.post(path, data=MARKS | {"text": words}).status_code == 303
    (first,) = ratings_of(job.id)
    id = first.id
    for client in (agency, as_user()):
        assert client.get(f"/ratings/{id}").status_code == 404
        assert words not in client.get(f"/jobs/{job.id}").text
    assert words in owner.get(f"/ratings/{id}").text
    assert f'href="/ratings/{id}"' in owner.get(f"/jobs/{job.id}").text, "who gave it finds it, to correct it"
    assert agency.post(path, data=MARKS).status_code == 303
    for client in (owner, agency, english(as_user())):
        page = client.get(f"/ratings/{id}").text
        assert words in page and "Rounds of rework" in page, "what was measured stands beside it"
        assert words in client.get(f"/jobs/{job.id}").text


def test_every_axis_is_chosen_from_one_to_five(signed_in: Any, at: Any) -> None:
    job = make.job("accepted")
    at(job)
    owner = signed_in(job.owner)
    for axis in AXES:
        for value in ("", "0", "6", "4.5", "five", "-1"):
            page = owner.post(f"/jobs/{job.id}/rate", data=MARKS | {axis: value, "text": "说明文字"})
            assert page.status_code == 422
            assert error(page, axis)
            assert kept(page, "text") == "说明文字"
    assert ratings_of(job.id) == []


def test_each_side_is_offered_levels_described_for_the_other(signed_in: Any, at: Any) -> None:
    job = make.job("accepted")
    at(job)
    served = {level for axis in job.standard.axes for level in axis["levels"]}
    owner, agency, path = signed_in(job.owner), signed_in(make.again(job).agency), f"/jobs/{job.id}/rate"
    bought = {level for levels in OWNER_LEVELS.values() for level in levels}
    assert (len(served), len(bought)) == (25, 25)
    for client, offered, other in ((owner, served, bought), (agency, bought, served)):
        words = plain(client.get(path).text)
        assert [level for level in offered if level not in words] == []
        assert [level for level in other if level in words] == []
        assert ("What each level means for an owner: default of this market" in words) == (client is agency)
    assert agency.post(path, data=MARKS).status_code == 303
    (rating,) = ratings_of(job.id)
    assert "4: keeps to the contract, and the way to payment is clear" in plain(
        agency.get(f"/ratings/{rating.id}/correct").text
    )


def test_the_form_names_who_is_rated_and_the_job(signed_in: Any, at: Any) -> None:
    job = make.job("accepted")
    at(job)
    named = {job.owner_id: job.agency.unit.name, job.agency_id: job.owner.name}
    clients = [(signed_in(job.owner), job.owner_id), (signed_in(make.again(job).agency), job.agency_id)]
    number, path = make.again(job).number, f"/jobs/{job.id}/rate"
    for client, id in clients:
        words = plain(client.get(path).text)
        assert f"Rate {named[id]}" in words and number in words
        assert client.post(path, data=MARKS | {"quality": ""}).status_code == 422
    owner = clients[0][0]
    assert owner.post(path, data=MARKS).status_code == 303
    (rating,) = ratings_of(job.id)
    correcting = plain(owner.get(f"/ratings/{rating.id}/correct").text)
    assert "Correct your rating of " in correcting and "You can correct it until" in correcting


def test_a_rating_tells_its_dates_and_by_whom_what_is_possible_until_when(
    signed_in: Any, at: Any, clock: Clock
) -> None:
    job = make.job("accepted")
    at(job)
    owner, agency = signed_in(job.owner), signed_in(make.again(job).agency)
    names = [unit.name for unit in (make.again(job).owner, make.again(job).agency.unit)]
    assert owner.post(f"/jobs/{job.id}/rate", data=MARKS).status_code == 303
    (rating,) = ratings_of(job.id)
    path = f"/ratings/{rating.id}"
    words = plain(owner.get(path).text)
    assert "not published yet" in words and " counts " not in words
    assert "Published once both sides have rated, on" in words and f"Correction by {names[0]} until" in words
    assert f"Public reply by {names[1]} within" in words and f"Appeal by {names[1]} within" in words
    assert agency.post(f"/jobs/{job.id}/rate", data=MARKS).status_code == 303
    page = agency.get(path).text
    words = plain(page)
    assert " counts " in words and "not published yet" not in words and "Correction" not in words
    assert f"Public reply by {names[1]} until" in words and f"Appeal by {names[1]} until" in words
    (row,) = [row for row in page.split('<div class="buttons">')[1:] if f"{path}/appeal" in row.split("</div>")[0]]
    assert f"{path}/reply" in row.split("</div>")[0] and "btn-sm" not in row.split("</div>")[0]
    clock.now = operations.ends(make.again(rating), "rating_reply")
    words = plain(signed_in(make.again(job).agency).get(path).text)
    assert f"Public reply was open to {names[1]} until" in words and "Reply in public" not in words


def test_who_corrects_too_late_is_told_that_the_time_is_over(signed_in: Any, at: Any, clock: Clock) -> None:
    job = make.job("accepted")
    at(job)
    owner, agency, path = signed_in(job.owner), signed_in(make.again(job).agency), f"/jobs/{job.id}/rate"
    assert owner.post(path, data=MARKS).status_code == 303
    (rating,) = ratings_of(job.id)
    page = f"/ratings/{rating.id}"
    assert owner.get(f"{page}/correct").status_code == 200
    given, clock.now = clock.now, clock.now + timedelta(hours=24)
    assert f"{page}/correct" not in owner.get(page).text
    assert owner.get(f"{page}/correct").status_code == 409
    clock.now = given
    assert agency.post(path, data=MARKS).status_code == 303
    for answer in (owner.get(f"{page}/correct"), owner.post(f"{page}/correct", data=MARKS)):
        assert answer.status_code == 409 and "The time to correct it is over" in answer.text
    assert agency.get(f"{page}/correct").status_code == 403


def test_whoever_rates_second_is_told_that_both_ratings_are_published(signed_in: Any, at: Any) -> None:
    job = make.job("accepted")
    at(job)
    path = f"/jobs/{job.id}"
    for side, words in ((job.owner, "It is shown when both are in"), (job.agency, "both ratings are published")):
        client = signed_in(side)
        assert client.post(f"{path}/rate", data=MARKS).status_code == 303
        assert words in client.get(path).text


def test_who_has_rated_is_told_so(signed_in: Any, at: Any) -> None:
    job = make.job("accepted")
    at(job)
    owner, path = signed_in(job.owner), f"/jobs/{job.id}/rate"
    assert owner.post(path, data=MARKS).status_code == 303
    for page in (owner.get(path), owner.post(path, data=MARKS)):
        assert page.status_code == 409
        assert "already" in page.text


@pytest.mark.parametrize("state", ["in_service", "delivered", "archived"])
def test_there_is_no_page_to_rate_before_and_after(state: str, signed_in: Any, at: Any) -> None:
    job = make.job(state)
    at(job)
    assert signed_in(job.owner).get(f"/jobs/{job.id}/rate").status_code == 409


def test_silence_is_shown_as_not_rated(as_user: Any, at: Any) -> None:
    job = lapse(make.job("accepted"))
    at(job)
    make.keep()
    assert "Neither side has rated." in english(as_user()).get(f"/jobs/{job.id}").text


def archived() -> Job:
    job = make.job("accepted")
    for side in (job.owner, job.agency):
        operations.give(make.act(side, make.later(job)), job, **dict.fromkeys(AXES, 4), text="示例评语")
    return job


@pytest.mark.parametrize("page", ["reply", "appeal"])
def test_what_comes_too_late_is_told_before_anything_is_written(signed_in: Any, at: Any, clock: Any, page: str) -> None:
    job = archived()
    at(job)
    rating = next(one for one in ratings_of(job.id) if one.side == "owner")
    path, end = f"/ratings/{rating.id}/{page}", operations.ends(rating, f"rating_{page}")
    agency = signed_in(job.agency)
    assert agency.get(path).status_code == 200
    clock.now = end
    answer = signed_in(job.agency).get(path)
    assert answer.status_code == 409 and f"The time to {page} ended on" in answer.text
    day = due_day(end)
    assert day.isoformat() not in answer.text and f"{day.day} {day:%b %Y}" in answer.text


def test_what_was_said_once_is_told_and_no_longer_offered(signed_in: Any, at: Any) -> None:
    job = archived()
    at(job)
    id = next(one.id for one in ratings_of(job.id) if one.side == "owner")
    agency, owner = signed_in(job.agency), signed_in(make.again(job).owner)
    fresh = f'href="/ratings/{id}/appeal"'
    assert fresh in agency.get(f"/ratings/{id}").text
    said = {"reply": {"text": "示例回应，情况属实。"}, "appeal": {"ground": "打分与记录的事实明显不符，请核实。"}}
    for page, typed in said.items():
        assert agency.post(f"/ratings/{id}/{page}", data=typed).status_code == 303
        assert agency.get(f"/ratings/{id}/{page}").status_code == 409
    assert "Your side has replied already." in agency.get(f"/ratings/{id}/reply").text
    for client in (agency, owner):
        text = client.get(f"/ratings/{id}").text
        assert "/appeals/" in text and fresh not in text


def test_the_regulator_sees_everything_on_one_page_and_sets_a_rating_aside(signed_in: Any, at: Any) -> None:
    job = archived()
    at(job)
    rating = ratings_of(job.id)[0].id
    names = (job.owner.name, job.agency.unit.name)
    client, path = signed_in(make.regulator(job.sector_code)), f"/jobs/{job.id}/oversight"
    page = client.get(path).text
    for words in (
        "Promise and fact",
        "How the 5 working days are counted",
        f"/jobs/{job.id}/ledger",
        "示例评语",
        *names,
    ):
        assert words in page
    assert page.count("/set_aside") == 2
    form = f"/ratings/{rating}/set_aside"
    assert client.get(form).status_code == 200
    assert client.post(form, data={"reason": "短"}).status_code == 422
    assert client.post(form, data={"reason": "与事实不符，不予计入。"}).location == path
    assert "与事实不符，不予计入。" in client.get(path).text
    assert client.post(form, data={"reason": "与事实不符，不予计入。"}).status_code == 409
    assert client.post(f"/ratings/{rating}/restore", data={"reason": "复核后予以恢复。"}).status_code == 303


def test_the_review_compares_with_what_the_selected_agency_promised_and_not_with_the_ceiling(
    signed_in: Any, at: Any
) -> None:
    job = make.job("archived", method="lowest_price", quotes=[1_500_000, 1_600_000], entries=2, funds="social")
    at(job)
    page = plain(signed_in(make.operator()).get(f"/jobs/{job.id}/oversight").text)
    assert "Fee Promised at award CNY 15,000 ceiling CNY 20,000 Fact CNY 15,000" in page
    assert "Quality Promised at award 示例质量承诺" in page


def test_the_operator_reviews_and_sets_nothing_aside(signed_in: Any, at: Any) -> None:
    job = archived()
    at(job)
    client = signed_in(make.operator())
    page = client.get(f"/jobs/{job.id}/oversight")
    assert (page.status_code, "/set_aside" in page.text) == (200, False)
    assert (
        client.post(f"/ratings/{ratings_of(job.id)[0].id}/set_aside", data={"reason": "不该可以。"}).status_code == 403
    )


def test_before_both_are_in_not_even_the_regulator_reads_a_rating(signed_in: Any, at: Any) -> None:
    job = make.job("accepted")
    operations.give(make.act(job.owner, make.later(job)), job, **dict.fromkeys(AXES, 1), text="尚未公开的评语")
    at(job)
    for reader in (make.regulator(job.sector_code), make.operator()):
        assert "尚未公开的评语" not in signed_in(reader).get(f"/jobs/{job.id}/oversight").text
