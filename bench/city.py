"""A throw-away service with a small demonstration city, and many more jobs copied from it row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import Engine, bindparam, insert, select

import config
from app import create_app
from app.infra import db
from app.jobs.models import Job

BATCH = 20_000


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
    given, each a second longer. The database copies; it is told only what differs."""
    table: Any = Job.__table__
    here = [table.c.state == "open"] if due is not None else [table.c.published_at.is_not(None)]
    with engine.begin() as connection:
        known = connection.execute(select(table.c.id, table.c.published_at).where(*here)).all()
        named = ("number", "published_at", *(["due"] if due else []))
        told: dict[str, Any] = {name: bindparam(f"its_{name}", type_=table.c[name].type) for name in named}
        copied = {one.name: told.get(one.name, one) for one in table.c if one.name not in {"id", "repost_of_id"}}
        copy = insert(table).from_select(list(copied), select(*copied.values()).where(table.c.id == bindparam("of")))
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            connection.execute(copy, [_copy(known[number % len(known)], number, due) for number in numbers])


def _copy(row: Any, number: int, due: datetime | None) -> dict[str, Any]:
    """What differs in the copy of a job with this number."""
    other = {"of": row.id, "its_number": f"BENCH-{number}"}
    other["its_published_at"] = row.published_at - timedelta(minutes=number)
    return other | ({"its_due": due + timedelta(seconds=number)} if due else {})
