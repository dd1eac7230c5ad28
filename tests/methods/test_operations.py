"""Adding and ending rules on methods, and what postings follow from them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.infra.db import session
from app.infra.record import Event
from app.infra.shipped import rows
from app.jobs import operations as jobs
from app.jobs.posting import problems
from app.jobs.rules import State
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import local_day
from app.methods import operations
from app.methods.models import LawfulMethod, known_rules
from app.methods.rules import Method
from tests import make
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")

TODAY = local_day(NOW)
TOMORROW = TODAY + timedelta(days=1)
STATED = {
    "method": "lowest_price", "direct_ground": "", "funds": "state", "from_cents": 0, "to_cents": 1_500_000,
    "item_class": "", "urgent": None, "ground": "小额项目", "source": "示例通知第 1 号", "mark": "D",
    "effective_from": TOMORROW,
}  # fmt: skip


def rule_of(method: str) -> LawfulMethod:
    return next(rule for rule in known_rules() if rule.method == method)


def add(**changes) -> LawfulMethod:
    return operations.add_rule(make.act(make.operator()), **STATED | changes)


def end(rule: LawfulMethod, until: date = TOMORROW, reason: str = "示例通知第 2 号") -> None:
    operations.end_rule(make.act(make.operator()), rule, until=until, reason=reason)


def refused(call, *args, **fields) -> str | None:
    with pytest.raises(Invalid) as refusal:
        call(*args, **fields)
    return refusal.value.field


def test_a_new_version_begins_on_the_day_the_old_one_ends_and_both_stay():
    old = rule_of("lowest_price")
    new = add(instead_of=old)
    assert (old.until, new.effective_from, new.until) == (TOMORROW, TOMORROW, None)
    assert old.ended_because == STATED["source"]
    names = session.scalars(select(Event.name).where(Event.thread_of.in_([old.thread, new.thread])))
    assert sorted(names) == ["lawful_method.add", "lawful_method.end"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective_from": TODAY}, "effective_from"),
        ({"effective_from": TODAY + timedelta(days=367)}, "effective_from"),
        ({"method": "coin"}, "method"),
        ({"method": "direct"}, "direct_ground"),
        ({"method": "direct", "direct_ground": "whim"}, "direct_ground"),
        ({"direct_ground": "small"}, "direct_ground"),
        ({"funds": "gold"}, "funds"),
        ({"from_cents": 2_000_000}, "to_cents"),
        ({"mark": "X"}, "mark"),
        ({"ground": " "}, "ground"),
        ({"source": ""}, "source"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_beside_its_field(changes, field):
    assert refused(add, **changes) == field


def test_a_rule_ends_on_a_later_day_once_and_with_a_reason():
    rule = rule_of("lowest_price")
    assert refused(end, rule, until=TODAY) == "until"
    assert refused(end, rule, reason="x") == "reason"
    end(rule)
    with pytest.raises(WrongState):
        end(rule)


def test_a_rule_that_is_announced_holds_for_a_day_at_least():
    assert refused(end, add(effective_from=TODAY + timedelta(days=9))) == "until"


def test_only_the_operator_changes_what_is_lawful():
    rule = rule_of("lowest_price")
    for somebody in (make.unit(), make.agency(), make.regulator()):
        with pytest.raises(NotAllowed):
            operations.add_rule(make.act(somebody), **STATED)
        with pytest.raises(NotAllowed):
            operations.end_rule(make.act(somebody), rule, until=TOMORROW, reason="示例通知")


def test_loading_again_brings_back_nothing_that_was_ended():
    end(rule_of("lowest_price"))
    before = [(rule.id, rule.until) for rule in known_rules()]
    operations.load(rows, None, NOW)
    assert [(rule.id, rule.until) for rule in known_rules()] == before


# --- what postings follow from them ---------------------------------------------------------------------------------


def later(job, days: int):
    return make.later(job, days=days)


def test_an_unlawful_method_is_refused_when_submitted_with_the_reason():
    add(instead_of=rule_of("lowest_price"))
    job = make.job("draft", method=Method.LOWEST_PRICE, funds="state")
    act = make.act(job.owner, later(job, 1))
    assert job.ceiling_cents > 1_500_000
    assert [one.field for one in problems(act, job)] == ["method"]
    assert refused(jobs.submit, act, job) == "method"
    jobs.edit(act, job, ceiling_cents=1_500_000)
    jobs.submit(act, job)
    assert job.state == State.SUBMITTED


def test_a_method_that_is_lawful_until_its_rule_ends_is_refused_when_published_after():
    job = make.job("submitted", method=Method.LOWEST_PRICE)
    end(rule_of("lowest_price"))
    operator = make.operator()
    assert refused(jobs.publish, make.act(operator, later(job, 1)), job) == "method"
    jobs.publish(make.act(operator, make.later(job)), job)
    assert job.state == State.OPEN
    announced = session.scalars(select(Event).where(Event.thread_of == job.thread, Event.name == "job.publish")).one()
    assert announced.facts["lawful"] == [rule_of("lowest_price").id]


def test_what_is_announced_goes_on_when_its_rule_ends():
    end(rule_of("random_draw"))
    job = make.job("awarded", funds="social")
    assert job.agency_id


def test_the_page_about_the_project_never_speaks_of_the_method():
    add(instead_of=rule_of("lowest_price"))
    job = make.job("draft", method=Method.LOWEST_PRICE, funds="social", now=NOW)
    jobs.edit(make.act(job.owner, later(job, 1)), job, funds="state")
    assert refused(jobs.submit, make.act(job.owner, later(job, 2)), job) == "method"
    assert refused(jobs.edit, make.act(job.owner, later(job, 2)), job, method=Method.LOWEST_PRICE) == "method"
