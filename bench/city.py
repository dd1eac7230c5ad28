"""A throw-away service with a small demonstration city, and many more jobs copied from it row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import Engine, insert, select

import config
from app import create_app
from app.infra import db
from app.jobs.models import Job

BATCH = 20_000
COPIED_ONCE = ("id", "number", "repost_of_id")


@contextmanager
def service(url: str = "") -> Iterator[tuple[Flask, Engine]]:
    """The application on an empty database of its own: SQLite in a temporary folder, or the database named by `url`."""
    with TemporaryDirectory() as folder:
        address = url or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        app = create_app(config.load({"ENV": "test", "DATA_DIR": folder, "DATABASE_URL": address}))
        run = app.test_cli_runner()
        for args in (["migrate"], ["load"], ["demo", "--owners", "4", "--agencies", "8", "--jobs", "20"]):
            done = run.invoke(args=args, catch_exceptions=False)
            if done.exit_code:
                raise SystemExit(done.output)
        engine = db.session.get_bind()
        assert isinstance(engine, Engine)
        yield app, engine
        db.session.remove()
        engine.dispose()


def copy_jobs(engine: Engine, count: int, *, due: datetime | None = None) -> None:
    """Add copies of the city's published jobs, published one minute before the other; all open until `due` when it is
    given."""
    with engine.begin() as connection:
        table = Job.__table__
        known = [
            dict(row._mapping) for row in connection.execute(select(table).where(table.c.published_at.is_not(None)))
        ]
        if due is not None:
            known = [row for row in known if row["state"] == "open"]
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            connection.execute(insert(table), [_copy(known[number % len(known)], number, due) for number in numbers])


def _copy(row: dict[str, Any], number: int, due: datetime | None) -> dict[str, Any]:
    other = {name: value for name, value in row.items() if name not in COPIED_ONCE}
    other["number"] = f"BENCH-{number}"
    other["published_at"] -= timedelta(minutes=number)
    if due is not None:
        other["due"] = due + timedelta(seconds=number)
    return other
