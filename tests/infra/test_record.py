"""A step, its event and the tasks that follow are one: all of them stand, or none."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import wiring
from app.infra import almanac
from app.infra.db import session, transaction
from app.infra.outbox import Task
from app.infra.record import Event, advance, plug, record
from app.jobs.models import Job
from app.kernel.act import CLOCK, Act
from app.kernel.errors import NotAllowed, WrongState
from tests import make, replay
from tests.staging import NOW


@pytest.fixture(autouse=True)
def reactions(app: Flask) -> Any:
    """Two tasks follow a publication, and none anything else."""
    replay.off()
    plug({"job.publish": ("first", "second")}, {"entry": "third"})
    yield
    plug(wiring.REACTIONS, {})


def events() -> list[Event]:
    return list(session.scalars(select(Event).order_by(Event.id)))


def tasks() -> list[tuple[str, Any]]:
    return [(task.name, task.payload) for task in session.scalars(select(Task).order_by(Task.id))]


def publishable() -> tuple[Job, Act]:
    job = make.job("submitted")
    job.commitment = "c" * 64
    return job, make.act(make.operator(), make.later(job))


def test_an_event_tells_who_did_what_to_what_when(app: Flask):
    job = make.job("draft")
    by = make.act(job.owner, NOW + timedelta(hours=1))
    record(by, "job.note", job, words="看过", pages=3)
    event = events()[-1]
    told = (event.name, event.subject_id, event.thread_of, event.at, event.facts)
    assert told == ("job.note", job.id, f"job:{job.id}", by.now, {"words": "看过", "pages": 3})
    assert (event.user_id, event.unit_id, event.actor_kind) == (by.actor.user_id, by.actor.unit_id, "owner")


def test_the_clock_is_nobody_but_is_named(app: Flask):
    record(Act(CLOCK, NOW), "job.note", make.job("draft"))
    event = events()[-1]
    assert (event.user_id, event.unit_id, event.actor_kind) == (None, None, "clock")


def test_a_new_row_is_added_with_its_first_event(app: Flask):
    task = Task(name="later", payload={}, run_at=NOW)
    record(Act(CLOCK, NOW), "task.plan", task)
    assert task.id and events()[-1].subject_id == task.id


def test_a_step_moves_the_row_and_sets_its_one_deadline(app: Flask):
    job, by = publishable()
    advance(by, job, "publish")
    event = events()[-1]
    due = almanac.deadline(by.now, "entry")
    assert (job.state, job.state_since, job.due) == ("open", by.now, due)
    assert (event.name, event.facts) == ("job.publish", {"term": "entry", "due": due.isoformat()})


def test_a_variant_of_the_period_is_named_by_the_verb(app: Flask):
    job, by = publishable()
    advance(by, job, "publish", term="entry_urgent")
    assert job.due == almanac.deadline(by.now, "entry_urgent") < almanac.deadline(by.now, "entry")


def test_a_variant_the_law_does_not_have_is_a_bug(app: Flask):
    job, by = publishable()
    with pytest.raises(ValueError, match="publish has no variant publicity"):
        advance(by, job, "publish", term="publicity")


def test_a_step_without_a_period_leaves_no_deadline(app: Flask):
    job, by = publishable()
    assert job.due
    advance(by, job, "return_posting", reason="请补充。")
    assert job.due is None


def test_one_task_per_reaction_follows_and_knows_its_event(app: Flask):
    job, by = publishable()
    advance(by, job, "publish")
    event = events()[-1]
    assert tasks() == [("first", {"event_id": event.id}), ("second", {"event_id": event.id})]
    assert {task.run_at for task in session.scalars(select(Task))} == {by.now}


def test_what_nobody_reacts_to_leaves_no_task(app: Flask):
    job, by = publishable()
    advance(by, job, "return_posting", reason="请补充。")
    assert tasks() == []


def test_step_event_and_tasks_go_together_when_the_rest_fails(app: Flask):
    job, by = publishable()
    make.keep()
    id, known = job.id, len(events())
    with pytest.raises(RuntimeError), transaction():
        advance(by, session.get_one(Job, id), "publish")
        raise RuntimeError("after the step")
    assert (len(events()), tasks(), session.get_one(Job, id).state) == (known, [], "submitted")


def test_who_may_not_is_refused_and_nothing_is_written(app: Flask):
    job, by = publishable()
    known = len(events())
    with pytest.raises(NotAllowed):
        advance(make.act(job.owner, by.now), job, "publish")
    assert (len(events()), tasks(), job.state) == (known, [], "submitted")


def test_a_step_from_another_state_is_refused_with_the_present_one(app: Flask):
    job, by = publishable()
    advance(by, job, "publish")
    with pytest.raises(WrongState, match="open for entry"):
        advance(by, job, "publish")


def test_the_row_is_read_anew_under_its_lock(app: Flask):
    """What this process believes of the row does not count, only what stands in the database."""
    job, by = publishable()
    session.execute(
        update(Job).where(Job.id == job.id).values(state="withdrawn", due=None),
        execution_options={"synchronize_session": False},
    )
    assert job.state == "submitted", "the process still believes so"
    with pytest.raises(WrongState, match="withdrawn"):
        advance(by, job, "publish")


def test_what_was_changed_on_the_row_before_the_step_is_kept(app: Flask):
    job, by = publishable()
    job.need = "改过的需求说明，含现场踏勘。"
    advance(by, job, "publish")
    assert make.again(job).need == "改过的需求说明，含现场踏勘。"
