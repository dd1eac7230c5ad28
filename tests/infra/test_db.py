"""The session on both databases: instants, constraints, all or nothing, and who takes the write lock."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from app import wiring
from app.accounts.models import Membership, User
from app.infra import db
from app.infra.db import Row, load_shared, lock, one_view, reading_only, session, settle, transaction
from app.infra.outbox import Task
from app.jobs.models import Job
from tests import make
from tests.staging import NOW

SHANGHAI = timezone(timedelta(hours=8))


def task(at: datetime = NOW) -> Task:
    return Task(name="later", payload={}, run_at=at)


def names() -> list[str]:
    return list(session.scalars(select(Task.name)))


@pytest.mark.parametrize("zone", [UTC, SHANGHAI])
def test_an_instant_comes_back_aware_and_in_utc(app: Flask, zone: Any):
    at = datetime(2026, 9, 28, 9, 30, 1, 250_000, tzinfo=zone)
    with transaction():
        session.add(task(at))
    found = session.scalars(select(Task.run_at)).one()
    assert found == at and found.tzinfo is UTC


def test_instants_are_compared_as_instants(app: Flask):
    session.add_all([task(NOW), task(NOW + timedelta(seconds=1))])
    same = NOW.astimezone(SHANGHAI)
    assert len(session.scalars(select(Task).where(Task.run_at <= same)).all()) == 1


def test_an_instant_without_a_zone_is_refused(app: Flask):
    session.add(task(datetime(2026, 9, 28)))
    with pytest.raises(StatementError, match="without a time zone"):
        session.flush()


@pytest.mark.parametrize("model", wiring.LIVES, ids=lambda model: model.__name__)
def test_every_state_stands_in_a_check(model: Any):
    checks = [str(one.sqltext) for one in model.__table__.constraints if isinstance(one, CheckConstraint)]
    wanted = {f"'{state}'" for state in model.LIFE.states}
    assert any(check.startswith("state IN") and all(state in check for state in wanted) for check in checks)


@pytest.mark.parametrize("state", ["nonsense", "OPEN", ""])
def test_the_database_refuses_a_state_that_does_not_exist(app: Flask, state: str):
    job = make.job("draft")
    with pytest.raises(IntegrityError):
        session.execute(update(Job).where(Job.id == job.id).values(state=state))


def test_the_database_refuses_a_row_that_points_nowhere(app: Flask):
    user = make.person(make.unit())
    with pytest.raises(IntegrityError):
        session.execute(
            Membership.__table__.insert().values(user_id=user.id, unit_id=10**6, role="delegate", since=NOW)
        )
        session.commit()


def test_a_transaction_keeps_all(app: Flask):
    with transaction():
        session.add_all([task(), task()])
    assert names() == ["later", "later"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_transaction_that_fails_keeps_nothing_and_the_error_flies(app: Flask, error: type[BaseException]):
    with pytest.raises(error), transaction():
        session.add(task())
        session.flush()
        raise error
    assert names() == []


def test_a_request_is_settled_either_way(app: Flask):
    session.add(task())
    settle(False)
    assert names() == []
    session.add(task())
    settle(True)
    session.rollback()
    assert names() == ["later"]


@pytest.mark.one_database
@pytest.mark.parametrize("only_reads", [False, True])
def test_only_who_may_write_takes_the_write_lock_first(app: Flask, database_url: str, only_reads: bool):
    session.rollback()
    token = reading_only.set(only_reads)
    try:
        session.scalar(select(User.id).limit(1))
        other = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        if only_reads:
            other.execute("BEGIN IMMEDIATE")
        else:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.close()
    finally:
        session.rollback()
        reading_only.reset(token)


@pytest.mark.one_database
def test_sqlite_keeps_what_it_has_acknowledged_and_checks_what_points_where(app: Flask):
    asked = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.one_database
def test_what_the_process_holds_is_dropped_with_the_database(app: Flask, empty_database: str):
    held = {"rows": "of the old one"}
    db.on_connect(held.clear)
    try:
        db.connect(empty_database).dispose()
        assert held == {}
    finally:
        db._connected.remove(held.clear)


def test_a_connection_that_the_server_ended_is_left_and_the_next_request_sees_nothing_of_it(app: Flask, backend: str):
    ended = session.connection().connection.driver_connection
    if backend == "postgresql":
        with session.get_bind().connect() as other:
            session.remove()
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended.info.backend_pid})
    session.remove()
    assert names() == []
    assert (session.connection().connection.driver_connection is ended) == (backend == "sqlite")


def test_a_table_and_a_thread_are_named_after_the_class():
    assert {model.__tablename__ for model in (User, Membership, Job)} == {"user", "membership", "job"}
    assert Job(id=7).thread == "job:7"
    assert all(table == table.lower() for table in Row.metadata.tables)


def test_a_page_that_was_read_leaves_its_thread_as_one_that_writes(client: Any) -> None:
    assert client.get("/jobs").status_code == 200
    assert reading_only.get() is False


@pytest.fixture
def reads(app: Flask) -> Iterator[Callable[[Callable[[], object]], bool]]:
    """`reads(act)`: whether it reads a job from the database."""
    sent: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    def find(act: Callable[[], object]) -> bool:
        sent.clear()
        act()
        return any("FROM job" in statement for statement in sent)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", listen)
    yield find
    event.remove(engine, "before_cursor_execute", listen)


def test_a_row_read_under_a_shared_lock_is_not_read_again_for_that(reads: Any):
    job = make.job("open")
    assert reads(lambda: load_shared(Job, job.id))
    assert not reads(lambda: lock(job, shared=True))
    assert reads(lambda: lock(job)), "who wants it alone waits for others, and one of them may change it"


def test_a_shared_lock_ends_with_its_transaction(reads: Any):
    job = make.job("open")
    load_shared(Job, job.id)
    settle(keep=True)
    assert reads(lambda: lock(job, shared=True))


def test_one_view_sees_one_state_whatever_others_write_meanwhile(app: Flask):
    session.add(task())
    settle(True)
    session.remove()
    reading_only.set(True)
    one_view()
    assert names() == ["later"]
    with session.get_bind().connect() as other:
        other.execute(insert(Task).values(name="meanwhile", payload={}, run_at=NOW, attempts=0))
        other.commit()
    assert names() == ["later"]
    session.remove()
    assert sorted(names()) == ["later", "meanwhile"]
    reading_only.set(False)
