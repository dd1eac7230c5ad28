"""Adopting a number of the law: always from a later day on, with its source, and one version for a day."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.infra import almanac
from app.infra.almanac import Term
from app.infra.db import session, transaction
from app.infra.record import Event
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import local_day
from app.terms import operations
from app.terms.models import changes, history, withdrawn
from tests import make
from tests.at_once import in_threads
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")

TODAY = local_day(NOW)
TOMORROW = TODAY + timedelta(days=1)
STATED = {"code": "entry", "value": "4", "effective_from": TOMORROW, "basis": "示例通知〔2026〕第 1 号", "mark": "D"}


def adopt(**changes) -> Term:
    return operations.adopt(make.act(make.operator()), **STATED | changes)


def test_a_number_takes_effect_on_its_day_and_what_began_before_keeps_its_own():
    before = make.job("open")
    term = adopt()
    (event,) = session.scalars(select(Event).where(Event.name == "term.adopt"))
    assert (event.subject_id, event.facts["was"], event.facts["value"]) == (term.id, "3", "4")
    after = make.job("open", now=NOW + timedelta(days=1))
    days = [make.workdays(job.state_since, job.due) for job in (before, after)]
    assert days == [3, 4]
    assert almanac.number("entry", NOW) == 3


def test_the_history_tells_every_version_and_who_adopted_it():
    adopt(), adopt(value="6", effective_from=TOMORROW + timedelta(days=30))
    versions = [one for one in history() if one.term.code == "entry"]
    assert [one.term.value for one in versions] == ["3", "4", "6"]
    assert [one.until for one in versions] == [*(one.term.effective_from for one in versions[1:]), None]
    assert [one.by for one in versions] == [None, make.operator().name, make.operator().name]
    assert versions[1].adopted_at == NOW


def test_what_changed_is_told_with_what_it_was_before():
    adopt(), adopt(value="6", effective_from=TOMORROW + timedelta(days=30))
    assert [(before.value, after.term.value) for before, after in changes()] == [("4", "6"), ("3", "4")]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("code", {"code": "示例"}),
        ("code", {"code": ""}),
        ("value", {"value": "0"}),
        ("value", {"value": "366"}),
        ("value", {"value": "-1"}),
        ("value", {"value": "3.5"}),
        ("value", {"value": "3"}),
        ("value", {"code": "light_share", "value": "101"}),
        ("value", {"code": "panel_least", "value": "4"}),
        ("value", {"code": "panel_least", "value": "1"}),
        ("value", {"code": "password_length", "value": "7"}),
        ("value", {"code": "working_hours", "value": "09:00-08:00"}),
        ("value", {"code": "working_hours", "value": "09:00"}),
        ("value", {"code": "average_percentages", "value": "95,95"}),
        ("value", {"code": "average_percentages", "value": "95,x"}),
        ("effective_from", {"effective_from": TODAY}),
        ("effective_from", {"effective_from": TODAY + timedelta(days=400)}),
        ("basis", {"basis": "  太短  "}),
        ("mark", {"mark": "X"}),
    ],
)
def test_what_cannot_be_adopted_is_told_at_its_field(field, changes):
    with pytest.raises(Invalid) as refusal:
        adopt(**changes)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("code", "typed", "stored"),
    [
        ("entry", " ４ ", "4"),
        ("average_percentages", "90、95", "90,95"),
        ("rating_parties", "6:3:1", "60,30,10"),
        ("working_hours", "08:30-12:00,14:30-18:00", "08:30-12:00,14:30-18:00"),
        ("panel_least", "5", "5"),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(code, typed, stored):
    assert adopt(code=code, value=typed).value == stored


def test_there_is_one_version_for_a_day():
    adopt()
    with pytest.raises(WrongState, match=f"{TOMORROW}.*4"):
        adopt(value="5")


def test_only_the_operator_adopts_and_withdraws():
    term = adopt()
    for whom in (make.regulator(), make.unit(), make.agency()):
        with pytest.raises(NotAllowed):
            operations.adopt(make.act(whom), **STATED | {"code": "publicity"})
        with pytest.raises(NotAllowed):
            operations.withdraw(make.act(whom), term, reason="示例：公布有误。")


def test_a_number_is_withdrawn_before_its_day_and_another_one_takes_its_place():
    wrong = adopt(value="40")
    withdraw(wrong)
    assert make.workdays(*span(make.job("open", now=NOW + timedelta(days=1)))) == 3
    adopt(value="4")
    assert make.workdays(*span(make.job("open", now=NOW + timedelta(days=1)))) == 4
    assert [one.term.value for one in history() if one.term.code == "entry"] == ["3", "4"]
    assert [(term.value, at, by) for term, at, by in withdrawn()] == [("40", NOW, make.operator().name)]
    assert session.scalars(select(Event.facts).where(Event.name == "term.withdraw")).one()["reason"] == WHY


def test_the_second_who_withdraws_reads_why_it_is_withdrawn():
    term = adopt()
    withdraw(term)
    with pytest.raises(WrongState) as refused:
        withdraw(term, reason="示例：另一个理由。")
    assert refused.value.places == {"reason": WHY}


def test_what_is_in_force_is_not_withdrawn_and_a_reason_is_needed():
    term = adopt()
    with pytest.raises(Invalid) as refused:
        withdraw(term, reason="错")
    assert refused.value.field == "reason"
    with pytest.raises(WrongState):
        withdraw(term, now=NOW + timedelta(days=1))
    assert make.again(term).withdrawn_because == ""


WHY = "示例：公布的数值有误。"


def withdraw(term: Term, reason: str = WHY, now: datetime = NOW) -> None:
    operations.withdraw(make.act(make.operator(), now), term, reason=reason)
    session.flush()


def span(job: Any) -> tuple[datetime, datetime]:
    return job.state_since, job.due


def test_of_two_who_adopt_at_once_one_is_told_of_the_other():
    act, answers = make.act(make.operator()), []
    make.keep()
    session.remove()

    def run(value: str) -> None:
        try:
            with transaction():
                operations.adopt(act, **STATED | {"value": value})
            answers.append("adopted")
        except WrongState as refusal:
            answers.append(str(refusal.places["value"]))

    in_threads(lambda: run("4"), lambda: run("5"))
    (term,) = session.scalars(select(Term).where(Term.code == "entry", Term.effective_from == TOMORROW))
    assert sorted(answers) == sorted(["adopted", term.value])
