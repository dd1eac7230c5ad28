"""The service clock in the database: its start, its pauses, the report, and what silence means."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import wiring
from app.infra import almanac
from app.infra.clockwork import tick
from app.infra.db import session
from app.infra.outbox import Task
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel import service_clock
from app.kernel.act import CLOCK, Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import due_day
from app.services import clock as clock_of
from app.services import operations
from app.services.models import Pause, deliveries_of, last_delivery, open_pause, pauses_of
from tests import make
from tests.services.work import (
    agency,
    ask,
    at,
    checking,
    deliver,
    events,
    facts,
    owner,
    paused,
    regulator,
    serving,
    states,
)

pytestmark = pytest.mark.usefixtures("app")
HOURS = service_clock.Hours.read("09:00-12:00,15:00-18:00")
FULL = HOURS.length


def due(job: Job) -> str:
    assert job.due == job.service_due
    return due_day(job.due).isoformat() if job.due else ""


def clock(when: str) -> None:
    """What the worker does at an instant, in this transaction's database."""
    make.keep()
    tick(wiring.LIVES, at(when), wiring.VERBS)


def again(thing: Any) -> Any:
    return make.again(thing)


# --- the start ------------------------------------------------------------------------------------------------------


def test_accepting_the_papers_starts_the_clock_the_next_working_day() -> None:
    job = serving()
    assert (job.state, job.clock_start, due(job)) == ("in_service", date(2026, 9, 28), "2026-10-10")
    assert set(states(job)) == {"accepted"}
    ledger = clock_of.ledger_of(job)
    assert ledger and [row.kind for row in ledger.rows].count("counted") == 5
    assert ledger.rows[-1].makeup


def test_silence_means_the_papers_are_complete() -> None:
    job = checking()
    clock("9-28 23:59")
    assert again(job).state == "materials_check"
    clock("9-29 00:00")
    job = again(job)
    assert (job.state, job.clock_start, due(job)) == ("in_service", date(2026, 9, 28), "2026-10-10")
    assert facts(job, "job.start")["silent"] is True


def test_a_late_clock_does_not_lengthen_the_service() -> None:
    job = checking()
    clock("9-30 08:00")
    assert again(job).clock_start == date(2026, 9, 28)


def test_only_the_agency_accepts_the_papers() -> None:
    job = checking()
    with pytest.raises(NotAllowed):
        operations.start(owner(job, "9-28 10:00"), job)


# --- pauses ---------------------------------------------------------------------------------------------------------


def test_a_pause_over_the_holiday_excludes_two_working_days() -> None:
    job = serving()
    paused(job, "9-29 10:00")
    assert (job.state, job.due) == ("paused", None)
    operations.resume(agency(job, "10-09 10:00"), job)
    assert (job.state, due(job)) == ("in_service", "2026-10-14")
    ledger = clock_of.ledger_of(job)
    assert ledger and ledger.excluded_days == [row.kind for row in ledger.rows].count("paused") == 3


@pytest.mark.parametrize(
    ("start", "end"),
    [("9-30 18:00", "10-08 09:00"), ("9-29 10:00", "9-29 10:01"), ("9-29 12:00", "9-29 15:00")],
    ids=["a holiday", "a minute", "lunch"],
)
def test_pausing_when_nobody_works_gains_nothing(start: str, end: str) -> None:
    job = serving()
    paused(job, start)
    operations.resume(owner(job, end), job)
    assert due(job) == "2026-10-10"


def test_a_pause_counts_from_when_it_was_asked_for() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00")
    assert (job.state, due(job)) == ("in_service", "2026-10-10")
    operations.confirm_pause(owner(job, "9-30 17:00"), pause)
    operations.resume(agency(job, "9-30 18:00"), job)
    assert due(job) == "2026-10-13"


def test_silence_confirms_a_pause() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00")
    clock("9-30 23:59")
    assert again(pause).state == "asked"
    clock("10-01 00:00")
    job = again(job)
    assert (again(pause).state, job.state, job.due) == ("running", "paused", None)
    assert facts(job, "pause.confirm")["silent"] is True


def test_the_side_that_asked_cannot_agree_for_the_other() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00")
    with pytest.raises(NotAllowed):
        operations.confirm_pause(agency(job, "9-29 10:00"), pause)
    with pytest.raises(NotAllowed):
        operations.drop_pause(owner(job, "9-29 10:00"), pause)
    with pytest.raises(NotAllowed):
        ask(job, "9-29 11:00", by=regulator)


def test_a_refused_pause_never_counted() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00", by=owner)
    with pytest.raises(Invalid):
        operations.refuse_pause(agency(job, "9-29 10:00"), pause, answer="no")
    operations.refuse_pause(agency(job, "9-29 10:00"), pause, answer="现场可以进入，不必暂停。")
    assert (pause.state, job.state, due(job)) == ("refused", "in_service", "2026-10-10")
    assert ask(job, "9-29 11:00").state == "asked"


def test_a_pause_can_be_taken_back_before_it_is_answered() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00")
    operations.drop_pause(agency(job, "9-29 10:00"), pause)
    with pytest.raises(WrongState):
        operations.confirm_pause(owner(job, "9-29 11:00"), pause)
    assert job.state == "in_service"


def test_there_is_one_pause_at_a_time_and_none_after_the_due_day() -> None:
    job = serving()
    ask(job, "9-29 09:00")
    with pytest.raises(WrongState, match="one at a time"):
        ask(job, "9-29 10:00", by=owner)
    late = serving()
    with pytest.raises(WrongState, match="due already"):
        ask(late, "10-11 00:00")
    assert ask(late, "10-10 23:59").state == "asked"


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"reason": "holiday"}, "reason"), ({"text": "等会议"}, "text"), ({"text": " " * 40}, "text")],
)
def test_a_pause_needs_a_lawful_reason_and_evidence(changed: dict[str, Any], field: str) -> None:
    job = serving()
    with pytest.raises(Invalid) as refused:
        ask(job, "9-29 09:00", **changed)
    assert refused.value.field == field
    assert pauses_of(job.id) == []


def test_a_file_is_evidence_enough() -> None:
    job = serving()
    file = make.file(job.agency, "notice.pdf", at("9-29 09:00"))
    assert ask(job, "9-29 09:00", text="", file_id=file.id).file_id == file.id


def test_all_pauses_together_end_at_the_cap() -> None:
    job = serving()
    pause = paused(job, "9-29 15:00")
    cap = almanac.number("pause_cap", at("9-29 15:00"))
    ends = pause.due
    assert ends is not None
    stood = service_clock.Pause(pause.asked_at, ends)
    full = service_clock.ledger(almanac.calendar(), HOURS, date(2026, 9, 28), 5, [stood])
    assert full.excluded_days == cap
    make.keep()
    tick(wiring.LIVES, ends + timedelta(days=3), wiring.VERBS)
    job, pause = again(job), again(pause)
    assert (pause.state, pause.ended_at, job.state) == ("ended", ends, "in_service")
    assert due_day(job.due) == full.due
    with pytest.raises(WrongState, match="cap"):
        operations.ask_pause(
            make.act(job.agency, ends),
            job,
            reason="site",
            text="现场道路塌方，设备无法进入场地，无法踏勘。",
            file_id=None,
        )


def test_only_the_parties_resume() -> None:
    job = serving()
    paused(job, "9-29 10:00")
    with pytest.raises(NotAllowed):
        operations.resume(make.act(make.operator(), at("9-29 11:00")), job)


def test_a_veto_ends_a_running_pause_as_if_it_had_never_been() -> None:
    job = serving()
    pause = paused(job, "9-29 09:00")
    with pytest.raises(NotAllowed):
        operations.veto_pause(owner(job, "10-09 10:00"), pause, reason="理由不成立，不应暂停。")
    operations.veto_pause(regulator(job, "10-09 10:00"), pause, reason="理由不成立，不应暂停。")
    assert (pause.state, job.state, due(job)) == ("vetoed", "in_service", "2026-10-10")


def test_a_veto_reaches_back_to_a_pause_that_has_ended() -> None:
    job = serving()
    pause = paused(job, "9-29 09:00")
    operations.resume(agency(job, "9-30 18:00"), job)
    assert due(job) == "2026-10-13"
    operations.veto_pause(regulator(job, "10-09 10:00"), pause, reason="理由不成立，不应暂停。")
    assert (job.state, due(job)) == ("in_service", "2026-10-10")
    moved = facts(job, "job.due_changed")
    assert [moved[key][:10] for key in ("before", "due")] == ["2026-10-13", "2026-10-10"]


def test_a_veto_after_delivery_moves_what_was_promised_and_no_deadline() -> None:
    job = serving()
    pause = paused(job, "9-29 09:00")
    operations.resume(agency(job, "9-30 18:00"), job)
    deliver(job, "10-12 10:00")
    waits = job.due
    operations.veto_pause(regulator(job, "10-12 15:00"), pause, reason="理由不成立，不应暂停。")
    assert (job.state, job.due) == ("delivered", waits)
    assert job.service_due == at("10-11 00:00")
    assert job.delivered_at and job.delivered_at >= job.service_due


def test_a_veto_of_a_pause_not_yet_answered_moves_nothing() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00")
    operations.veto_pause(regulator(job, "9-29 10:00"), pause, reason="理由不成立，不应暂停。")
    assert (pause.state, job.state) == ("vetoed", "in_service")
    assert "job.due_changed" not in events(job)


def test_a_veto_of_another_sector_is_refused() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00")
    stranger = make.act(make.regulator("housing"), at("9-29 10:00"))
    with pytest.raises(NotAllowed):
        operations.veto_pause(stranger, pause, reason="理由不成立，不应暂停。")


steps = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 4000), st.integers(0, 5000)), max_size=5)


@pytest.mark.one_database
def test_any_sequence_of_pauses_is_due_where_the_kernel_says() -> None:
    job = serving()

    @settings(max_examples=40, deadline=None)
    @given(steps)
    def always(gaps: list[tuple[int, int, int]]) -> None:
        with session.begin_nested() as trial:
            take(job, gaps)
            trial.rollback()
        session.expire_all()

    always()


def take(job: Job, gaps: list[tuple[int, int, int]]) -> None:
    """Pause again and again: so many minutes after the last one, agreed so much later, resumed so much after that."""
    now, stood = at("9-28 12:00"), []
    for wait, answer, length in gaps:
        asked = now + timedelta(minutes=wait)
        if job.due is None or asked >= job.due:
            return
        by = make.act(job.agency, asked)
        pause = operations.ask_pause(
            by, job, reason="site", text="现场道路塌方，设备无法进入场地，无法踏勘。", file_id=None
        )
        agreed = min(asked + timedelta(minutes=answer), moment_before(pause))
        operations.confirm_pause(make.act(job.owner, agreed), pause)
        now = min(agreed + timedelta(minutes=length), moment_before(pause))
        operations.resume(make.act(job.agency, now), job)
        stood.append(service_clock.Pause(asked, now))
        expected = service_clock.ledger(almanac.calendar(), HOURS, date(2026, 9, 28), 5, stood)
        assert due(job) == expected.due.isoformat()
        assert clock_of.ledger_of(job) == expected
        assert expected.excluded_days <= almanac.number("pause_cap", now)


def moment_before(pause: Pause) -> Any:
    """The last minute before the pause's own deadline."""
    assert pause.due
    return pause.due - timedelta(minutes=1)


# --- the report -----------------------------------------------------------------------------------------------------


def test_the_report_is_delivered_with_its_files() -> None:
    job = serving()
    deliver(job, "10-09 10:00")
    assert (job.state, job.delivered_at) == ("delivered", at("10-09 10:00"))
    assert due_day(job.due).isoformat() == "2026-10-13"  # type: ignore[arg-type]
    assert [(one.delivery.round, one.file.name) for one in deliveries_of(job.id)] == [(1, "report.pdf")]
    told = facts(job, "job.deliver")
    assert (told["round"], told["late"], told["sha256"]) == (1, False, [deliveries_of(job.id)[0].file.sha256])


def test_a_delivery_needs_a_file() -> None:
    job = serving()
    with pytest.raises(Invalid) as refused:
        operations.deliver(agency(job, "10-09 10:00"), job, file_ids=[], note="")
    assert refused.value.field == "files"


def test_a_late_delivery_is_taken_and_on_record() -> None:
    job = serving()
    deliver(job, "10-11 00:00")
    assert facts(job, "job.deliver")["late"] is True


def test_delivering_ends_a_running_pause() -> None:
    job = serving()
    pause = paused(job, "9-29 09:00")
    deliver(job, "9-30 18:00")
    assert (pause.state, pause.ended_at, job.state) == ("ended", at("9-30 18:00"), "delivered")
    assert job.service_due == at("10-14 00:00")


@pytest.mark.parametrize("by", [agency, owner], ids=["asked by the agency", "asked by the owner"])
def test_delivering_drops_a_pause_nobody_answered(by: Any) -> None:
    job = serving()
    pause = ask(job, "9-29 09:00", by=by)
    deliver(job, "9-29 18:00")
    assert (pause.state, job.service_due) == ("dropped", at("10-11 00:00"))


def test_a_pause_that_silence_agreed_to_counts_though_the_clock_is_late() -> None:
    job = serving()
    pause = ask(job, "9-29 09:00")
    deliver(job, "10-08 12:00")
    assert (pause.state, job.state, open_pause(job.id)) == ("ended", "delivered", None)
    assert job.service_due and due_day(job.service_due).isoformat() == "2026-10-14"


def test_rework_is_counted_by_rounds_and_the_first_delivery_stops_the_clock() -> None:
    job = serving()
    deliver(job, "10-09 10:00")
    with pytest.raises(Invalid):
        operations.return_report(owner(job, "10-09 11:00"), job, reason=" ")
    operations.return_report(owner(job, "10-09 11:00"), job, reason="防治责任范围图缺拐点坐标。")
    assert (job.state, job.rework_rounds) == ("rework", 1)
    deliver(job, "10-12 10:00")
    assert (job.delivered_at, facts(job, "job.deliver")["late"]) == (at("10-09 10:00"), False)
    operations.return_report(owner(job, "10-12 11:00"), job, reason="投资估算仍未注明依据。")
    deliver(job, "10-20 10:00")
    last = last_delivery(job.id)
    assert (job.rework_rounds, last and last.round, facts(job, "job.deliver")["late"]) == (2, 3, True)


def test_the_days_used_leave_the_pauses_out_and_go_on_past_the_due_day() -> None:
    job = serving()
    paused(job, "9-29 09:00")
    operations.resume(agency(job, "9-30 09:00"), job)
    ledger = clock_of.ledger_of(job)
    assert ledger and ledger.due == date(2026, 10, 12)
    days = [date(2026, 9, 29), date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 12), date(2026, 10, 14)]
    assert [clock_of.days_used(job, ledger, day) for day in days] == [0, 1, 2, 5, 7]


def test_the_owner_accepts_with_the_checklist() -> None:
    job = serving()
    deliver(job, "10-09 10:00")
    operations.accept(owner(job, "10-09 15:00"), job, checklist=[2, 0, 2, 99])
    told = facts(job, "job.accept")
    assert (job.state, told["met"], told["asked"], told["silent"]) == (
        "accepted",
        [0, 2],
        len(job.standard.checklist),
        False,
    )


def test_silence_accepts_the_report() -> None:
    job = serving()
    deliver(job, "10-09 10:00")
    clock("10-13 23:59")
    assert again(job).state == "delivered"
    clock("10-14 00:00")
    job = again(job)
    assert (job.state, facts(job, "job.accept")["silent"], facts(job, "job.accept")["met"]) == ("accepted", True, None)


def test_the_owner_is_reminded_on_the_last_but_one_working_day() -> None:
    job = serving()
    deliver(job, "10-09 10:00")
    event = session.scalars(select(Event).where(Event.name == "job.deliver")).one()
    operations.plan_reminder(Act(CLOCK, at("10-09 10:00")), event.id)
    task = session.scalars(select(Task).where(Task.name == "notices.remind")).one()
    assert (task.run_at, task.payload) == (at("10-12 09:00"), {"event_id": event.id})


def test_no_reminder_is_planned_for_a_report_already_returned() -> None:
    job = serving()
    deliver(job, "10-09 10:00")
    event = session.scalars(select(Event).where(Event.name == "job.deliver")).one()
    operations.return_report(owner(job, "10-09 11:00"), job, reason="防治责任范围图缺拐点坐标。")
    operations.plan_reminder(Act(CLOCK, at("10-09 11:00")), event.id)
    assert session.scalars(select(Task).where(Task.name == "notices.remind")).all() == []


def test_the_clock_ends_with_the_first_delivery_or_the_termination() -> None:
    for state in ("in_service", "paused"):
        assert clock_of.clock_ended(make.job(state)) is None
    for state in ("delivered", "rework", "archived"):
        job = make.job(state)
        assert clock_of.clock_ended(job) == ("delivered", job.delivered_at)
    job = make.job("terminated")
    assert clock_of.clock_ended(job) == ("terminated", job.state_since)


def test_what_silence_agreed_to_by_the_time_of_a_termination_stands_in_the_day_that_was_due() -> None:
    job = serving()
    ask(job, "9-28 12:00")
    operations.terminate(make.act(make.operator(), at("9-30 15:20")), job, reason="项目取消，经双方同意终止。")
    assert job.service_due == clock_of.derived_due(job) > job.promised_due


@pytest.mark.parametrize("confirmed", [True, False])
def test_terminating_leaves_no_pause_open(confirmed: bool) -> None:
    job = serving()
    pause = paused(job, "9-29 09:00") if confirmed else ask(job, "9-29 09:00")
    with pytest.raises(NotAllowed):
        operations.terminate(owner(job, "9-29 10:00"), job, reason="项目取消，双方同意终止。")
    operations.terminate(make.act(make.operator(), at("9-29 10:00")), job, reason="项目取消，双方同意终止。")
    assert (job.state, open_pause(job.id), pause.state) == ("terminated", None, "ended" if confirmed else "dropped")
    clock("11-30 00:00")
    assert again(job).state == "terminated"


def test_no_day_counts_after_the_job_is_terminated() -> None:
    job = serving()
    operations.terminate(make.act(make.operator(), at("9-30 10:00")), job, reason="项目取消，双方同意终止。")
    known = clock_of.course(job, [], at("11-30 10:00"))
    assert (known["counted"], known["ended"]) == (2, ("terminated", at("9-30 10:00")))


def test_a_changed_calendar_moves_the_due_day_and_says_so() -> None:
    job = serving()
    session.add(almanac.CalendarDay(day=date(2026, 10, 8), working=False, name="示例假", source="示例通知"))
    session.flush()
    operations.rederive(Act(CLOCK, at("9-29 10:00")), job)
    assert due(job) == "2026-10-12"
    assert facts(job, "job.due_changed")["before"][:10] == "2026-10-10"
    operations.rederive(Act(CLOCK, at("9-29 11:00")), job)
    assert events(job).count("job.due_changed") == 1


def test_a_draft_has_no_ledger() -> None:
    job = make.job("draft")
    assert clock_of.ledger_of(job) is None
    operations.rederive(Act(CLOCK, at("9-29 10:00")), job)
