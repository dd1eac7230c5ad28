"""The pages of the rules on methods, and the posting form that follows them."""

from datetime import timedelta

import pytest

from app.kernel.workdays import local_day
from app.methods import operations
from app.methods.models import known_rules
from tests import make
from tests.methods.test_operations import STATED, rule_of
from tests.pages import english, error, plain
from tests.staging import NOW

pytestmark = pytest.mark.one_database

TOMORROW = (local_day(NOW) + timedelta(days=1)).isoformat()
TYPED = {
    "method": "lowest_price", "funds": "state", "from_cents": "", "to_cents": "15,000", "item_class": "",
    "urgent": "no", "ground": "小额项目", "source": "示例通知第 1 号", "mark": "D", "effective_from": TOMORROW,
}  # fmt: skip


@pytest.fixture
def operator(as_user):
    return english(as_user(make.user_of(make.operator())))


def test_everybody_reads_the_rules_with_their_grounds_and_that_they_are_defaults(client):
    page = english(client).get("/methods")
    assert page.text.count("default of this market") >= 4
    assert "In force today" in page.text and page.text.count("None.") == 2
    assert "New version" not in page.text


def test_the_operator_announces_a_rule_in_place_of_another(operator):
    old = rule_of("lowest_price")
    form = operator.get(f"/methods/{old.id}/revise")
    assert old.ground in form.text
    answer = operator.post(f"/methods/{old.id}/revise", data=TYPED)
    assert answer.status_code == 303
    page = plain(operator.get("/methods").text)
    assert "Announced" in page and "not for urgent jobs" in page and "示例通知第 1 号" in page


def test_the_operator_ends_a_rule(operator):
    rule = rule_of("merit") if any(one.method == "merit" for one in known_rules()) else rule_of("random_draw")
    refused = operator.post(f"/methods/{rule.id}/end", data={"until": "2026-09-01", "reason": "示例通知第 2 号"})
    assert refused.status_code == 422 and error(refused, "until")
    answer = operator.post(f"/methods/{rule.id}/end", data={"until": TOMORROW, "reason": "示例通知第 2 号"})
    assert answer.status_code == 303


def test_bad_input_keeps_what_was_typed(operator):
    answer = operator.post("/methods/new", data=TYPED | {"to_cents": "much", "ground": ""})
    assert answer.status_code == 422
    assert error(answer, "to_cents") and error(answer, "ground")
    assert 'value="much"' in answer.text


def test_the_posting_form_offers_lawful_methods_with_their_ground_and_says_why_not(app, as_user):
    # From tomorrow: lowest price up to 15,000, average price for social funds, random draw for nobody.
    boss = make.act(make.operator())
    operations.add_rule(boss, instead_of=rule_of("lowest_price"), **STATED)
    average = STATED | {"method": "average_price", "funds": "social", "to_cents": None}
    operations.add_rule(boss, instead_of=rule_of("average_price"), **average)
    operations.end_rule(boss, rule_of("random_draw"), until=STATED["effective_from"], reason="示例通知第 2 号")
    job = make.job("draft", funds="state", now=NOW)
    make.keep()
    app.config["CLOCK"] = lambda: NOW + timedelta(days=1)
    owner = english(as_user(make.user_of(job.owner)))
    page = plain(owner.get(f"/jobs/{job.id}/wish").text)
    assert "Lawful: 不限资金、金额、类别和缓急. Source:" in page
    assert "Not lawful with the ceiling and urgency on this page: “lowest price” is lawful up to 15,000 yuan" in page
    assert "Not offered for this job:" in page
    assert "“average price” is lawful for other funds only" in page
    assert "“random draw” is not lawful: no rule in force allows it." in page
    assert 'value="random_draw"' not in owner.get(f"/jobs/{job.id}/wish").text

    wish = {"method": "lowest_price", "ceiling_cents": "16000", "days": "5", "if_abandoned": "next"}
    answer = owner.post(f"/jobs/{job.id}/wish", data=wish)
    assert answer.status_code == 422 and "up to 15,000 yuan" in error(answer, "method")
    assert 'value="16000"' in answer.text
    assert owner.post(f"/jobs/{job.id}/wish", data=wish | {"ceiling_cents": "15000"}).status_code == 303
