"""The pages on which the rules are rehearsed and a number is adopted."""

import re
from datetime import timedelta

import pytest

from app.infra.almanac import Term
from app.infra.db import session
from app.kernel.workdays import local_day
from tests import make
from tests.credit.matters import in_effect
from tests.pages import english, error, plain
from tests.scores.test_operations import more, rated
from tests.terms.test_operations import STATED, TOMORROW
from tests.terms.test_ranking import by_three
from tests.terms.test_rehearsal import drawn_by_average

pytestmark = pytest.mark.one_database

ASKED = "tries-row=0&tries-0-code={}&tries-0-value={}"
TYPED = STATED | {"effective_from": TOMORROW.isoformat()}


@pytest.fixture
def operator(as_user):
    return english(as_user(make.user_of(make.operator())))


@pytest.fixture
def archived(app, clock):
    job = make.job("archived")
    clock.now = make.later(job)
    return job


def test_who_would_have_been_late_stands_with_both_due_days(archived, operator):
    page = operator.get("/rules/rehearse?" + ASKED.format("entry", 1))
    words = plain(page.text)
    assert page.status_code == 200 and archived.project_name in words
    assert "1 working day instead of 3 working days" in words
    assert "would have ended earlier" in words and "Adopt this value" in words


def test_the_page_asks_first_and_tells_of_what_nothing_stood_under(archived, operator):
    words = plain(operator.get("/rules/rehearse").text)
    assert "What would have been" not in words
    words = plain(operator.get("/rules/rehearse?" + ASKED.format("objection_decision", 3)).text)
    assert "Nothing stood under this number" in words


def test_several_numbers_are_tried_at_once_and_more_rows_are_asked_for_without_losing_any(archived, operator):
    two = ASKED.format("light_share", 10) + "&tries-row=1&tries-1-code=minimum_entries_state&tries-1-value=9"
    words = plain(operator.get(f"/rules/rehearse?{two}").text)
    assert "10% instead of 60%" in words and "would have failed" in words
    page = operator.get(f"/rules/rehearse?{two}&tries-more=1")
    assert page.text.count('name="tries-row"') == 3 and "What would have been" not in page.text


def test_whose_place_would_change_is_told_beside_the_present_one(app, clock, operator):
    job = rated(owner=5)
    more(job, [500, 500])
    clock.now, name = make.later(job), job.agency.unit.name
    words = plain(operator.get("/rules/rehearse?" + ASKED.format("rating_least", 9)).text)
    assert "9 instead of 3" in words and name in words and "no score" in words


def test_what_is_about_no_job_is_told_by_what_it_is(app, clock, operator):
    event = in_effect(make.agency())
    clock.now = event.state_since
    page = operator.get("/rules/rehearse?" + ASKED.format("credit_statement", 1))
    assert "credit event" in plain(page.text) and "would have ended earlier" in plain(page.text)
    words = plain(operator.get("/rules/rehearse?" + ASKED.format("credit_lowered", 1)).text)
    assert ("1 instead of 6" in words and "Compared: 1." in words) or "Would stand" in words
    (address,) = set(re.findall(rf'href="(/[^"]*/{event.id})"', page.text))
    assert operator.get(address).status_code == 200


@pytest.mark.parametrize(
    ("code", "value", "says"),
    [
        ("entry", "0", "whole number from 1 to 365"),
        ("entry", "x", "whole number from 1 to 365"),
        ("light_share", "101", "from 1 to 100"),
        ("average_percentages", "95,95", "as it stands now"),
        ("rating_parties", "1:1:1", "each a whole percent of the sum"),
        ("password_length", "9", "in the list"),
        ("示例", "9", "in the list"),
        ("", "9", "Choose one"),
        ("entry", "", "Enter"),
    ],
)
def test_what_cannot_be_tried_is_told_and_kept(archived, operator, code, value, says):
    page = operator.get("/rules/rehearse?" + ASKED.format(code, value))
    assert page.status_code == 422 and says in plain(page.text)
    assert f'value="{value}"' in page.text


def test_other_percentages_of_the_average_price_are_tried_and_offered_for_adoption(app, clock, operator):
    job = drawn_by_average()
    clock.now = make.later(job)
    page = operator.get("/rules/rehearse?" + ASKED.format("average_percentages", "82,80"))
    words = plain(page.text)
    assert "80, 82 instead of 95, 96, 97, 98" in words and job.project_name in words
    assert "would have selected another agency by 0 of 2 percentages, instead of 4 of 4" in words
    assert "/rules/adopt?code=average_percentages&amp;value=80,82" in page.text.replace("%2C", ",")


def test_other_weights_of_the_three_parties_are_tried_and_offered_for_adoption(app, clock, operator):
    job = by_three(5, 4, 1)
    clock.now, name = make.later(job), job.agency.unit.name
    page = operator.get("/rules/rehearse?" + ASKED.format("rating_parties", "2:3:5"))
    words = plain(page.text)
    assert "20, 30, 50 instead of 50, 30, 20" in words and "Jobs compared: 1. With another score: 1." in words
    assert f"{name} 3.9000 2.7000" in words and "No ranking rests on this score" in words
    assert "/rules/adopt?code=rating_parties&amp;value=20,30,50" in page.text.replace("%2C", ",")
    day = local_day(clock.now) + timedelta(days=1)
    adopted = TYPED | {"code": "rating_parties", "value": "2:3:5", "effective_from": day.isoformat()}
    assert operator.post("/rules/adopt", data=adopted).status_code == 303
    assert "20, 30, 50" in plain(operator.get("/rules/changes").text)


def test_one_number_is_tried_once(archived, operator):
    page = operator.get(
        "/rules/rehearse?" + ASKED.format("entry", 1) + "&tries-row=1&tries-1-code=entry&tries-1-value=2"
    )
    assert page.status_code == 422 and "stands in a row above" in plain(page.text)


def test_the_regulator_rehearses_its_sector_and_hands_the_address_on(archived, as_user):
    page = english(as_user(make.user_of(make.regulator(archived.sector_code)))).get(
        "/rules/rehearse?" + ASKED.format("entry", 1)
    )
    words = plain(page.text)
    assert archived.project_name in words and "hand it on" in words and "Adopt this value" not in words


def test_a_number_is_adopted_and_stands_in_the_law_with_its_history(operator):
    page = operator.get("/rules/adopt?code=entry&value=4")
    assert 'value="4"' in page.text
    answer = operator.post("/rules/adopt", data=TYPED)
    assert answer.status_code == 303
    words = plain(operator.get("/law").text)
    assert STATED["basis"] in words and "announced" in words and f"by {make.operator().name}" in words


def test_an_announced_number_is_withdrawn_where_it_is_announced(operator, client):
    operator.post("/rules/adopt", data=TYPED)
    term = session.query(Term).filter(Term.code == "entry").order_by(Term.id.desc()).first()
    page = f"/rules/versions/{term.id}/withdraw"
    for where in ("/law", "/rules/changes"):
        assert f'href="{page}"' in operator.get(where).text and page not in client.get(where).text
    assert f"through {(term.effective_from - timedelta(days=1)):%-d %b %Y}" in plain(operator.get(page).text)
    short = operator.post(page, data={"reason": "错"})
    assert short.status_code == 422 and error(short, "reason")
    assert operator.post(page, data={"reason": "示例：公布的数值有误。"}).status_code == 303
    assert operator.post(page, data={"reason": "示例：公布的数值有误。"}).status_code == 409
    words = plain(english(client).get("/rules/changes").text)
    assert "Announced and withdrawn before their day" in words and "示例：公布的数值有误。" in words
    assert "announced" not in plain(english(client).get("/law").text)
    assert operator.post("/rules/adopt", data=TYPED).status_code == 303


def test_everybody_reads_what_changed_in_the_rules_and_what_cannot_be_rehearsed(operator, client):
    assert "No number has changed so far" in plain(english(client).get("/rules/changes").text)
    operator.post("/rules/adopt", data=TYPED)
    words = plain(english(client).get("/rules/changes").text)
    assert all(one in words for one in ("3 working days", "4 working days", "announced", STATED["basis"]))
    words = plain(operator.get("/rules/rehearse").text)
    assert "What cannot be rehearsed" in words and "what it kept people from doing is not" in words


def test_what_was_typed_is_kept_and_a_second_version_of_a_day_is_a_conflict(operator):
    page = operator.post("/rules/adopt", data=TYPED | {"basis": "短", "value": "7"})
    assert page.status_code == 422 and 'value="7"' in page.text and error(page, "basis")
    operator.post("/rules/adopt", data=TYPED)
    page = operator.post("/rules/adopt", data=TYPED | {"value": "7"})
    assert page.status_code == 409 and STATED["basis"] in plain(page.text)
    assert session.query(Term).filter(Term.code == "entry").count() == 2
