"""An application on a database for one test: made once per worker, and put back as it was before each test."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine

import config
from app import create_app, wiring
from app.accounts.models import Membership, SignIn, Unit, User, memberships_of
from app.infra import almanac, db
from app.infra.almanac import Almanac
from app.infra.secrets import hash_token
from app.kernel.act import Act, Actor
from app.web.commands import run_due
from tests.client import CheckedClient
from tests.databases import Database, PostgresDatabase, SQLiteFile
from tests.replay import Replay, on

_serial = count()
NOW = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)  # a Monday, 09:30 in Shanghai


@dataclass
class Clock:
    """The time at the door: set `now`, or let some pass."""

    now: datetime = NOW

    def passes(self, **spans: float) -> datetime:
        self.now += timedelta(**spans)
        return self.now


@dataclass
class Stage:
    """One application on one database, and the way back to how both were."""

    app: Flask
    engine: Engine
    database: Database
    almanac: Almanac
    replay: Replay

    def enter(self) -> Flask:
        db.session.remove()
        self.database.restore(self.engine)
        db.session.configure(bind=self.engine)
        for forget in db._connected:
            forget()
        almanac._held["now"] = self.almanac
        self.app.config["CLOCK"] = lambda: NOW
        on(self.replay)
        return self.app

    def leave(self) -> None:
        db.session.remove()
        self.engine.dispose()


def build(url: str, folder: Path, compiled: Path) -> Stage:
    """The schema from the models, then the shipped data by the command that a city would use."""
    app = create_app(config.load({"ENV": "test", "DATA_DIR": str(folder), "DATABASE_URL": url}))
    app.test_client_class = CheckedClient
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    engine = db.session.get_bind()
    assert isinstance(engine, Engine)
    db.Row.metadata.create_all(engine)
    loaded = app.test_cli_runner().invoke(args=["load"], catch_exceptions=False)
    assert loaded.exit_code == 0, loaded.output
    shipped = almanac.almanac()
    db.session.remove()
    database = (
        PostgresDatabase(url) if url.startswith("postgresql") else SQLiteFile(Path(url.removeprefix("sqlite:///")))
    )
    database.keep(db.Row.metadata, engine)
    replay = Replay()
    replay.listen(engine)
    return Stage(app, engine, database, shipped, replay)


def sign_in(app: Flask, user: User | None, unit: Unit | None) -> CheckedClient:
    """A client of that person, without the price of a password hash."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    if user is not None:
        place, now = place_of(user, unit), app.config["CLOCK"]()
        token = f"token-{place.id}-{next(_serial)}"
        known = {"user_id": user.id, "membership_id": place.id, "typed": user.username, "right": True}
        seen = {"at": now, "expires_at": now + timedelta(days=3650), "address": "127.0.0.1", "agent": "test"}
        db.session.add(SignIn(token_hash=hash_token(token), **known, **seen))
        db.session.commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def act(user: User, now: datetime = NOW, unit: Unit | None = None) -> Act:
    """The act of a person for their first unit, or the one named."""
    place = place_of(user, unit)
    return Act(Actor(user.id, place.unit_id, place.unit.kind, place.role, place.unit.sector), now)


def place_of(user: User, unit: Unit | None = None) -> Membership:
    return next(place for place in memberships_of(user.id) if unit is None or place.unit_id == unit.id)


def work_until_done(now: datetime) -> int:
    """Let the clock and the outbox do all that is due at an instant; return how much was done."""
    done = 0
    while more := run_due(wiring, now):
        done += more
    return done
