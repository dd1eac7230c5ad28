"""The pages of objecting, answering and deciding."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Unit
from app.agencies.models import Agency
from app.infra.db import session
from app.jobs.models import Job
from app.jobs.rules import State
from app.objections.models import Objection, objections_of
from app.selections.models import next_in_line
from tests import make
from tests.client import CheckedClient
from tests.staging import Clock

pytestmark = pytest.mark.one_database
AsUser = Callable[..., CheckedClient]
DECISIONS = ("uphold", "dismiss")


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


def test_the_page_of_the_job_says_whose_turn_it_is_with_the_objection_and_until_when(as_user: AsUser, at: Any) -> None:
    job, objection, objector, owner = objected(as_user, at)
    operator, stranger = signed_in(as_user, make.operator()), signed_in(as_user, make.unit())
    path, place = f"/objections/{objection.id}", f"/jobs/{job.id}"
    due = f'datetime="{objection.due.isoformat()}"'  # type: ignore[union-attr]
    own = owner.get(place).text
    assert "It is your turn to answer the objection, at the latest by" in own and due in own
    assert f'class="btn btn-go" href="{path}/answer"' in own
    for reader in (objector, operator):
        page = reader.get(place).text
        assert "It is the turn of <b>the owner of the job</b> to answer the objection" in page and due in page
        assert f'class="btn btn-outline-dark" href="{path}"' in page
    other = stranger.get(place).text
    assert "the operator</b> to decide the objection" in other and path not in other and due not in other
    owner.post(f"{path}/answer", data={"text": "名单已逐一核对。"})
    decides = operator.get(place).text
    assert "It is your turn to decide the objection, at the latest by" in decides
    assert f'class="btn btn-go" href="{path}"' in decides
    assert "the operator</b> to decide the objection, at the latest by" in owner.get(place).text


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


def test_the_agency_whose_selection_is_set_aside_reads_the_decision(as_user: AsUser, at: Any) -> None:
    job, objection, *_ = objected(as_user, at)
    path, against = f"/objections/{objection.id}", session.get_one(Agency, make.again(job).agency_id)
    operator = signed_in(as_user, make.operator())
    following = next_in_line(job.id)
    assert f"{following} is selected, and publicity begins anew." in operator.get(f"{path}/uphold").text
    assert operator.post(f"{path}/uphold", data={"decision": "名单有误，异议成立。"}).status_code == 303
    assert make.again(job).agency_id != against.id
    client = signed_in(as_user, against)
    result = client.get(f"/jobs/{job.id}/result").text
    assert f"Selected: {following}" in result
    assert "Your agency was selected and is selected no more." in result
    assert "You were not selected." not in result
    assert f'href="/jobs/{job.id}/objections"' in client.get(f"/jobs/{job.id}").text
    assert f'href="{path}"' in client.get(f"/jobs/{job.id}/objections").text
    assert "名单有误，异议成立。" in client.get(path).text
    with client.get(f"{path}/file") as evidence:
        assert evidence.status_code == 200


def test_whoever_decides_is_told_beforehand_when_nobody_is_next_in_line(as_user: AsUser, at: Any) -> None:
    job = make.job("objected", entries=1, funds="social")
    (objection,) = objections_of(job.id)
    at(job)
    make.keep()
    page = signed_in(as_user, make.operator()).get(f"/objections/{objection.id}/uphold").text
    assert "Nobody is next in line: the selection fails" in page
    assert "is selected, and publicity begins anew" not in page


def test_the_operator_reads_by_when_to_decide_once_it_is_the_operators_turn(as_user: AsUser, at: Any) -> None:
    _, objection, _, owner = objected(as_user, at)
    operator, pages = signed_in(as_user, make.operator()), [f"/objections/{objection.id}/{verb}" for verb in DECISIONS]
    assert ["Due by" in operator.get(page).text for page in pages] == [False, False]
    assert owner.post(f"/objections/{objection.id}/answer", data={"text": "名单已逐一核对。"}).status_code == 303
    assert ["Due by" in operator.get(page).text for page in pages] == [True, True]
