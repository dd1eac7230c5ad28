"""The pages of questions and answers."""

import pytest
from sqlalchemy import select

from app.infra.db import session
from app.inquiries import operations as inquiries
from app.inquiries.models import Inquiry
from tests import make

pytestmark = pytest.mark.one_database
TEXT, ANSWER = "现场是否已经三通一平？", "已经三通一平，可随时踏勘。"


@pytest.fixture
def speaks(as_user):
    def speaks(thing=None):
        client = as_user(make.user_of(thing) if thing else None)
        client.post("/language", data={"locale": "en"})
        return client

    return speaks


def test_a_question_is_asked_answered_and_read_by_everybody(speaks, clock):
    job, agency = make.job("open"), make.agency(name="示例提问公司（示例）")
    clock.now, page = make.later(job), f"/jobs/{job.id}"
    make.keep()
    asker, owner, visitor, operator = (speaks(one) for one in (agency, job.owner, None, make.operator()))
    assert "Ask a question" in asker.get(page).text and "Ask a question" not in owner.get(page).text
    assert "Sign in to ask" in visitor.get(page).text
    assert "only the operator can see it" in asker.get(f"{page}/ask").text
    sent = asker.post(f"{page}/ask", data={"text": TEXT})
    assert sent.status_code == 303
    place = sent.location
    assert TEXT in asker.get(page).text and TEXT not in visitor.get(page).text
    for path in (page, place, f"{place}/answer", "/desk", "/notices"):
        assert "示例提问公司" not in owner.get(path).text, path
    assert "Answer the question" in owner.get("/desk").text
    assert "示例提问公司" in operator.get(place).text
    assert owner.post(f"{place}/answer", data={"answer": ANSWER}).status_code == 303
    for client in (asker, owner, visitor, operator):
        text = client.get(page).text
        assert TEXT in text and ANSWER in text
        assert ("示例提问公司" in text) == (client is asker), "in the head of their own page alone"
    assert "Answer the question" not in owner.get("/desk").text


def test_a_withheld_question_shows_its_reason_in_place_of_its_words(speaks, clock):
    job, agency = make.job("open"), make.agency()
    inquiry = inquiries.ask(make.act(agency, make.later(job)), job, text=TEXT)
    clock.now, place = make.later(job), f"/inquiries/{inquiry.id}"
    make.keep()
    readers = [speaks(one) for one in (None, job.owner, make.agency())]
    operator, asker = speaks(make.operator()), speaks(agency)
    page = f"/jobs/{job.id}"
    assert operator.post(f"{place}/withhold", data={"reason": "短"}).status_code == 422
    assert operator.post(f"{place}/withhold", data={"reason": "提问中写明了本单位名称。"}).status_code == 303
    for reader in readers:
        for path in (place, page):
            text = reader.get(path).text
            assert TEXT not in text and "提问中写明了本单位名称。" in text
    assert TEXT in operator.get(place).text and TEXT in asker.get(place).text


def test_what_comes_too_late_is_told_with_the_state(speaks, clock, work):
    job, agency = make.job("open"), make.agency()
    inquiry = inquiries.ask(make.act(agency, make.later(job)), job, text=TEXT)
    place, page, due, owner = f"/inquiries/{inquiry.id}", f"/jobs/{job.id}", job.due, job.owner
    client, asker = speaks(owner), speaks(agency)
    clock.now = due
    for send in (client.get, client.post):
        answer = send(f"{place}/answer")
        assert (answer.status_code, "The entry for this job has closed." in answer.text) == (409, True)
    assert asker.post(f"{page}/ask", data={"text": TEXT}).status_code == 409
    work(due)
    text = speaks().get(page).text
    assert TEXT in text and "not answered before the closing" in text
    assert "Sign in to ask" not in text
    assert "not answered before the closing" in speaks().get(place).text


@pytest.mark.parametrize("typed", ["", "短", "字" * 1001])
def test_a_question_that_is_none_is_refused_beside_its_field(speaks, clock, typed):
    job, agency = make.job("open"), make.agency()
    clock.now = make.later(job)
    refused = speaks(agency).post(f"/jobs/{job.id}/ask", data={"text": typed})
    assert (refused.status_code, 'href="#text"' in refused.text, typed in refused.text) == (422, True, True)
    assert not session.scalars(select(Inquiry)).all()
