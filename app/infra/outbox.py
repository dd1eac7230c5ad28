"""Work to do after the commit, kept in the same database and written by the same transaction."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Row, session, transaction
from app.kernel.act import CLOCK, Act

ATTEMPTS = 10
LONGEST_WAIT = timedelta(hours=6)

log = logging.getLogger(__name__)


class Task(Row):
    """One piece of later work. It is deleted when done; after too many failures it stays, visible, with its error."""

    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


def enqueue(act: Act, name: str, *, at: datetime | None = None, **payload: Any) -> None:
    """Add a task, to be run at once or from an instant on."""
    session.add(Task(name=name, payload=payload, run_at=at or act.now))


def run_one(tasks: Mapping[str, Callable[..., None]], now: datetime) -> bool:
    """Run one due task in its own transaction. Return whether one was due."""
    with transaction():
        return take_one(tasks, now)


def take_one(tasks: Mapping[str, Callable[..., None]], now: datetime) -> bool:
    """Inside the caller's transaction: run one due task; on error keep the reason, and let it wait longer."""
    due = select(Task).where(Task.run_at <= now, Task.attempts < ATTEMPTS).order_by(Task.run_at, Task.id).limit(1)
    task = session.scalar(due.with_for_update(skip_locked=True))
    if task is None:
        return False
    try:
        with session.begin_nested():
            tasks[task.name](Act(CLOCK, now), **task.payload)
        session.delete(task)
    except Exception as error:
        log.exception("task %s %s failed", task.id, task.name)
        task.attempts += 1
        task.run_at = now + min(timedelta(seconds=2**task.attempts), LONGEST_WAIT)
        task.error = repr(error)[:2000]
    return True


def lag(now: datetime) -> float:
    """Seconds the oldest due task has waited (0 when none is due). Given-up tasks do not count: see `given_up`."""
    oldest = session.scalar(select(func.min(Task.run_at)).where(Task.run_at <= now, Task.attempts < ATTEMPTS))
    return (now - oldest).total_seconds() if oldest else 0.0


def given_up() -> int:
    return session.scalar(select(func.count()).select_from(Task).where(Task.attempts >= ATTEMPTS)) or 0


def given_up_tasks() -> list[Task]:
    return list(session.scalars(select(Task).where(Task.attempts >= ATTEMPTS).order_by(Task.id)))


def try_again(task: Task, now: datetime) -> None:
    """Let a task that was given up run as if it were new, once its cause is mended."""
    task.attempts, task.run_at = 0, now
