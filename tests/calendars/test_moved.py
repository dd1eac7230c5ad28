"""Very many deadlines that move: from the act on they hold, whoever looks, and their rows are written down after it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import wiring
from app.calendars import operations
from app.calendars.models import CalendarNotice
from app.infra import almanac, clockwork, moved, recount
from app.infra.db import session, transaction
from app.infra.moved import Moved
from app.infra.outbox import Task
from app.infra.record import Event
from app.jobs import operations as jobs
from app.jobs.models import Job, Wanted, jobs_listed
from app.kernel.errors import WrongState
from app.kernel.outside import SOURCES
from app.kernel.workdays import due_day
from app.notices import operations as notices
from app.notices.models import Notice
from app.oversight.models import Told
from app.selections.models import current_award
from app.services import operations as services
from tests import make
from tests.at_once import held, in_threads
from tests.pages import english
from tests.staging import NOW

STATED = {"url": "", "reason": "示例理由，仅供测试。", "published_on": None, "effective_from": NOW.date()}


@pytest.fixture(autouse=True)
def none_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(recount, "AT_ONCE", 0)
    yield
    session.rollback()
    almanac.forget()


def entered(day: str, now: datetime = NOW) -> CalendarNotice:
    known = STATED | {"kind": "closure", "source": f"示例通知：{day}"}
    return operations.enter(make.act(make.operator(), now), lines=f"{day},0,台风停工", **known)


def closed(day: str, now: datetime = NOW) -> CalendarNotice:
    notice = entered(day, now)
    operations.apply(make.act(make.operator(), now), notice, seen=operations.preview(now, notice).mark)
    make.keep()
    return notice


def put_off(job: Any, now: datetime = NOW) -> tuple[datetime, datetime]:
    """Close the last day of a job: the deadline before and the one that holds."""
    was = job.due
    closed(due_day(was).isoformat(), now)
    holds = almanac.calendar().deadline_from(job.counted_from, job.counted_days)
    assert holds > was
    return was, holds


def written(job: Any) -> datetime | None:
    """What the row of a job itself says."""
    table = Job.__table__.c
    return session.scalar(select(table.due).where(table.id == job.id))


def events() -> list[Event]:
    return list(session.scalars(select(Event).where(Event.name == "job.due_changed").order_by(Event.id)))


def test_whoever_reads_a_job_reads_the_deadline_that_holds(app: Flask) -> None:
    job = make.job("open")
    was, holds = put_off(job)
    assert written(job) == was and events() == []
    assert session.get_one(Job, job.id, populate_existing=True).due == holds
    assert session.scalars(select(Job).where(Job.due == was)).one().due == holds
    assert [row.due for row in jobs_listed(Wanted())] == [holds]
    told = Told.load(job.id)
    assert told is not None and told.job.due == holds
    assert not session.dirty, "reading changes nothing"


def test_the_page_of_a_job_says_the_day_that_holds_while_its_row_does_not(as_user: Any, app: Flask) -> None:
    job = make.job("open")
    make.keep()
    was, holds = put_off(job)
    page = as_user().get(f"/jobs/{job.id}").text
    told = [f"{day.month} 月 {day.day} 日" for day in (due_day(was), due_day(holds))]
    assert written(job) == was and told[1] in page and told[0] not in page


def test_the_clock_does_not_take_a_step_that_was_put_off(app: Flask) -> None:
    job = make.job("open")
    was, holds = put_off(job)
    clockwork.tick([Job], was, wiring.VERBS)
    assert make.again(job).state == "open" and written(job) == holds
    clockwork.tick([Job], holds, wiring.VERBS)
    assert make.again(job).state != "open"


def test_whoever_changes_a_job_writes_it_down_first(app: Flask) -> None:
    job, other = make.job("open"), make.job("open")
    was, holds = put_off(job)
    job.lock()
    assert (written(job), written(other), job.due) == (holds, was, holds)
    (event,) = events()
    assert (event.thread_of, event.at, event.unit_id) == (job.thread, NOW, make.operator().id)
    (notice,) = session.scalars(select(CalendarNotice).where(CalendarNotice.source.startswith("示例通知")))
    assert event.facts == {"before": was.isoformat(), "due": holds.isoformat(), "notice": notice.id}
    jobs.withdraw(make.act(job.owner, NOW), job, reason="示例：项目暂缓，不再委托。")
    assert make.again(job).state == "withdrawn" and len(events()) == 1


def test_what_follows_from_a_deadline_follows_it(app: Flask) -> None:
    """The end of a publicity at once; what is to be known only after a closing when its row is written down."""
    chosen, waiting = make.job("selected"), make.job("open", outside_source="drand")
    named = waiting.outside
    for job in (chosen, waiting):
        put_off(job)
        award = current_award(chosen.id)
        assert award is not None and award.publicity_ends == make.again(chosen).due
        write_down()
    again = make.again(waiting)
    assert again.outside == SOURCES["drand"].named(again.due).words != named


def test_a_promise_is_put_off_with_its_deadline(app: Flask) -> None:
    job = make.job("in_service")
    promised, now = job.due, NOW
    _, holds = put_off(job, now=(now := datetime.combine(job.clock_start, NOW.timetz())))
    assert (written(job), job.promised_due) == (promised, promised)
    told = Told.load(job.id)
    assert told is not None
    for read in (make.again(job), told.job):
        assert (read.due, read.service_due, read.earlier_due) == (holds, holds, None)
    services.ask_pause(
        make.act(job.owner, now), job, reason="site", text="现场道路中断，勘察人员暂时无法进入场地。", file_id=None
    )
    table = Job.__table__.c
    row = session.execute(select(table.due, table.service_due, table.promised_due).where(table.id == job.id)).one()
    assert tuple(row) == (holds, holds, promised)


def write_down(limit: int = 1) -> list[int]:
    """All of it, so many rows a transaction: how many each time."""
    done = []
    while moved.pending():
        done.append(moved.write_some(limit))
        make.keep()
    return done


def test_the_worker_writes_down_so_many_at_a_time_the_soonest_first(app: Flask) -> None:
    later = [make.job("open") for _ in range(3)]
    soon = make.job("submitted")
    day = min(due_day(job.due) for job in (soon, *later))
    assert soon.due < later[0].due
    closed(day.isoformat())
    assert write_down(limit=2) == [2, 2]
    ids = [event.subject_id for event in events()]
    assert (ids[0], sorted(ids[1:])) == (soon.id, [job.id for job in later])
    for job in (soon, *later):
        assert written(job) == almanac.calendar().deadline_from(job.counted_from, job.counted_days)


def test_what_is_interrupted_is_done_once_all_the_same(app: Flask) -> None:
    made = [make.job("open") for _ in range(3)]
    put_off(made[0])
    assert moved.write_some(1) == 1
    make.keep()
    assert moved.write_some(1) == 1
    session.rollback()
    assert len(events()) == 1
    write_down()
    assert sorted(event.subject_id for event in events()) == [job.id for job in made]


def test_another_notice_waits_until_all_is_written_down(app: Flask) -> None:
    job = make.job("open")
    put_off(job)
    notice = entered("2026-12-30")
    for asked in (operations.preview, lambda now, one: operations.apply(make.act(make.operator()), one, seen="")):
        with pytest.raises(WrongState):
            asked(NOW, notice)
    assert [found for _, found in operations.waiting(NOW)] == [None]
    write_down()
    assert [found for _, found in operations.waiting(NOW)] != [None]


def test_its_page_says_so_and_nothing_is_put_into_force(as_user: Any, app: Flask) -> None:
    client = english(as_user(make.user_of(make.operator())))
    put_off(make.job("open"))
    notice = entered("2026-12-30")
    make.keep()
    address = f"/calendar/notices/{notice.id}"
    page = client.get(address)
    assert page.status_code == 200 and "Look again in a minute" in page.text and 'name="seen"' not in page.text
    answer = client.post(f"{address}/apply", data={"seen": "0" * 64})
    assert answer.status_code == 409 and "Nothing was put into force." in answer.text
    write_down()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(address).text)
    assert seen and client.post(f"{address}/apply", data={"seen": seen[1]}).status_code == 303


def test_those_concerned_are_told_once_all_is_written_down(app: Flask) -> None:
    put_off(make.job("in_service"))
    (task,) = session.scalars(select(Task).where(Task.name == "notices.tell_moved"))
    act = make.act(make.operator())
    notices.tell_moved(act, **task.payload)
    assert told() == []
    again = session.scalars(select(Task).where(Task.name == "notices.tell_moved").order_by(Task.id)).all()[-1]
    assert again.id != task.id and again.run_at > act.now and again.payload["event_id"] == task.payload["event_id"]
    make.keep()
    write_down()
    notices.tell_moved(act, **again.payload)
    assert len(told()) == 2


def told() -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.kind == "job.due_changed")))


def test_a_row_that_somebody_holds_is_left_for_the_next_time(app: Flask, backend: str) -> None:
    job, other = make.job("open"), make.job("open")
    was, holds = put_off(job)
    if backend == "postgresql":  # on SQLite nobody writes beside another
        with held(job):
            assert moved.write_some() == 1
            make.keep()
        assert (written(job), written(other), moved.pending()) == (was, holds, True)
    write_down()
    assert (written(job), written(other), len(events())) == (holds, holds, 2)


def test_a_row_is_written_down_once_whoever_comes_first(app: Flask) -> None:
    made = [make.job("open") for _ in range(4)]
    _, holds = put_off(made[0])
    acts = [make.act(job.owner, NOW) for job in made]
    ids = [job.id for job in made]
    session.remove()

    def write() -> None:
        for _ in ids:
            with transaction():
                moved.write_some(1)

    def withdraw() -> None:
        for act, id in zip(acts, ids, strict=True):
            with transaction():
                jobs.withdraw(act, session.get_one(Job, id), reason="示例：项目暂缓，不再委托。")

    in_threads(write, withdraw)
    write_down()
    assert {make.again(session.get_one(Job, id)).state for id in ids} == {"withdrawn"}
    assert [event.facts["due"] for event in events()] == [holds.isoformat()] * len(ids)
    assert sorted(event.subject_id for event in events()) == ids and session.scalar(select(Moved.id)) is None
