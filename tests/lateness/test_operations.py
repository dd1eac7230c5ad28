"""Reminders: each once, to those whose turn it is, until the step is taken. On both databases, the clock moved."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import wiring
from app.accounts.models import User
from app.infra import almanac
from app.infra.clockwork import late, take_late
from app.infra.db import session
from app.infra.outbox import take_one
from app.infra.record import Event
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.act import CLOCK, Act
from app.kernel.workdays import HERE, due_day, local_day
from app.lateness import operations
from app.lateness.models import Reminder, Round
from app.lateness.rules import LIFE
from app.notices.models import Notice
from tests import make
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")


def finish(now: datetime) -> None:
    while take_one(wiring.TASKS, now):
        pass


def morning(day: Any) -> datetime:
    return datetime.combine(day, time(9), HERE)


def rounds() -> Round:
    operations.plan(Act(CLOCK, NOW), 0)
    session.flush()
    return session.scalars(select(Round)).one()


def go(round: Round, now: datetime) -> list[tuple[str, str]]:
    """Let the round go out at an instant and its tasks be done: the new reminders, as (user name, what is said)."""
    known = set(session.scalars(select(Notice.id)))
    take_late(Round, round.id, now, wiring.VERBS)
    finish(now)
    query = select(Notice, User).join(User, User.id == Notice.user_id).where(Notice.kind.startswith("remind/"))
    found = [(user.username, notice) for notice, user in session.execute(query) if notice.id not in known]
    return sorted((name, notice.says) for name, notice in found)


@pytest.fixture
def awarded() -> Job:
    job = make.job("awarded", now=NOW)
    finish(job.state_since)
    return job


def sides_of(job: Job) -> list[str]:
    agency = make.user_of(job.agency).username
    return sorted([make.user_of(job.owner).username, agency])


def test_a_contract_is_reminded_of_from_three_fifths_on_and_every_working_day_after(awarded: Job) -> None:
    round, job = rounds(), awarded
    calendar, began, both = almanac.calendar(), local_day(job.state_since), sides_of(awarded)
    says = [""] * 2 + [operations.SAYS[2]] * 2 + [operations.SAYS[3]] + [operations.LATE] * 3
    for place, expected in enumerate(says, 1):
        told = go(round, morning(calendar.add(began, place)))
        assert told == ([(name, expected) for name in both] if expected and place != 4 else []), place


def test_a_long_limit_is_reminded_of_by_its_share_first() -> None:
    make.term("contract", "10", local_day(NOW))
    job = make.job("awarded", now=NOW)
    finish(job.state_since)
    round, began, told = rounds(), local_day(job.state_since), {}
    for place in range(1, 12):
        told[place] = [says for _, says in go(round, morning(almanac.calendar().add(began, place)))][:1]
    expected = {6: [operations.SAYS[1]], 8: [operations.SAYS[2]], 10: [operations.SAYS[3]], 11: [operations.LATE]}
    assert {place: says for place, says in told.items() if says} == expected


def test_a_round_that_was_missed_is_not_made_up_for(awarded: Job) -> None:
    round, last = rounds(), due_day(awarded.due)
    told = go(round, morning(almanac.calendar().add(last, 3)))
    assert told == [(name, operations.LATE) for name in sides_of(awarded)]
    (reminder,) = session.scalars(select(Reminder).where(Reminder.thing_id == awarded.id))
    assert reminder.rank == 6


def test_a_round_goes_out_once_a_day_whoever_comes_for_it(awarded: Job) -> None:
    round, at = rounds(), morning(due_day(awarded.due))
    assert len(go(round, at)) == 2
    assert go(round, at) == [] == go(round, at + timedelta(hours=3))
    assert round.due == morning(almanac.calendar().add(due_day(awarded.due), 1))
    assert late(Round, at) == []


def test_who_has_taken_the_step_hears_no_more_of_it(awarded: Job) -> None:
    round, at, job = rounds(), morning(due_day(awarded.due)), awarded
    take_late(Round, round.id, at, wiring.VERBS)
    paper = make.file(job.owner, now=job.state_since).id
    terms = {"signed_on": local_day(job.state_since), "amount_cents": job.amount_cents, "days": job.agreed_days}
    make.verb("contracts", "upload")(make.act(make.user_of(job.owner), at), job, file_id=paper, **terms)
    finish(at + timedelta(minutes=1))
    assert session.scalars(select(Notice).where(Notice.kind.startswith("remind/"))).all() == []


def test_a_task_that_runs_twice_reminds_once(awarded: Job) -> None:
    round, at = rounds(), morning(due_day(awarded.due))
    assert len(go(round, at)) == 2
    (reminder,) = session.scalars(select(Reminder).where(Reminder.thing_id == awarded.id))
    operations.remind(Act(CLOCK, at), reminder.id, reminder.rank)
    assert len(session.scalars(select(Notice).where(Notice.kind.startswith("remind/"))).all()) == 2


def test_a_deadline_that_moved_is_reminded_of_as_the_new_one(awarded: Job) -> None:
    round, job = rounds(), awarded
    calendar, last = almanac.calendar(), due_day(awarded.due)
    assert len(go(round, morning(calendar.add(last, -1)))) == 2
    job.due = calendar.deadline(morning(last), 5)
    session.flush()
    assert go(round, morning(last)) == [], "half of the new limit is used"
    assert [says for _, says in go(round, morning(calendar.add(last, 3)))] == [operations.SAYS[2]] * 2


def test_the_officer_who_must_check_is_reminded_and_nobody_of_what_waits_for_the_clock() -> None:
    officer = make.user_of(make.operator()).username
    posted, opened = make.job("submitted", now=NOW), make.job("open", now=NOW)
    finish(NOW + timedelta(hours=1))
    told = go(rounds(), morning(due_day(opened.due)))
    assert (officer, operations.LATE) in told and {says for _, says in told} == {operations.LATE}
    assert [row.thing_id for row in session.scalars(select(Reminder))] == [posted.id]


def test_the_rounds_begin_with_the_first_posting_and_once() -> None:
    assert session.scalars(select(Round)).all() == []
    for _ in range(2):
        job = make.job("draft", now=NOW)
        jobs.submit(make.act(make.user_of(job.owner), make.later(job)), job)
        finish(make.later(job))
    (round,) = session.scalars(select(Round))
    assert round.due == morning(almanac.calendar().add(local_day(NOW), 1))


def test_a_round_leaves_its_count_on_the_record(awarded: Job) -> None:
    round, at = rounds(), morning(due_day(awarded.due))
    go(round, at)
    event = session.scalars(select(Event).where(Event.name == "round.remind")).one()
    assert event.facts["reminders"] == 1 and event.actor_kind == "clock"
    assert LIFE.label(round.state)
