"""Later work on both databases: done once, in order, again after a failure, and never silently dropped."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import wiring
from app.infra import outbox
from app.infra.db import session, transaction
from app.infra.outbox import ATTEMPTS, LONGEST_WAIT, Task, enqueue, given_up, given_up_tasks, lag, run_one, try_again
from app.infra.record import Event
from app.kernel.act import CLOCK, Act
from app.notices.models import Notice
from tests import make
from tests.staging import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def empty(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger=outbox.__name__)


@pytest.fixture
def done() -> list[tuple[str, Any]]:
    return []


@pytest.fixture
def tasks(done: list[tuple[str, Any]]) -> dict[str, Callable[..., None]]:
    """`note` remembers what it was given; `fail` writes a row first, and fails."""

    def note(act: Act, **payload: Any) -> None:
        done.append((payload.get("word", ""), act))

    def fail(act: Act) -> None:
        enqueue(act, "note", word="written before the failure")
        raise ValueError("the relay is down")

    return {"note": note, "fail": fail}


def put(name: str, after: timedelta = timedelta(), **payload: Any) -> None:
    with transaction():
        enqueue(Act(CLOCK, NOW), name, at=NOW + after, **payload)


def left() -> list[Task]:
    return list(session.scalars(select(Task).order_by(Task.id)))


def test_a_task_is_run_once_by_the_clock_with_what_it_was_given_and_is_gone(tasks: Any, done: list[Any]):
    put("note", word="hello")
    assert run_one(tasks, NOW) is True
    assert run_one(tasks, NOW) is False
    assert (done, left()) == ([("hello", Act(CLOCK, NOW))], [])


def test_a_task_waits_for_its_hour(tasks: Any, done: list[Any]):
    put("note", after=SECOND)
    assert run_one(tasks, NOW) is False
    assert run_one(tasks, NOW + SECOND) is True


def test_the_oldest_goes_first_and_equals_in_the_order_they_came(tasks: Any, done: list[Any]):
    put("note", after=2 * SECOND, word="last")
    put("note", word="first")
    put("note", word="second")
    while run_one(tasks, NOW + 2 * SECOND):
        pass
    assert [word for word, _ in done] == ["first", "second", "last"]


def test_a_task_that_fails_undoes_what_it_wrote_keeps_its_reason_and_waits(tasks: Any):
    put("fail")
    assert run_one(tasks, NOW) is True
    (task,) = left()
    assert (task.attempts, task.error, task.run_at) == (1, "ValueError('the relay is down')", NOW + 2 * SECOND)


def test_a_task_that_fails_does_not_hold_the_others(tasks: Any, done: list[Any]):
    put("fail")
    put("note", word="next")
    assert [run_one(tasks, NOW) for _ in range(3)] == [True, True, False]
    assert [word for word, _ in done] == ["next"]


def test_each_failure_waits_longer_up_to_a_limit_and_then_it_is_given_up(tasks: Any):
    put("fail")
    now, waits = NOW, []
    while run_one(tasks, now):
        (task,) = left()
        waits.append(task.run_at - now)
        now = task.run_at
    assert len(waits) == ATTEMPTS
    assert waits == sorted(waits) and waits[0] == 2 * SECOND and waits[-1] <= LONGEST_WAIT
    assert (given_up(), lag(now + timedelta(days=1))) == (1, 0.0)
    assert [task.error for task in given_up_tasks()] == ["ValueError('the relay is down')"]


def test_a_task_that_was_given_up_runs_again_when_somebody_says_so(tasks: Any, done: list[Any]):
    with transaction():
        session.add(Task(name="note", payload={}, run_at=NOW, attempts=ATTEMPTS, error="ValueError()"))
    assert run_one(tasks, NOW) is False
    with transaction():
        try_again(given_up_tasks()[0], NOW)
    assert run_one(tasks, NOW) is True
    assert (len(done), given_up(), left()) == (1, 0, [])


def test_a_task_nobody_knows_is_kept_with_the_reason(tasks: Any):
    put("unheard_of")
    assert run_one(tasks, NOW) is True
    assert [task.error for task in left()] == ["KeyError('unheard_of')"]


def test_a_worker_that_is_stopped_in_the_middle_leaves_the_task_as_it_was(tasks: Any):
    def stopped(act: Act) -> None:
        enqueue(act, "note")
        raise SystemExit

    put("stopped")
    with pytest.raises(SystemExit):
        run_one(tasks | {"stopped": stopped}, NOW)
    assert [(task.name, task.attempts) for task in left()] == [("stopped", 0)]


def test_two_workers_at_once_run_each_task_once(tasks: Any, done: list[Any]):
    for number in range(40):
        put("note", word=str(number))
    session.remove()

    def worker() -> None:
        while run_one(tasks, NOW):
            pass

    workers = [Thread(target=worker) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert sorted(int(word) for word, _ in done) == list(range(40))


def test_a_task_in_another_workers_hands_is_passed_over(tasks: Any, done: list[Any], backend: str):
    if backend == "sqlite":
        return  # there a worker waits until the other has done its task
    put("note", word="held")
    put("note", word="free")
    engine: Any = session.get_bind()
    with engine.connect() as other:
        other.execute(select(Task.id).order_by(Task.id).limit(1).with_for_update())
        assert run_one(tasks, NOW) is True
    assert [word for word, _ in done] == ["free"]


def test_lag_is_the_wait_of_the_oldest_due_task(tasks: Any):
    assert lag(NOW) == 0.0
    put("note", after=10 * SECOND)
    put("note", after=40 * SECOND)
    assert [lag(NOW + seconds * SECOND) for seconds in (9, 10, 70)] == [0.0, 0.0, 60.0]


def test_every_reaction_of_the_service_names_a_task_it_has():
    assert {name for names in wiring.REACTIONS.values() for name in names} <= wiring.TASKS.keys()


def test_telling_twice_tells_once(app: Flask):
    make.operator()
    job = make.job("submitted")
    event = session.scalars(select(Event).where(Event.name == "job.submit")).one()
    for _ in range(2):
        wiring.TASKS["notices.tell"](Act(CLOCK, make.later(job)), event_id=event.id)
    told = session.execute(select(Notice.user_id, func.count()).group_by(Notice.user_id)).all()
    assert told and {times for _, times in told} == {1}
