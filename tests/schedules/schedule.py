"""One schedule: everybody of a scene at once, each held up for a moment before some of their statements, by a seed."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from threading import Thread, local
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, event
from werkzeug.test import Cookie

from app import wiring
from app.infra import clockwork
from app.infra.db import Row, session
from app.web.commands import GRACE
from tests.at_once import LONGEST
from tests.schedules.scenes import Naive, Scene
from tests.staging import sign_in

HELD_UP, LONGEST_PAUSE, LATEST_START = 0.3, 0.003, 0.006  # how often; seconds
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?')

_mine = local()


class Shelf:
    """The rows of a scene as they were when it was built, to be put back after each schedule of it."""

    def __init__(self, engine: Engine):
        self.touched: set[str] = set()
        self.pooled = engine.raw_connection()
        self.pooled.detach()
        connection: Any = self.pooled.dbapi_connection
        self.sqlite = engine.dialect.name == "sqlite"
        if not self.sqlite:
            connection.autocommit = True
        self.run = connection.execute
        self.run("PRAGMA foreign_keys=OFF" if self.sqlite else "SET session_replication_role = replica")
        for name in Row.metadata.tables:
            self.run(f'CREATE TEMPORARY TABLE "kept_{name}" AS SELECT * FROM "{name}"')

    def put_back(self) -> None:
        session.remove()
        self.run("BEGIN IMMEDIATE" if self.sqlite else "BEGIN")
        for name in self.touched:
            self.run(f'DELETE FROM "{name}"')
            self.run(f'INSERT INTO "{name}" SELECT * FROM "kept_{name}"')
        self.run("COMMIT")
        self.touched.clear()

    def close(self) -> None:
        self.pooled.close()


@contextmanager
def shelf(engine: Engine) -> Iterator[Shelf]:
    """A shelf for the scene that the database holds now; meanwhile every statement of a contestant may be held up."""
    kept = Shelf(engine)

    def hold_up(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if written := WRITES.match(statement):
            kept.touched.add(written[1])
        chance = getattr(_mine, "chance", None)
        if chance and chance.random() < HELD_UP:
            time.sleep(chance.random() * LONGEST_PAUSE)

    event.listen(engine, "before_cursor_execute", hold_up)
    yield kept
    event.remove(engine, "before_cursor_execute", hold_up)
    kept.close()


@dataclass
class Outcome:
    """What a schedule brought about: each person's answer, what the workers met, the events of the job in order."""

    answers: list[Any]
    failures: list[BaseException]
    story: list[str]

    @property
    def accepted(self) -> list[bool]:
        return [answer.status_code == 303 for answer in self.answers]


def windows(app: Flask, scene: Scene) -> list[Cookie]:
    """The key of each person of the scene, who reads English. From now on the application's clock is that of whoever
    asks."""
    keys = []
    for person in scene.people:
        client = sign_in(app, person.user, None)
        with client.session_transaction() as cookie:
            cookie["locale"] = "en"
        keys.append(client.get_cookie("session"))
    app.config["CLOCK"] = lambda: _mine.now
    return keys


def perform(app: Flask, scene: Scene, keys: list[Cookie], seed: str) -> Outcome:
    """Everybody at once."""
    answers: list[Any] = [None] * len(keys)

    def asks(place: int) -> Callable[[], None]:
        person, client = scene.people[place], app.test_client()
        client.set_cookie("session", keys[place].value)

        def run() -> None:
            _mine.now = person.at
            typed = {name: value() if callable(value) else value for name, value in person.typed.items()}
            answers[place] = client.post(person.path, data=typed)

        return run

    runs = [*(asks(place) for place in range(len(keys))), *(works(instant) for instant in scene.workers)]
    failures = in_disorder(runs, seed)
    return Outcome(answers, failures, scene.story())


def works(now: datetime) -> Callable[[], Any]:
    """A worker of the clock that comes by at an instant."""
    return lambda: clockwork.tick(wiring.LIVES, now, wiring.VERBS, GRACE)


def naively(scene: Scene, seed: str) -> list[str]:
    """The control: everybody looks, and acts a moment later on what they saw."""

    def runs(one: Naive) -> Callable[[], None]:
        def run() -> None:
            one.looks()
            one.acts()

        return run

    in_disorder([runs(one) for one in scene.naive], seed)
    return scene.story()


def in_disorder(runs: list[Callable[[], Any]], seed: str) -> list[BaseException]:
    """Each in a thread of its own, started and held up by chance of the seed: what they ended with, where badly."""
    failures: list[BaseException] = []

    def alone(place: int) -> None:
        _mine.chance = Random(f"{seed}/{place}")
        time.sleep(_mine.chance.random() * LATEST_START)
        try:
            runs[place]()
        except BaseException as error:
            failures.append(error)
        finally:
            session.remove()

    threads = [Thread(target=alone, args=(place,)) for place in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    if any(thread.is_alive() for thread in threads):
        failures.append(TimeoutError("they wait for each other"))
    return failures
