"""Two at once: threads that queue for one row, and the naive control that looks first and acts later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Barrier, Event, Thread
from typing import Any

from sqlalchemy import Engine, select, text

from app import wiring
from app.entries.envelopes import entrant_of
from app.entries.models import live_entries
from app.infra import record as log
from app.infra.clockwork import take_late
from app.infra.db import Row, session, transaction
from app.kernel.act import CLOCK, Act
from app.kernel.draw import list_hash_of
from tests import make

LONGEST = 10.0
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@dataclass(frozen=True)
class Try:
    """One of the two: who acts, on what, the step of the table it takes, and the verb that takes it."""

    act: Act
    model: type[Row]
    id: int
    step: str
    verb: Callable[[], Any]


def by(act: Act, thing: Any, step: str, verb: Any, *given: Any, **facts: Any) -> Try:
    model, id = type(thing), thing.id
    return Try(act, model, id, step, lambda: verb(act, session.get_one(model, id), *given, **facts))


def the_clock(thing: Any, step: str) -> Try:
    model, id, now = type(thing), thing.id, thing.due
    return Try(Act(CLOCK, now), model, id, step, lambda: take_late(model, id, now, wiring.VERBS))


@contextmanager
def held(thing: Row) -> Iterator[Callable[[int], None]]:
    """Hold the row of a job, or of what is decided, so that both must queue for it; `wait(n)` until n of them do, where
    the database can tell."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with engine.connect() as holder:
        holder.execute(text(f'UPDATE "{thing.__tablename__}" SET id = id WHERE id = :id'), {"id": thing.id})

        def wait(number: int) -> None:
            if holder.dialect.name == "sqlite":
                return
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
                for _ in range(int(LONGEST * 100)):
                    if watcher.scalar(WAITING) == number:
                        return
                    Event().wait(0.01)
            raise AssertionError(f"not {number} of them wait for the row: a verb took no lock")

        yield wait
        holder.rollback()


def at_once(thing: Row, *runs: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own, all held up at the row until the last is there: answers or exceptions."""
    make.keep()
    session.remove()
    answers: list[Any] = [None] * len(runs)

    def run(place: int) -> None:
        try:
            answers[place] = runs[place]()
        except Exception as error:
            answers[place] = error

    threads = [Thread(target=run, args=(place,)) for place in range(len(runs))]
    with held(thing) as wait:
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait(number)
    for thread in threads:
        thread.join(LONGEST)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return answers


def in_transaction(one: Try) -> Callable[[], Any]:
    def run() -> None:
        with transaction():
            one.verb()

    return run


def looks(one: Try) -> None:
    with transaction():
        thing: Any = session.get_one(one.model, one.id)
        thing.LIFE.check(one.act, thing, one.step)


def acts(one: Try) -> None:
    with transaction():
        thing: Any = session.get_one(one.model, one.id)
        thing.state = thing.LIFE[one.step].target
        log.record(one.act, f"{thing.LIFE.name}.{one.step}", thing)


def naively(*tries: Try) -> None:
    """The control: each makes the same check and the same record, but what it saw may be past when it acts."""
    make.keep()
    meet = Barrier(len(tries))

    def run(one: Try) -> None:
        looks(one)
        meet.wait(LONGEST)
        acts(one)

    in_threads(*(partial(run, one) for one in tries))


def in_threads(*runs: Callable[[], Any]) -> None:
    threads = [Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)


def published_list(job_id: int) -> str:
    """The hash of the list of entrants that the clock published at closing."""
    query = select(log.Event.facts).where(log.Event.thread_of == f"job:{job_id}", log.Event.name == "job.close")
    return str(session.scalars(query).one()["list_hash"])


def standing_list(job_id: int) -> str:
    """The hash of the list of the entries that stand now."""
    session.expire_all()
    return list_hash_of([entrant_of(one) for one in live_entries(job_id)])
