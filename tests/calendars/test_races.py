"""Putting a notice into force while others take steps: no deadline is left counted by the calendar of before."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.calendars import operations
from app.calendars.models import CalendarNotice
from app.infra import almanac
from app.infra.db import session, transaction
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.errors import WrongState
from app.kernel.workdays import due_day
from tests import make
from tests.at_once import at_once
from tests.staging import NOW


@pytest.fixture(autouse=True)
def nothing_held(app: Flask) -> Iterator[None]:
    yield
    session.rollback()
    almanac.forget()


@pytest.fixture
def race() -> tuple[Job, CalendarNotice, Callable[[], None], Callable[[], None]]:
    """A posting that waits for its check, a closure of the day on which that ends; publishing the one, and putting the
    other into force."""
    job, office = make.job("submitted"), make.operator()
    act = make.act(office, job.state_since)
    last = due_day(job.due).isoformat()
    stated = {
        "kind": "closure",
        "source": "示例通知",
        "url": "",
        "reason": "示例理由，仅供测试。",
        "published_on": None,
    }
    notice = operations.enter(act, lines=f"{last},0,停工", effective_from=NOW.date(), **stated)
    seen, ids = operations.preview(act.now, notice).mark, (job.id, notice.id)

    def publish() -> None:
        with transaction():
            jobs.publish(act, session.get_one(Job, ids[0]))

    def apply() -> None:
        with transaction():
            operations.apply(act, session.get_one(CalendarNotice, ids[1]), seen=seen)

    return job, notice, publish, apply


def counted_right(job: Any) -> bool:
    again = make.again(job)
    return bool(again.due == almanac.calendar(fresh=True).deadline_from(again.counted_from, again.counted_days))


@pytest.mark.parametrize("first", ["the calendar", "the deadline"])
def test_a_deadline_given_while_the_calendar_changes_is_counted_by_the_one_that_holds(
    race: Any, first: str, backend: str
) -> None:
    """Whoever queues first wins (SQLite does not tell who does): what was not seen beforehand is not moved."""
    job, notice, publish, apply = race
    if first == "the calendar":
        applied, published = at_once(job, apply, publish)
    else:
        published, applied = at_once(job, publish, apply)
    refused = isinstance(applied, WrongState)
    assert published is None and (refused or applied is None)
    assert backend == "sqlite" or refused == (first == "the deadline")
    almanac.forget()
    assert (make.again(job).state, make.again(notice).state) == ("open", "draft" if refused else "applied")
    assert counted_right(job)


def test_a_notice_comes_into_force_once(race: Any) -> None:
    job, notice, _, apply = race
    answers = at_once(job, apply, apply)
    assert [type(answer) for answer in answers] in ([type(None), WrongState], [WrongState, type(None)])
    assert make.again(notice).state == "applied" and counted_right(job)
