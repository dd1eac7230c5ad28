"""Extensions, changes of scope and suspensions in the database: who asks, who answers, what counts, what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app import wiring
from app.alterations import operations
from app.infra import almanac
from app.infra.clockwork import tick
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import due_day
from app.services import operations as services
from app.services.clock import days_left_to_pause, ledger_of, record_of
from app.services.models import Alteration, alterations_of, open_alteration, open_pause, suspensions_of
from app.services.rules import AlterationKind
from tests import make
from tests.services import work
from tests.services.work import agency, at, deliver, events, facts, owner, regulator, serving

pytestmark = pytest.mark.usefixtures("app")
WHY = "外业测量遇连续强降雨，无法按期完成。"
By = Callable[[Job, str], Act]


def ask(
    job: Job, when: str, days: int = 3, kind: AlterationKind = AlterationKind.EXTENSION, by: By = agency
) -> Alteration:
    return operations.ask(by(job, when), job, kind=kind, days=days, reason=WHY)


def operator(job: Job, when: str) -> Act:
    return make.act(make.operator(), at(when))


def due(job: Job) -> str:
    assert job.service_due
    return due_day(job.service_due).isoformat()


def clock(when: str) -> None:
    make.keep()
    tick(wiring.LIVES, at(when), wiring.VERBS)


# --- the extension --------------------------------------------------------------------------------------------------


def test_an_extension_counts_once_the_owner_agrees() -> None:
    job = serving()
    asked = ask(job, "9-29 10:00")
    assert (job.state, due(job), asked.state) == ("in_service", "2026-10-10", "asked")
    operations.agree(owner(job, "9-30 10:00"), asked)
    ledger = ledger_of(job)
    assert (asked.state, asked.state_since, due(job)) == ("agreed", at("9-30 10:00"), "2026-10-14")
    assert ledger and (ledger.days, job.agreed_days, job.due) == (8, 5, job.service_due)
    assert facts(job, "job.due_changed")["before"][:10] == "2026-10-10"


def test_silence_refuses_and_the_due_day_stays() -> None:
    job = serving()
    asked = ask(job, "9-29 10:00")
    clock("10-08 23:59")
    assert make.again(asked).state == "asked"
    clock("10-09 00:00")
    job = make.again(job)
    assert (make.again(asked).state, due(job), open_alteration(job.id)) == ("refused", "2026-10-10", None)


def test_there_is_one_extension_whether_it_was_agreed_or_refused() -> None:
    for answer in (True, False):
        job = serving()
        asked = ask(job, "9-29 10:00")
        if answer:
            operations.agree(owner(job, "9-29 11:00"), asked)
        else:
            operations.refuse(owner(job, "9-29 11:00"), asked, answer="工作量并无增加，应按期交付。")
        with pytest.raises(WrongState, match="one extension"):
            ask(job, "9-29 12:00")


def test_an_extension_taken_back_can_be_asked_for_again() -> None:
    job = serving()
    asked = ask(job, "9-29 10:00")
    with pytest.raises(NotAllowed):
        operations.drop(owner(job, "9-29 11:00"), asked)
    operations.drop(agency(job, "9-29 11:00"), asked)
    assert ask(job, "9-29 12:00").state == "asked"


def test_new_days_are_asked_for_before_the_due_instant_only() -> None:
    job = serving()
    with pytest.raises(WrongState, match="due already"):
        ask(job, "10-11 00:00")
    asked = ask(job, "10-10 23:59")
    operations.agree(owner(job, "10-12 10:00"), asked)
    assert due(job) == "2026-10-14"


def test_after_the_due_day_of_a_pause_that_reached_its_cap_nothing_is_asked_for() -> None:
    """The clock is late: the pause has ended at its cap, and the service has become due since."""
    job = serving()
    pause = work.paused(job, "9-29 09:00")
    assert pause.due
    with pytest.raises(WrongState, match="due already"):
        operations.ask(make.act(job.agency, pause.due + timedelta(days=30)), job, kind="extension", days=1, reason=WHY)


@pytest.mark.parametrize(("by", "kind"), [(owner, "extension"), (operator, "extension"), (operator, "scope_change")])
def test_who_may_not_ask_is_refused(by: By, kind: AlterationKind) -> None:
    with pytest.raises(NotAllowed):
        ask(serving(), "9-29 10:00", kind=kind, by=by)


@pytest.mark.parametrize(
    ("kind", "days"), [("extension", 0), ("extension", -1), ("extension", 11), ("scope_change", 31)]
)
def test_the_days_are_bounded_by_terms(kind: AlterationKind, days: int) -> None:
    job = serving()
    with pytest.raises(Invalid) as refused:
        ask(job, "9-29 10:00", days=days, kind=kind)
    assert refused.value.field == "days"
    assert alterations_of(job.id) == []


def test_the_side_that_asked_does_not_agree_for_the_other() -> None:
    job = serving()
    asked = ask(job, "9-29 10:00")
    for by in (agency, operator, regulator):
        with pytest.raises(NotAllowed):
            operations.agree(by(job, "9-29 11:00"), asked)


# --- the scope ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "other"), [(owner, agency), (agency, owner)])
def test_either_side_changes_the_scope_and_the_other_agrees(by: By, other: By) -> None:
    job = serving()
    asked = ask(job, "9-29 10:00", days=2, kind=AlterationKind.SCOPE, by=by)
    with pytest.raises(WrongState, match="one request at a time"):
        ask(job, "9-29 11:00")
    operations.agree(other(job, "9-29 12:00"), asked)
    assert due(job) == "2026-10-13"
    again = ask(job, "9-29 13:00", days=1, kind=AlterationKind.SCOPE, by=by)
    operations.agree(other(job, "9-29 14:00"), again)
    assert due(job) == "2026-10-14"


def test_fewer_days_need_the_agency_and_leave_until_today() -> None:
    job = serving()
    with pytest.raises(Invalid, match="So few days"):
        ask(job, "9-29 10:00", days=-5, kind=AlterationKind.SCOPE, by=owner)
    asked = ask(job, "9-29 10:00", days=-3, kind=AlterationKind.SCOPE, by=owner)
    operations.agree(agency(job, "9-30 10:00"), asked)
    assert due(job) == "2026-09-30"
    late = serving()
    asked = ask(late, "9-29 10:00", days=-3, kind=AlterationKind.SCOPE, by=owner)
    with pytest.raises(WrongState, match="So few days"):
        operations.agree(agency(late, "10-08 10:00"), asked)


def test_days_are_altered_while_the_service_is_paused() -> None:
    job = serving()
    work.paused(job, "9-29 09:00")
    asked = ask(job, "9-29 10:00", days=2, kind=AlterationKind.SCOPE, by=owner)
    operations.agree(agency(job, "9-29 11:00"), asked)
    assert (job.state, job.due, due(job)) == ("paused", None, "2026-10-13")
    services.resume(owner(job, "9-29 18:00"), job)
    assert due(job) == "2026-10-14"


def test_what_waits_falls_away_with_the_delivery() -> None:
    job = serving()
    asked = ask(job, "9-29 10:00")
    deliver(job, "9-29 11:00")
    assert (asked.state, asked.answer, due(job)) == ("dropped", "the report was handed over", "2026-10-10")
    assert "alteration.fall_away" in events(job) and "alteration.drop" not in events(job)
    with pytest.raises(WrongState):
        ask(job, "9-29 12:00")


# --- suspension -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [operator, regulator])
def test_a_suspension_stands_outside_the_cap_and_moves_the_due_day(by: By) -> None:
    job = serving()
    operations.suspend(by(job, "9-29 09:00"), job, reason="项目规划调整，等待批复。")
    assert (job.state, job.due) == ("suspended", None)
    for refused in (agency, owner):
        with pytest.raises(NotAllowed):
            operations.lift(refused(job, "9-30 09:00"), job, reason="可以继续。")
    with pytest.raises(WrongState):
        deliver(job, "9-30 10:00")
    operations.lift(by(job, "9-30 18:00"), job, reason="规划调整已获批复。")
    assert (job.state, job.due, due(job)) == ("in_service", job.service_due, "2026-10-13")
    assert days_left_to_pause(agency(job, "10-08 09:00"), job) == almanac.number("pause_cap", at("10-08 09:00"))
    (one,) = suspensions_of(job.id)
    assert (one.reason, one.lifted_because) == ("项目规划调整，等待批复。", "规划调整已获批复。")


def test_a_suspension_ends_a_pause_and_drops_what_waits() -> None:
    job = serving()
    pause = work.paused(job, "9-29 09:00")
    asked = ask(job, "9-29 10:00")
    operations.suspend(operator(job, "9-29 12:00"), job, reason="项目规划调整，等待批复。")
    assert (pause.state, pause.ended_at, asked.state, open_pause(job.id)) == (
        "ended",
        at("9-29 12:00"),
        "dropped",
        None,
    )
    operations.lift(operator(job, "9-29 18:00"), job, reason="规划调整已获批复。")
    ledger = ledger_of(job)
    assert ledger and (ledger.excluded_seconds, ledger.excluded_days) == (6 * 3600, 1)


def test_what_is_due_already_is_not_suspended() -> None:
    job = serving()
    with pytest.raises(WrongState, match="due already"):
        operations.suspend(operator(job, "10-11 00:00"), job, reason="项目规划调整，等待批复。")


def test_terminating_ends_a_suspension() -> None:
    job = serving()
    operations.suspend(operator(job, "9-29 09:00"), job, reason="项目规划调整，等待批复。")
    services.terminate(operator(job, "10-09 09:00"), job, reason="项目取消，终止服务。")
    assert (job.state, suspensions_of(job.id)[0].ended_at) == ("terminated", at("10-09 09:00"))


def test_the_public_record_tells_what_moved_the_clock_and_names_nobody() -> None:
    job = serving()
    services.veto_pause(regulator(job, "9-29 11:00"), work.paused(job, "9-29 10:00"), reason="理由不成立，不应暂停。")
    operations.agree(owner(job, "9-29 12:00"), ask(job, "9-29 11:30"))
    operations.suspend(operator(job, "9-29 15:00"), job, reason="项目规划调整，等待批复。")
    told = record_of(job, at("9-30 12:00"))
    assert told
    assert [(one["kind"], one["state"]) for one in told["pauses"]] == [("pause", "vetoed"), ("suspension", "running")]
    assert [(one["kind"], one["days"]) for one in told["alterations"]] == [("extension", 3)]
    assert (told["days"], told["first_due"], told["due"], told["excluded_days"]) == (5, "2026-10-10", "2026-10-15", 1)
    assert job.owner.name not in str(told)
    assert "job.suspend" in events(job)


def test_a_veto_gives_a_running_pause_the_days_it_freed() -> None:
    job = serving()
    first = work.paused(job, "9-29 09:00")
    services.resume(agency(job, "9-30 18:00"), job)
    second = work.paused(job, "10-08 09:00")
    before: Any = second.due
    services.veto_pause(regulator(job, "10-08 12:00"), first, reason="理由不成立，不应暂停。")
    assert second.due and almanac.calendar().between(due_day(before), due_day(second.due)) == 2
