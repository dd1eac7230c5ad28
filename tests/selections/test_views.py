"""The pages of entering, of the result with its check, and of objections."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.accounts.models import Unit
from app.agencies.models import current_listing
from app.agencies.operations import take_down
from app.infra.db import session
from app.jobs.models import Avoidance, Job
from app.jobs.rules import State
from app.selections import operations
from app.selections.models import Entry, Objection, entry_of, objections_of, selection_of
from tests import make
from tests.client import CheckedClient
from tests.make import lapse
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


# --- entering ---------------------------------------------------------------------------------------------------------


def test_an_agency_quotes_and_has_a_receipt_that_does_not_tell_the_quote(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price", floor_cents=1_000_000), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    page = client.get(f"/jobs/{job.id}/enter").text
    assert "not met:" not in page
    assert "10,000" in page, "the floor"
    assert "20,000" in page, "the ceiling"
    sent = client.post(f"/jobs/{job.id}/enter", data={"quote_cents": "13579.31"})
    assert sent.status_code == 303
    receipt = client.get(sent.location)
    entry = entry_of(job.id, agency.id)
    assert entry is not None
    assert f"{job.number}-{entry.id}" in receipt.text
    assert "13,579.31" not in receipt.text
    assert client.get(f"/jobs/{job.id}/enter").location == f"/entries/{entry.id}", "who has entered sees the receipt"


def test_a_draw_is_entered_without_a_quote(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open"), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    assert 'name="quote_cents"' not in client.get(f"/jobs/{job.id}/enter").text
    assert client.post(f"/jobs/{job.id}/enter").status_code == 303


@pytest.mark.parametrize(("typed", "why"), [("9999.99", "at least 10,000.00"), ("20001", "at most 20,000.00")])
def test_a_quote_out_of_bounds_is_refused_beside_it_and_stays_typed(
    typed: str, why: str, as_user: AsUser, at: Any
) -> None:
    job, agency = make.job("open", method="lowest_price", floor_cents=1_000_000), make.agency()
    at(job)
    page = signed_in(as_user, agency).post(f"/jobs/{job.id}/enter", data={"quote_cents": typed})
    assert page.status_code == 422
    assert 'href="#quote_cents"' in page.text
    assert why in page.text
    assert f'value="{typed}"' in page.text
    assert entry_of(job.id, agency.id) is None


def test_the_page_says_each_condition_that_is_not_met_and_how_to_mend_it(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open"), make.agency(lists=None)
    session.add(Avoidance(job_id=job.id, agency_id=agency.id, reason="利害关系（示例）"))
    at(job)
    client = signed_in(as_user, agency)
    for page in (client.get(f"/jobs/{job.id}/enter"), client.post(f"/jobs/{job.id}/enter")):
        for words in ("4 conditions of entry are not met", "List the item with your promises.", "利害关系（示例）"):
            assert words in page.text
    refused = client.post(f"/jobs/{job.id}/enter")
    assert refused.status_code == 422
    assert "Not met: Lists this item. List the item with your promises." in refused.text
    assert entry_of(job.id, agency.id) is None


@pytest.mark.parametrize("state", ["withdrawn", "selecting", "failed", "selected", "awarded", "archived"])
def test_a_job_that_is_not_open_is_not_entered_and_the_page_says_how_it_stands(
    state: str, as_user: AsUser, at: Any
) -> None:
    job, agency = make.job(state), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    for page in (client.get(f"/jobs/{job.id}/enter"), client.post(f"/jobs/{job.id}/enter")):
        assert page.status_code == 409
        assert "The entry for this job has closed." in page.text
        assert f'href="/jobs/{job.id}"' in page.text


def test_an_entry_is_withdrawn_and_made_again_on_the_pages(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price"), make.agency()
    entry = operations.enter(make.act(agency, make.later(job)), job, quote_cents=1_000_000)
    path = f"/entries/{entry.id}"
    at(job, hours=1)
    client = signed_in(as_user, agency)
    assert f'action="{path}/withdraw"' in client.get(path).text
    assert client.post(f"{path}/withdraw").status_code == 303
    assert f'href="{path}/reenter"' in client.get(path).text
    assert client.get(f"{path}/reenter").status_code == 200
    assert client.post(f"{path}/reenter", data={"quote_cents": "20001"}).status_code == 422
    assert client.post(f"{path}/reenter", data={"quote_cents": "9000"}).status_code == 303
    assert make.again(entry).state == "entered"
    at(job, days=30)
    for verb in ("withdraw", "reenter"):
        assert client.post(f"{path}/{verb}", data={"quote_cents": "9000"}).status_code == 409
    assert client.get(f"{path}/reenter").status_code == 409


def test_of_an_entry_only_its_agency_and_the_operator_know(as_user: AsUser) -> None:
    job, agency = make.job("open", method="lowest_price"), make.agency()
    entry = operations.enter(make.act(agency, make.later(job)), job, quote_cents=1_000_000)
    make.keep()
    for somebody in (job.owner, make.agency(), make.regulator(job.sector_code)):
        assert signed_in(as_user, somebody).get(f"/entries/{entry.id}").status_code == 404
    operator = signed_in(as_user, make.operator())
    assert operator.get(f"/entries/{entry.id}").status_code == 200
    assert operator.post(f"/entries/{entry.id}/withdraw").status_code == 403


# --- the result and its check -----------------------------------------------------------------------------------------


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
    changed = client.post("/check", data={"text": text.replace("1500000", "1500001")})
    assert "It does not hold:" in changed.text
    for nonsense in ("", "{}", "[1]", "null", "not json", '{"a":1,"a":2}', "1" * 5000):
        assert client.post("/check", data={"text": nonsense}).status_code in (200, 422)


def test_a_failed_selection_is_public_with_its_reason_and_without_quotes(client: CheckedClient) -> None:
    job = make.job("open", method="lowest_price")
    for quote in (1_357_931, 1_357_932):
        operations.enter(make.act(make.agency(), make.later(job)), job, quote_cents=quote)
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
        operations.enter(make.act(agency, make.later(job)), job, quote_cents=None)
    take_down(make.act(agencies[0]), current_listing(agencies[0].id, job.item_id))
    lapse(lapse(job))
    make.keep()
    client.post("/language", data={"locale": "en"})
    page = client.get(f"/jobs/{job.id}/result").text
    assert f"{agencies[0].unit.name}: Lists this item" in page


def test_before_the_selection_there_is_no_result(client: CheckedClient) -> None:
    job = make.job("selecting")
    make.keep()
    for path in (f"/jobs/{job.id}/result", f"/jobs/{job.id}/transcript.json", f"/check?job={job.id}", "/check?job=99"):
        assert client.get(path).status_code == 404
    assert client.get("/check").status_code == 200


# --- objections and abandoning ----------------------------------------------------------------------------------------


def objected(as_user: AsUser, at: Any) -> tuple[Job, Objection, CheckedClient, CheckedClient]:
    """A job, an objection filed on its page with evidence, and the clients of whoever objected and of the owner."""
    job, objector = make.job("selected"), make.unit()
    at(job)
    owner = signed_in(as_user, session.get_one(Unit, job.owner_id))
    client = signed_in(as_user, session.get_one(Unit, objector.id))
    assert client.get(f"/jobs/{job.id}/object").status_code == 200
    data = {"ground": "名单里有不符合条件的机构。", "file": (io.BytesIO(make.content()), "evidence.pdf")}
    sent = client.post(f"/jobs/{job.id}/object", data=data, content_type="multipart/form-data")
    assert sent.status_code == 303
    (objection,) = objections_of(job.id)
    assert sent.location == f"/objections/{objection.id}"
    return job, objection, client, owner


def test_an_objection_is_filed_answered_and_dismissed_on_the_pages(as_user: AsUser, at: Any) -> None:
    job, objection, objector, owner = objected(as_user, at)
    path, operator = f"/objections/{objection.id}", signed_in(as_user, make.operator())
    assert f'href="{path}"' in owner.get("/desk").text or f'href="{path}/answer"' in owner.get("/desk").text
    assert owner.get(f"{path}/answer").status_code == 200
    assert owner.post(f"{path}/answer", data={"text": "短"}).status_code == 422
    assert owner.post(f"{path}/answer", data={"text": "名单已逐一核对。"}).status_code == 303
    assert path in operator.get("/desk").text
    assert operator.get(f"{path}/dismiss").status_code == 200
    assert operator.post(f"{path}/dismiss", data={"decision": ""}).status_code == 422
    assert operator.post(f"{path}/dismiss", data={"decision": "经核对，异议不成立。"}).status_code == 303
    for reader in (objector, owner, operator):
        assert "经核对，异议不成立。" in reader.get(path).text
    assert make.again(job).state == State.SELECTED


def test_a_step_that_is_over_is_refused_with_the_present_state(as_user: AsUser, at: Any) -> None:
    _, objection, objector, owner = objected(as_user, at)
    path, operator = f"/objections/{objection.id}", signed_in(as_user, make.operator())
    assert objector.post(f"{path}/take_back").status_code == 303
    for client, verb in ((owner, "answer"), (operator, "uphold"), (operator, "dismiss")):
        for page in (
            client.get(f"{path}/{verb}"),
            client.post(f"{path}/{verb}", data={"decision": "经核对，不成立。"}),
        ):
            assert page.status_code == 409
            assert "taken back" in page.text
    assert objector.post(f"{path}/take_back").status_code == 409


@pytest.mark.parametrize("state", ["open", "failed", "awarded", "archived"])
def test_the_page_to_object_is_there_during_publicity_only(state: str, as_user: AsUser, at: Any) -> None:
    job = make.job(state)
    at(job)
    assert signed_in(as_user, make.unit()).get(f"/jobs/{job.id}/object").status_code == 409


def test_strangers_to_an_objection_neither_read_it_nor_its_evidence(as_user: AsUser, at: Any) -> None:
    job, objection, *_ = objected(as_user, at)
    for stranger in (make.unit(), make.agency(), make.regulator("land")):
        client = signed_in(as_user, stranger)
        for path in (f"/objections/{objection.id}", f"/objections/{objection.id}/file"):
            assert client.get(path).status_code == 404
        assert f"/objections/{objection.id}" not in client.get(f"/jobs/{job.id}/objections").text
        assert "名单里有不符合条件的机构" not in client.get(f"/jobs/{job.id}").text


def test_an_award_is_abandoned_with_a_reason_that_is_public(as_user: AsUser, at: Any) -> None:
    job = make.job("awarded")
    at(job)
    client, path = signed_in(as_user, job.agency), f"/jobs/{job.id}/abandon"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"reason": "短"}).status_code == 422
    assert client.post(path, data={"reason": "项目负责人离职，无法按期完成。"}).status_code == 303
    assert client.get(path).status_code == 409
    assert "项目负责人离职，无法按期完成。" in as_user().get(f"/jobs/{job.id}").text


def test_an_entry_is_made_once_also_from_two_windows(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open"), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    answers = [client.post(f"/jobs/{job.id}/enter") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert session.query(Entry).count() == 1
