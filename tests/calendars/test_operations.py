"""Putting a notice into force: every open deadline is then as the calendar makes it, and never earlier.

All of it holds in both ways: where the act writes every row itself, and where it leaves rows to be written down later.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.calendars import operations
from app.calendars.models import CalendarLine, CalendarNotice, lines_of
from app.infra import almanac, moved, recount
from app.infra.almanac import CalendarDay
from app.infra.db import session
from app.infra.outbox import Task
from app.infra.record import Event
from app.infra.shipped import rows
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.deadline_record import open_calendar, written
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.outside import SOURCES
from app.kernel.workdays import HERE, due_day
from app.notices import operations as notices
from app.notices.models import Notice
from app.objections import operations as objections
from app.objections.models import Objection
from app.selections.models import current_award, publicity_of
from app.services import operations as services
from app.services.clock import days_used, derived_due, ledger_of, record_of
from tests import make
from tests.staging import NOW
from tests.verify.test_deadline import STRANGER

STATED = {"url": "", "reason": "示例理由，仅供测试。", "published_on": None, "effective_from": NOW.date()}


@pytest.fixture(autouse=True, params=["at once", "afterwards"])
def nothing_held(app: Flask, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "afterwards":
        monkeypatch.setattr(recount, "AT_ONCE", 0)
    yield
    session.rollback()
    almanac.forget()


def by(now: datetime = NOW) -> Any:
    return make.act(make.operator(), now)


def entered(lines: str, kind: str = "closure", now: datetime = NOW, **stated: Any) -> CalendarNotice:
    known = STATED | {"kind": kind, "source": f"示例通知：{lines[:10]}"} | stated
    return operations.enter(by(now), lines=lines, **known)


def applied(lines: str, kind: str = "closure", now: datetime = NOW, **stated: Any) -> CalendarNotice:
    written_down()
    notice = entered(lines, kind, now, **stated)
    operations.apply(by(now), notice, seen=operations.preview(now, notice).mark)
    return notice


def written_down() -> None:
    while moved.pending():
        moved.write_some(1)


def ends(thing: Any) -> str:
    return due_day(make.again(thing).due).isoformat()


def end_of(last: date) -> datetime:
    """The instant at which a day has ended."""
    return datetime.combine(last + timedelta(days=1), time(), HERE).astimezone(UTC)


def told(name: str) -> list[dict[str, Any]]:
    written_down()
    return [event.facts for event in session.scalars(select(Event).where(Event.name == name).order_by(Event.id))]


def test_entering_a_notice_changes_nothing_yet(app: Flask) -> None:
    job = make.job("open")
    last = ends(job)
    notice = entered(f"{last},0,台风停工")
    assert (notice.state, ends(job)) == ("draft", last)
    (move,) = [one for one in operations.preview(NOW, notice).moves if one.model.__name__ == "Job"]
    assert (move.state, move.rows, move.fate) == ("open", 1, "moves")
    assert due_day(move.before).isoformat() == last < due_day(move.after).isoformat()


def test_a_closure_moves_every_deadline_past_it_and_says_so(app: Flask) -> None:
    before, after = make.job("open"), make.job("open")
    was = {job.id: (ends(job), job.due) for job in (before, after)}
    closed = min(last for last, _ in was.values())
    notice = applied(f"{closed},0,台风停工", now=NOW)
    assert make.again(notice).state == "applied"
    for job in (before, after):
        again = make.again(job)
        assert again.due == almanac.calendar().deadline_from(again.counted_from, again.counted_days)
        assert again.due > was[job.id][1]
    facts = told("job.due_changed")
    assert {one["notice"] for one in facts} == {notice.id} and len(facts) == 2
    assert sorted(one["before"] for one in facts) == sorted(due.isoformat() for _, due in was.values())
    assert told("calendar_notice.apply")[0]["changes"] == {"moves": 2}


def test_publicity_ends_when_its_deadline_does(app: Flask) -> None:
    job = make.job("selected")
    applied(f"{ends(job)},0,台风停工")
    award = current_award(job.id)
    assert award is not None and award.publicity_ends == make.again(job).due


def test_publicity_goes_on_longer_while_an_objection_holds_the_award(app: Flask) -> None:
    job = make.job("selected")
    last, filed = due_day(job.due), make.later(job)
    objection = objections.object_to(make.act(make.unit(), filed), job, ground="示例：名单有误。", file_id=None)
    notice = entered(f"{last},0,台风停工", now=filed)
    found = operations.preview(filed, notice)
    (move,) = [one for one in found.moves if one.model is Job]
    assert (move.id, move.state, move.fate, move.before) == (job.id, "objected", "moves", end_of(last))
    operations.apply(by(filed), notice, seen=found.mark)
    award = current_award(job.id)
    assert award and job.due is None and award.publicity_ends == move.after
    ends = award.publicity_ends
    assert ends == almanac.calendar().deadline_from(*publicity_of(award, job)) and due_day(ends) > last
    assert told("job.due_changed") == [
        {"before": end_of(last).isoformat(), "due": ends.isoformat(), "notice": notice.id}
    ]
    late = ends - timedelta(hours=1)
    other = objections.object_to(make.act(make.unit(), late), job, ground="示例：另有异议。", file_id=None)
    for one in (objection, other):
        objections.dismiss(by(late), one, decision="经核实，异议不成立。")
    again = make.again(job)
    assert (again.state, again.due, again.counted()) == ("selected", ends, publicity_of(award, job))


def test_a_publicity_that_has_ended_is_not_opened_again(app: Flask) -> None:
    job = make.job("selected")
    ended, filed = job.due, job.due - timedelta(hours=1)
    objection = objections.object_to(make.act(make.unit(), filed), job, ground="示例：名单有误。", file_id=None)
    after = ended + timedelta(hours=1)
    applied(f"{due_day(ended)},0,台风停工", now=after)
    objections.dismiss(by(after), objection, decision="经核实，异议不成立。")
    award = current_award(job.id)
    assert award and (award.publicity_ends, make.again(job).due, told("job.due_changed")) == (ended, after, [])


def test_what_is_known_only_after_a_closing_is_named_anew_when_that_is_put_off(app: Flask) -> None:
    job = make.job("open", outside_source="drand")
    named, last = job.outside, ends(job)
    assert named == SOURCES["drand"].named(job.due).words
    applied(f"{last},0,台风停工")
    assert len(told("job.due_changed")) == 1
    again = make.again(job)
    assert again.outside == SOURCES["drand"].named(again.due).words != named


def test_things_of_a_job_move_too_and_their_event_is_in_its_story(app: Flask) -> None:
    job = make.job("objected")
    (objection,) = session.scalars(select(Objection))
    was = objection.due
    applied(f"{ends(objection)},0,台风停工")
    assert make.again(objection).due > was
    (event,) = session.scalars(select(Event).where(Event.name == "objection.due_changed"))
    assert (event.thread_of, event.subject_id) == (f"job:{job.id}", objection.id)


def test_what_a_deadline_is_counted_from_does_not_drift(app: Flask) -> None:
    """Day by day and back: a closure that is lifted leaves the deadline where it was promised at the latest."""
    job = make.job("open")
    start, days, first = job.counted_from, job.counted_days, ends(job)
    applied(f"{first},0,台风停工")
    later = ends(job)
    applied(f"{first},1,恢复上班", source="示例通知：恢复")
    again = make.again(job)
    assert (again.counted_from, again.counted_days, ends(job)) == (start, days, later)
    assert first < later, "no deadline moves to an earlier day by itself"


@pytest.fixture
def serving(app: Flask) -> Any:
    return make.job("in_service")


def now_of(job: Any) -> datetime:
    return datetime.combine(job.clock_start, datetime.min.time(), HERE).astimezone(UTC) + timedelta(hours=10)


def test_a_service_keeps_its_first_promise_beside_the_day_that_holds(serving: Any) -> None:
    promised = serving.service_due
    applied(f"{ends(serving)},0,台风停工", now=now_of(serving))
    job = make.again(serving)
    assert job.promised_due == promised < job.service_due == job.due
    ledger = ledger_of(job)
    assert ledger is not None and ledger.due == due_day(job.due)


def make_up(job: Any) -> str:
    """The first Saturday or Sunday inside the service that is off."""
    day = job.clock_start + timedelta(days=1)
    while almanac.calendar().is_working(day) or day.weekday() < 5:
        day += timedelta(days=1)
    assert day < due_day(job.due)
    return day.isoformat()


def test_an_earlier_day_counts_only_once_the_agency_agrees(serving: Any) -> None:
    promised, now = serving.due, now_of(serving)
    applied(f"{make_up(serving)},1,补班", now=now)
    job = make.again(serving)
    assert (job.due, job.service_due) == (promised, promised) and job.earlier_due < promised
    assert told("job.earlier_offered")[0]["due"] == promised.isoformat()
    with pytest.raises(NotAllowed):
        services.agree_earlier(make.act(job.owner, now), job)
    earlier = job.earlier_due
    services.agree_earlier(make.act(job.agency, now), job)
    session.flush()
    job = make.again(job)
    assert (job.due, job.service_due, job.earlier_due, job.promised_due) == (earlier, earlier, None, promised)
    with pytest.raises(NotAllowed):
        services.agree_earlier(make.act(job.agency, now), job)


def paused_for_a_moment(job: Any, now: datetime) -> None:
    text = "现场道路中断，勘察人员暂时无法进入场地。"
    pause = services.ask_pause(make.act(job.owner, now), job, reason="site", text=text, file_id=None)
    services.confirm_pause(make.act(job.agency, now), pause)
    services.resume(make.act(job.agency, now + timedelta(minutes=5)), job)


def test_a_pause_does_not_let_a_promise_slip_earlier(serving: Any) -> None:
    promised, now = serving.due, now_of(serving)
    applied(f"{make_up(serving)},1,补班", now=now)
    job = make.again(serving)
    paused_for_a_moment(job, now)
    assert make.again(job).due == promised and job.earlier_due is not None


def test_a_service_with_pauses_behind_it_is_derived_by_itself(serving: Any) -> None:
    now = now_of(serving)
    paused_for_a_moment(serving, now)
    job = make.again(serving)
    was = job.due
    assert job.counted() is None
    applied(f"{ends(job)},0,台风停工", now=now + timedelta(hours=1))
    assert make.again(job).due > was and job.service_due == job.due
    assert told("job.due_changed")[0]["before"] == was.isoformat()


def test_what_ended_is_counted_by_the_calendar_as_it_was_then(app: Flask) -> None:
    """A day that is declared off afterwards moves the service that runs, and rewrites none that was delivered."""
    done, running = make.job("delivered"), make.job("in_service")
    now = done.delivered_at + timedelta(hours=1)
    day = next(row.day for row in ledger_of(done).rows if row.kind == "counted")
    told = [(ledger_of(job), derived_due(job), record_of(job, now)) for job in (done, running)]
    applied(f"{day},0,雨雪停工", now=now)
    again = [(ledger_of(job), derived_due(job), record_of(job, now)) for job in map(make.again, (done, running))]
    assert again[0] == told[0] and again[1][1] > told[1][1]
    assert days_used(done, again[0][0], due_day(done.due)) >= 1
    for job, (_, _, record) in zip((done, running), again, strict=True):
        calendar = open_calendar(almanac.calendar_at(record["calendar"]))
        stranger = STRANGER.recomputed(json.loads(written(record)), calendar)
        assert [name for name, value in stranger.items() if record[name] != value] == [], job.state
    applied(f"{day},1,恢复上班", source="示例通知：恢复", now=now)
    assert len(almanac.words()) == len({(row.day, row.kind == "blackout") for row in almanac.words()})
    assert [almanac.calendar_at(number).is_working(day) for number in range(3)] == [True, False, True]
    assert almanac.calendar_as_of(now - timedelta(minutes=1)).is_working(day)


@pytest.mark.parametrize("number", [-1, 1, 99])
def test_there_is_no_calendar_of_a_change_that_never_was(app: Flask, number: int) -> None:
    with pytest.raises(KeyError):
        almanac.calendar_at(number)


def test_nobody_can_act_on_a_blackout_so_nothing_ends_on_it_and_the_day_still_counts(app: Flask) -> None:
    job = make.job("open")
    last, other = due_day(job.due), make.job("selected")
    later = almanac.calendar().add(last, 1)
    applied(f"{last},0,系统割接", kind="blackout")
    assert ends(job) == later.isoformat()
    assert almanac.calendar().is_working(last)
    counted = make.again(other)
    assert almanac.calendar().between(counted.counted_from, due_day(counted.due)) <= counted.counted_days + 1
    applied(f"{last},1,割接取消", kind="blackout", source="示例通知：取消")
    assert almanac.calendar().blackouts == {}


YEAR = "2027-01-01,0,元旦\n2027-01-04,0,示例假"


def test_the_next_years_notice_makes_provisional_deadlines_firm(app: Flask) -> None:
    now = datetime(2026, 12, 30, 1, 30, tzinfo=UTC)
    job = make.job("draft")
    assert almanac.calendar().provisional(date(2027, 1, 4))
    jobs.submit(make.act(job.owner, datetime(2026, 12, 31, 1, 30, tzinfo=UTC)), job)
    assert ends(job) == "2027-01-01"
    applied(YEAR, kind="national", now=now)
    assert ends(job) == "2027-01-05"
    assert not almanac.calendar().provisional(due_day(job.due))


def test_a_closure_in_an_unpublished_year_publishes_no_year(app: Flask) -> None:
    applied("2027-03-01,0,停工")
    assert almanac.calendar().provisional(date(2027, 3, 2)) and not almanac.calendar().is_working(date(2027, 3, 1))


def test_a_deadline_that_stays_and_is_firm_now_is_told(app: Flask) -> None:
    job = make.job("draft")
    jobs.submit(make.act(job.owner, datetime(2027, 1, 11, 1, 30, tzinfo=UTC)), job)
    last = ends(job)
    applied(YEAR, kind="national", now=datetime(2027, 1, 11, 2, tzinfo=UTC))
    assert ends(job) == last == "2027-01-12"
    assert [one["due"] for one in told("job.due_firm")] == [job.due.isoformat()]


def test_those_concerned_are_told_once(serving: Any) -> None:
    now, before = now_of(serving), ends(serving)
    applied(f"{before},0,台风停工", now=now)
    written_down()
    (task,) = session.scalars(select(Task).where(Task.name == "notices.tell_moved"))
    for _ in range(2):
        notices.tell_moved(by(now), **task.payload)
    found = session.scalars(select(Notice).where(Notice.kind == "job.due_changed")).all()
    assert {notice.unit_id for notice in found} == {serving.owner_id, serving.agency_id}
    assert len(found) == 2 and found[0].places["until"] == ends(serving)
    assert (found[0].places["before"], found[0].places["notice"]) == (before, f"示例通知：{before}")


def test_what_was_previewed_is_what_is_done_or_nothing(app: Flask) -> None:
    job = make.job("open")
    notice = entered(f"{ends(job)},0,台风停工")
    seen = operations.preview(NOW, notice).mark
    make.job("open")
    with pytest.raises(WrongState):
        operations.apply(by(), notice, seen=seen)
    assert make.again(notice).state == "draft"
    seen = operations.preview(NOW, notice).mark
    applied("2026-12-01,0,另一通知", source="示例通知：另一")
    with pytest.raises(WrongState):
        operations.apply(by(), notice, seen=seen)


def test_a_notice_is_put_into_force_once_and_stays_as_it_is(app: Flask) -> None:
    notice = applied("2026-12-01,0,停工")
    for again in (
        lambda: operations.apply(by(), notice, seen=""),
        lambda: operations.drop(by(), notice),
        lambda: operations.edit(by(), notice, lines="2026-12-02,0,停工", **STATED, kind="closure", source="示例"),
    ):
        with pytest.raises(WrongState):
            again()
    assert [line.day for line in lines_of(notice.id)] == [date(2026, 12, 1)]


def test_nothing_is_put_into_force_before_its_day(app: Flask) -> None:
    with pytest.raises(WrongState):
        applied("2026-12-01,0,停工", effective_from=NOW.date() + timedelta(days=1))


def test_a_draft_can_be_changed_and_dropped(app: Flask) -> None:
    notice = entered("2026-12-01,0,停工")
    operations.edit(by(), notice, lines="2026-12-02,0,停工", **STATED | {"kind": "closure", "source": "示例通知"})
    assert [line.day for line in lines_of(notice.id)] == [date(2026, 12, 2)]
    operations.drop(by(), notice)
    assert notice.state == "dropped" and almanac.calendar(fresh=True).is_working(date(2026, 12, 2))


@pytest.mark.parametrize(
    "change", [{"source": " "}, {"reason": "短"}, {"kind": "rumour"}, {"url": "ftp://x"}, {"lines": "x"}]
)
def test_what_is_incomplete_is_refused(app: Flask, change: dict[str, Any]) -> None:
    known = STATED | {"kind": "closure", "source": "示例通知", "lines": "2026-12-01,0,停工"} | change
    with pytest.raises(Invalid):
        operations.enter(by(), **known)


def test_nobody_but_the_operator_changes_the_calendar(app: Flask) -> None:
    notice = entered("2026-12-01,0,停工")
    stranger = make.act(make.unit())
    for verb in (
        lambda: operations.enter(stranger, lines="2026-12-01,0,停工", **STATED, kind="closure", source="示例"),
        lambda: operations.edit(stranger, notice, lines="2026-12-01,0,停工", **STATED, kind="closure", source="示例"),
        lambda: operations.apply(stranger, notice, seen=""),
        lambda: operations.drop(stranger, notice),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_every_shipped_day_has_its_notice(app: Flask) -> None:
    cited = set(session.scalars(select(CalendarDay.source)))
    known = {notice.source: notice for notice in session.scalars(select(CalendarNotice))}
    assert cited == known.keys() and {notice.state for notice in known.values()} == {"applied"}
    days = session.scalar(select(func.count()).select_from(CalendarDay))
    assert session.scalar(select(func.count()).select_from(CalendarLine)) == days == len(rows("calendar.csv"))
    regional = {row["source"] for row in rows("calendar_sources.csv") if row["scope"] == "guangxi"}
    assert {notice.kind for source, notice in known.items() if source in regional} == {"regional"}
    assert {notice.kind for source, notice in known.items() if source not in regional} == {"national"}


def test_a_notice_shipped_later_waits_for_the_operator(app: Flask) -> None:
    def shipped(name: str) -> list[dict[str, str]]:
        more = {"day": "2027-01-01", "working": "0", "name": "元旦", "source": "示例通知（2027）", "scope": "national"}
        return [*rows(name), more]

    operations.load(shipped, {}, NOW)
    notice = session.scalars(select(CalendarNotice).where(CalendarNotice.source == "示例通知（2027）")).one()
    assert (notice.state, [line.name for line in lines_of(notice.id)]) == ("draft", ["元旦"])
    assert almanac.calendar(fresh=True).provisional(date(2027, 1, 1))
