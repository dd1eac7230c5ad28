"""The commands of the house itself: migrate, load, work, tasks."""

import json
import logging
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import click
from alembic import command as alembic
from alembic.config import Config
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from app.infra import almanac, clockwork, moved, outbox
from app.infra.db import session, transaction
from app.infra.shipped import rows, standards

ROOT = Path(__file__).parent.parent.parent
PAUSE, OUTAGE = 0.5, 2.0  # seconds until it looks again: when nothing was due, when the database was away
# The clock comes by so long after a deadline: what was received before it is answered by then, however many wait.
GRACE = timedelta(seconds=30)

log = logging.getLogger(__name__)


def commands(wiring: Any) -> list[click.Command]:
    @click.command("migrate")
    @with_appcontext
    def migrate() -> None:
        """Bring the database to the newest schema."""
        settings = Config(str(ROOT / "migrations" / "alembic.ini"))
        settings.set_main_option("script_location", str(ROOT / "migrations"))
        settings.set_main_option("sqlalchemy.url", current_app.config["DATABASE_URL"].replace("%", "%%"))
        alembic.upgrade(settings, "head")

    @click.command("load")
    def load() -> None:
        """Load the shipped calendar, terms, districts and catalogue; what is there already stays."""
        with transaction():
            almanac.load(rows("terms.csv"))
            for loader in wiring.LOADERS:
                loader(rows, standards, datetime.now(UTC))

    @click.command("work")
    def work() -> None:
        """Take every step of the clock and every task of the outbox as it falls due, until told to stop."""
        logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        stop = _until_told()
        while not stop():
            time.sleep(0 if _round(wiring) else PAUSE)

    return [migrate, load, work, tasks]


@click.command("tasks")
@click.option("--try-again", is_flag=True, help="Run them once more, after their cause is mended.")
@with_appcontext
def tasks(try_again: bool) -> None:
    """Print the tasks that failed too often and were given up, each with its last error."""
    with transaction():
        for task in outbox.given_up_tasks():
            click.echo(f"{task.id} {task.name} {dumps(task.payload)}: {task.error}")
            if try_again:
                outbox.try_again(task, datetime.now(UTC))


def _round(wiring: Any) -> int:
    """One round of the worker. A database that is away is waited for."""
    try:
        return run_due(wiring, datetime.now(UTC), GRACE)
    except OperationalError as error:
        log.warning("the database does not answer (%s)", str(error.orig).strip())
        session.remove()
        time.sleep(OUTAGE)
        return 0


def run_due(wiring: Any, now: datetime, grace: timedelta = clockwork.AT_ONCE) -> int:
    """One round of the worker: deadlines that moved first, then the clock, then a bounded number of tasks. Return how
    much was done."""
    done = _write_moved() if moved.pending() else 0
    done += clockwork.tick(wiring.LIVES, now, wiring.VERBS, grace)
    for _ in range(500):
        if not outbox.run_one(wiring.TASKS, now):
            break
        done += 1
    return done


def _write_moved() -> int:
    with transaction():
        return moved.write_some()


def _until_told() -> Callable[[], bool]:
    told: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        told.append(number)

    signal.signal(signal.SIGTERM, hear)
    signal.signal(signal.SIGINT, hear)
    return lambda: bool(told)


def dumps(answer: dict[str, Any]) -> str:
    """One line of JSON, Chinese as it is."""
    return json.dumps(answer, ensure_ascii=False)


def put(text: str) -> None:
    """Write a line in UTF-8, whatever the terminal speaks: what cannot be written is escaped, never a failure."""
    click.echo(text.encode("utf-8", "backslashreplace"))


def decoded(line: bytes) -> str:
    """What was sent, as text without a byte order mark; bytes that are not UTF-8 become characters that are refused."""
    return line.decode("utf-8", "replace").removeprefix("\ufeff")


def now_here() -> datetime:
    """The instant a command acts at."""
    return datetime.now(UTC)
