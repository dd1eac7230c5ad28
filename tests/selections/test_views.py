"""The pages of the result, of its check, and of giving an award up."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.agencies.models import current_listing
from app.agencies.operations import take_down
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.jobs.models import Job
from app.selections.models import selection_of
from tests import make
from tests.client import CheckedClient
from tests.make import lapse
from tests.selections.test_direct import direct
from tests.staging import Clock

pytestmark = pytest.mark.one_database
AsUser = Callable[..., CheckedClient]


@pytest.fixture
def at(clock: Clock) -> Callable[..., Clock]:
    """`at(job, hours=1)`: the door's clock stands so long after the job's last step."""

    def at(job: Job, **span: float) -> Clock:
        clock.now = make.later(job, **span)
        return clock

    return at


def signed_in(as_user: AsUser, thing: Any) -> CheckedClient:
    """The administrator of a unit or an agency, in English."""
    client = as_user(make.user_of(thing))
    client.post("/language", data={"locale": "en"})
    return client


@pytest.mark.parametrize("method", ["random_draw", "lowest_price", "average_price"])
def test_anybody_reads_a_result_and_recomputes_it(
    method: str, client: CheckedClient, app: Flask, tmp_path: Any
) -> None:
    job = make.job("selected", method=method, entries=6)
    selection, winner = selection_of(job.id), job.agency.unit.name
    assert selection is not None
    transcript = selection.transcript
    make.keep()
    client.post("/language", data={"locale": "en"})
    page = client.get(f"/jobs/{job.id}/result")
    for word in (transcript["seed"], transcript["list_hash"], job.commitment, winner):
        assert word in page.text
    file = client.get(f"/jobs/{job.id}/transcript.json")
    assert json.loads(file.text) == transcript
    for checked in (client.get(f"/check?job={job.id}"), client.post("/check", data={"text": file.text})):
        assert "All holds" in checked.text
    path = tmp_path / "draw.json"
    path.write_text(file.text, encoding="utf-8")
    assert app.test_cli_runner().invoke(args=["draw", "verify", str(path)]).exit_code == 0


def test_a_transcript_changed_by_a_cent_does_not_hold(client: CheckedClient) -> None:
    job = make.job("selected", method="lowest_price", quotes=(1_500_000, 1_600_000, 1_700_000))
    make.keep()
    client.post("/language", data={"locale": "en"})
    text = client.get(f"/jobs/{job.id}/transcript.json").text
    changed = text.replace("1500000", "1500001")
    told = client.post("/check", data={"text": changed}).text
    assert "It does not hold:" in told and "did not seal this offer" in told
    client.post("/language", data={"locale": "zh_Hans"})
    told = client.post("/check", data={"text": changed}).text
    assert "当初密封的报价不是这一份" in told and "did not" not in told
    client.post("/language", data={"locale": "en"})
    for nonsense in ("", "{}", "[1]", "null", "not json", '{"a":1,"a":2}', "1" * 5000):
        assert client.post("/check", data={"text": nonsense}).status_code in (200, 422)


def test_a_failed_selection_is_public_with_its_reason_and_without_quotes(client: CheckedClient) -> None:
    job = make.job("open", method="lowest_price")
    for quote in (1_357_931, 1_357_932):
        entries.enter(make.act(make.agency(), make.later(job)), job, Offer(quote))
    lapse(lapse(job))
    make.keep()
    client.post("/language", data={"locale": "en"})
    for path in (f"/jobs/{job.id}", f"/jobs/{job.id}/result"):
        page = client.get(path).text
        assert "There were fewer eligible entries than the funds require." in page
        assert "13,579" not in page
    assert client.get(f"/check?job={job.id}").status_code == 200


def test_who_was_excluded_stands_on_the_result_with_the_reason(client: CheckedClient) -> None:
    job, agencies = make.job("open"), [make.agency() for _ in range(4)]
    for agency in agencies:
        entries.enter(make.act(agency, make.later(job)), job, Offer())
    take_down(make.act(agencies[0]), current_listing(agencies[0].id, job.item_id))
    lapse(lapse(job))
    make.keep()
    client.post("/language", data={"locale": "en"})
    page = client.get(f"/jobs/{job.id}/result").text
    assert f"{agencies[0].unit.name}: Lists this item" in page


@pytest.mark.parametrize(
    ("method", "rule"),
    [
        ("random_draw", "Random draw. 4 entries met all conditions, and one was drawn."),
        ("lowest_price", "The lowest wins; equal ones were drawn."),
        ("average_price", "the nearest quote wins."),
    ],
)
def test_the_result_tells_the_rule_in_words_as_the_job_does(method: str, rule: str, client: CheckedClient) -> None:
    job = make.job("selected", method=method, entries=4)
    make.keep()
    client.post("/language", data={"locale": "en"})
    for path in (f"/jobs/{job.id}", f"/jobs/{job.id}/result"):
        assert rule in client.get(path).text


@pytest.mark.parametrize("method", ["random_draw", "average_price"])
def test_of_a_single_entry_no_draw_is_told(method: str, client: CheckedClient) -> None:
    job = make.job("selected", method=method, entries=1, funds="social")
    make.keep()
    client.post("/language", data={"locale": "en"})
    page = client.get(f"/jobs/{job.id}/result").text
    assert "Only one entry met all conditions, and it is selected" in page
    assert "one was drawn" not in page
    assert "was drawn." not in page


def test_before_the_selection_there_is_no_result(client: CheckedClient) -> None:
    job = make.job("selecting")
    make.keep()
    for path in (f"/jobs/{job.id}/result", f"/jobs/{job.id}/transcript.json", f"/check?job={job.id}", "/check?job=99"):
        assert client.get(path).status_code == 404
    assert client.get("/check").status_code == 200


def test_an_award_is_abandoned_with_a_reason_that_is_public(as_user: AsUser, at: Any) -> None:
    job = make.job("awarded")
    at(job)
    client, path = signed_in(as_user, job.agency), f"/jobs/{job.id}/abandon"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"reason": "短"}).status_code == 422
    assert client.post(path, data={"reason": "项目负责人离职，无法按期完成。"}).status_code == 303
    assert client.get(path).status_code == 409
    assert "项目负责人离职，无法按期完成。" in as_user().get(f"/jobs/{job.id}").text


def test_the_result_says_how_many_could_have_entered(client: CheckedClient) -> None:
    agencies = [make.agency() for _ in range(3)]
    job = make.job("selected", entrants=agencies[:2], funds="social")
    make.keep()
    client.post("/language", data={"locale": "en"})
    assert "At closing 3 agencies met every condition of entry." in client.get(f"/jobs/{job.id}/result").text


@pytest.mark.parametrize("method", ["lowest_price", "direct"])
def test_a_result_says_how_to_object_and_until_when(method: str, as_user: AsUser, at: Any) -> None:
    job = direct("selected")[0] if method == "direct" else make.job("selected", method=method)
    id, stranger = job.id, make.user_of(make.unit())
    at(job)
    link = f'href="/jobs/{id}/object"'
    assert link in as_user(stranger).get(f"/jobs/{id}/result").text
    assert "登录后提出异议" in as_user().get(f"/jobs/{id}/result").text
    lapse(make.again(job))
    make.keep()
    assert link not in as_user(stranger).get(f"/jobs/{id}/result").text


def test_quotes_are_compared_in_yuan_to_the_cent(as_user: AsUser, at: Any) -> None:
    agencies = [make.agency() for _ in range(3)]
    job = make.job("selected", method="lowest_price", entrants=agencies, quotes=[1_500_051, 1_500_050, 1_600_000])
    at(job)
    winner = as_user(make.user_of(job.agency))
    page = winner.get(f"/jobs/{job.id}/result").text
    assert "15,000.51 元" in page and "15,000.50 元" in page
    assert "万元" not in page
    assert f'class="btn btn-link" href="/jobs/{job.id}/object"' in page, "the selected agency may, but need not object"
