"""The demonstration city is large and varied enough to be tried, and the same every time for a given day."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, LargeBinary, create_engine, func, select

from app import wiring
from app.accounts.models import Unit
from app.agencies.models import Agency
from app.blacklists.models import BlacklistLine
from app.credit.models import CreditEvent
from app.credit.rules import CreditState
from app.demonstration import city
from app.demonstration.commands import demo
from app.infra.clockwork import late
from app.infra.db import Row, session
from app.infra.outbox import Task
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Kind
from app.kernel.draw import verify_transcript
from app.notices.models import Notice
from app.objections.models import Objection
from app.payments.models import due_of, statements_of
from app.payments.rules import Account, Outcome
from app.ratings.models import Rating
from app.selections.models import Award, Selection
from app.services.models import Pause
from tests.credit.matters import agree
from tests.staging import Stage

ROOT = Path(__file__).parents[2]
DAY, MORNING = date(2026, 9, 28), datetime(2026, 9, 28, 1, tzinfo=UTC)
SMALL = {"owners": 3, "agencies": 8, "jobs": 20}
# The clock takes these further at once.
PASSING = {State.SELECTING, State.ABANDONED}
# Nobody reads these, and SQLite gives the number of a task that is done once more; the rest of what is new each time is
# sealed or wrapped, in columns of bytes.
NEW_EACH_TIME = {
    ("user", "password_hash"), ("standard", "made_at"), ("lawful_method", "made_at"), ("calendar_notice", "made_at"),
    ("calendar_notice", "state_since"), ("synonyms", "made_at"), ("task", "id"),
}  # fmt: skip


def build(day: date = DAY, **sizes: int) -> None:
    city.build(day, wiring.LIVES, wiring.VERBS, wiring.TASKS, **SMALL | sizes)
    session.flush()


def content(connection: Connection) -> dict[str, str]:
    """The digest of each table, of all that is to be the same."""
    digests = {}
    for table in Row.metadata.sorted_tables:
        names = [
            column.name
            for column in table.columns
            if not isinstance(column.type, LargeBinary) and (table.name, column.name) not in NEW_EACH_TIME
        ]
        rows = connection.execute(select(*(table.c[name] for name in names)).order_by(table.c.id)).all()
        digests[table.name] = hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    return digests


def count(model: Any, *which: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*which)) or 0


def test_the_city_of_a_day_is_the_same_on_either_database_and_in_another_process(
    stage: Callable[[str], Stage], tmp_path: Path
) -> None:
    settings = {"ENV": "test", "DATA_DIR": str(tmp_path), "PYTHONHASHSEED": "7"}
    sizes = [part for name, size in SMALL.items() for part in (f"--{name}", str(size))]
    for command in (["migrate"], ["load"], ["demo", "--day", DAY.isoformat(), *sizes]):
        asked = [sys.executable, "-m", "flask", "--app", "app", *command]
        subprocess.run(asked, cwd=ROOT, env=os.environ | settings, check=True, capture_output=True)
    (file,) = tmp_path.glob("*.sqlite3")
    with create_engine(f"sqlite:///{file}").connect() as connection:
        elsewhere = content(connection)
    for backend in ("sqlite", "postgresql"):
        with stage(backend).enter().app_context():
            build()
            here = content(session.connection())
            session.rollback()
        assert here == elsewhere, backend


@pytest.mark.one_database
def test_another_day_makes_another_city(app: Flask) -> None:
    build(jobs=6)
    first = content(session.connection())
    session.rollback()
    build(DAY + timedelta(days=1), jobs=6)
    assert content(session.connection())["job"] != first["job"]


@pytest.mark.soak
@pytest.mark.one_database
def test_there_is_enough_of_everything_to_be_tried(app: Flask, at_scale: Callable[[int, int], int]) -> None:
    owners, agencies, jobs = at_scale(6, 20), at_scale(12, 40), at_scale(45, 300)
    build(owners=owners, agencies=agencies, jobs=jobs)
    kinds = Counter(session.scalars(select(Unit.kind)))
    assert (kinds[Kind.OWNER], kinds[Kind.OPERATOR]) == (owners, 1)
    assert count(Agency) > agencies, "one more has applied"
    assert jobs <= count(Job) <= jobs * 1.15
    assert set(session.scalars(select(Job.state).distinct())) == set(State) - PASSING
    first, last = session.execute(select(func.min(Job.created_at), func.max(Job.state_since))).one()
    assert last - first > timedelta(days=365)
    assert last <= MORNING
    assert {*session.scalars(select(Job.funds).distinct())} == {"state", "social"}
    assert min(count(Selection), count(Rating)) > jobs / 2
    if jobs == 300:
        assert count(Job, Job.round > 1) > 5
        accepted = session.scalars(select(Job).where(Job.accepted_at.is_not(None))).all()
        said = [Account(job.amount_cents or 0, statements_of(job.id)) for job in accepted]
        told = {one.outcome(due_of(job), DAY) for job, one in zip(accepted, said, strict=True)}
        assert told == {None, *Outcome}, "fees paid in time, late, in part, told differently, not spoken of, not due"
        assert min(count(Award, Award.ended_at.is_not(None)), count(Objection), count(Pause)) > 5


@pytest.mark.one_database
def test_the_city_has_kept_the_law_and_left_nothing_undone(app: Flask, tmp_path: Path) -> None:
    build()
    assert {verify_transcript(one) for one in session.scalars(select(Selection.transcript))} == {None}
    assert all("示例" in name for name in session.scalars(select(Unit.name)))
    assert all("示例" in name for name in session.scalars(select(Job.project_name).where(Job.project_name != "")))
    assert count(Task, Task.run_at <= MORNING) == 0
    assert count(Task, Task.error.is_not(None)) == 0
    assert count(Notice) > 100
    oldest = session.scalar(select(func.min(Notice.at)).where(Notice.read_at.is_(None)))
    assert oldest is not None
    assert MORNING - oldest <= city.UNREAD, "nobody has a year of unread messages"
    states = {*session.scalars(select(CreditEvent.state))}
    assert states >= {CreditState.NOTICED, CreditState.OBJECTED, CreditState.IN_EFFECT}
    assert agree(DAY, tmp_path / "credit.json") > 0, "and a stranger finds its credit right"
    assert count(BlacklistLine) == 2
    assert {kind for kind, _ in city.sign_ins()} == {Kind.OPERATOR, Kind.REGULATOR, Kind.OWNER, Kind.AGENCY}
    assert [late(model, MORNING) for model in wiring.LIVES] == [[]] * len(wiring.LIVES)


def test_the_command_makes_forty_agencies_twenty_owners_and_three_hundred_jobs() -> None:
    sizes = {option.name: option.default for option in demo.params}
    assert (sizes["agencies"], sizes["owners"], sizes["jobs"]) == (40, 20, 300)
