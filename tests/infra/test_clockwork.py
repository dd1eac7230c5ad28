"""The clock takes every step that is due, each for itself, and says how far behind it is."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app import wiring
from app.infra import clockwork
from app.infra.clockwork import LONGEST_WAIT, lag, late, take_late, tick
from app.infra.db import session
from app.infra.record import Event, advance
from app.jobs.models import Job
from app.kernel.act import Act
from tests import make

SECOND = timedelta(seconds=1)
LIVES = (Job,)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger=clockwork.__name__)


def kept(*jobs: Job) -> list[int]:
    make.keep()
    return [job.id for job in jobs]


def state_of(id: int) -> str:
    session.rollback()
    return session.get_one(Job, id).state


def test_a_row_is_late_from_the_instant_of_its_deadline(app: Flask):
    job = make.job("open")
    make.keep()
    assert job.due
    assert late(Job, job.due - SECOND) == []
    assert late(Job, job.due) == [("open", job.id)]


def test_the_clock_comes_by_a_little_later_unless_nobody_had_time_to_act(app: Flask):
    job, selecting = make.job("open"), make.job("selecting")
    selecting.due = selecting.state_since
    make.keep()
    assert job.due and selecting.due
    now = max(job.due, selecting.due)
    assert ("open", job.id) not in late(Job, job.due + SECOND, 2 * SECOND)
    assert ("open", job.id) in late(Job, job.due + 2 * SECOND, 2 * SECOND)
    assert ("selecting", selecting.id) in late(Job, now, timedelta(days=9000))


def test_what_waits_for_a_person_is_never_late_for_the_clock(app: Flask):
    job = make.job("submitted")
    make.keep()
    assert job.due
    assert late(Job, job.due + timedelta(days=30)) == []


def test_the_longest_late_go_first_and_no_more_than_asked_for(app: Flask):
    jobs = [make.job("open", now=make.NOW + days * timedelta(days=1)) for days in (2, 0, 1)]
    last, first, second = kept(*jobs)
    now = max(job.due for job in jobs if job.due)
    assert [id for _, id in late(Job, now)] == [first, second, last]
    assert [id for _, id in late(Job, now, limit=2)] == [first, second]


def test_each_late_row_moves_once(app: Flask):
    first, second = kept(make.job("open"), make.job("open"))
    now = session.get_one(Job, first).due
    assert now
    session.rollback()
    assert tick(LIVES, now, {}) == 2
    assert (state_of(first), state_of(second)) == ("selecting", "selecting")
    closings = session.query(Event).where(Event.name == "job.close", Event.actor_kind == "clock").count()
    assert closings == 2


def test_nothing_moves_before_its_hour(app: Flask):
    job = make.job("open")
    make.keep()
    assert job.due
    assert tick(LIVES, job.due - SECOND, wiring.VERBS) == 0


def test_a_step_that_does_more_is_taken_by_its_verb(app: Flask):
    job = make.job("open")
    make.keep()
    now = job.due
    assert now
    taken = []
    tick(LIVES, now, {("job", "close"): lambda act, thing: taken.append((act.actor.kind, act.now, thing.id))})
    assert taken == [("clock", now, job.id)]


@pytest.fixture
def two_late(app: Flask) -> tuple[int, int, datetime]:
    """Two late jobs, and the instant from which they are."""
    first, second = kept(make.job("open"), make.job("open"))
    now = session.get_one(Job, first).due
    session.rollback()
    assert now
    return first, second, now


def failing_for(id: int, tried: list[datetime]) -> Any:
    """A verb that cannot move one row, though it writes before it fails."""

    def close(act: Act, job: Job) -> None:
        advance(act, job, "close")
        if job.id == id:
            tried.append(act.now)
            raise RuntimeError("a broken row")

    return {("job", "close"): close}


def test_a_row_that_fails_stays_whole_and_keeps_no_other_waiting(two_late: Any):
    first, second, now = two_late
    assert tick(LIVES, now, failing_for(first, [])) == 1
    assert (state_of(first), state_of(second)) == ("open", "selecting")


def test_a_row_that_fails_is_tried_again_after_waits_that_grow(two_late: Any):
    first, _, now = two_late
    tried: list[datetime] = []
    for second in range(60):
        tick(LIVES, now + second * SECOND, failing_for(first, tried))
    assert [(at - now).total_seconds() for at in tried] == [0, 1, 3, 7, 15, 31]
    tick(LIVES, now + LONGEST_WAIT, {})
    assert state_of(first) == "selecting", "its cause was mended"


def test_lag_counts_from_the_oldest_deadline_missed(app: Flask):
    job = make.job("open")
    make.keep()
    assert job.due
    assert [lag(LIVES, job.due + seconds * SECOND) for seconds in (-1, 0, 90)] == [0.0, 0.0, 90.0]


def test_who_waits_for_a_person_does_not_make_the_clock_late(app: Flask):
    job = make.job("submitted")
    make.keep()
    assert job.due
    assert lag(LIVES, job.due + timedelta(days=30)) == 0.0


def test_a_row_that_was_moved_meanwhile_is_left_alone(app: Flask):
    job = make.job("open")
    now = job.due
    assert now
    take_late(Job, job.id, now, {})
    take_late(Job, job.id, now - SECOND, {})
    assert job.state == "selecting"


def test_a_row_that_is_gone_is_no_matter(app: Flask):
    take_late(Job, 10**6, make.NOW, wiring.VERBS)
