"""`kill -9` at any moment: what people were told stands, nothing stands half, and the rest is done once, later."""

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from threading import Event, Lock, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.agencies.models import Agency
from app.catalogue.models import materials_of
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra import db, mail, outbox, record
from app.infra.db import session
from app.infra.files import File
from app.jobs.models import Job
from app.notices.models import Notice
from app.ratings.models import AXES, Rating
from app.selections.models import Award
from app.services import operations as services
from app.web import answers
from tests import make
from tests.client import CheckedClient
from tests.kill import journeys
from tests.kill.journeys import Cast, Selected
from tests.kill.proof import wounds
from tests.kill.service import Service
from tests.kill.visitor import Acknowledged, Book, Visitor
from tests.staging import NOW
from tests.test_double_submit import token_of

LONG_AGO = timedelta(days=60)
VICTIMS = (("web",), ("worker",), ("web", "worker"), ("web hand",))
WINDOWS = 3  # people who act at the same time
LONGEST_LIFE = 0.8  # seconds from the first answer to the next kill
JOURNEY_MINUTES = 5


@dataclass
class Market:
    """The people of a test and the jobs whose deadlines have passed long ago, for the clock to find."""

    port: int
    book: Book
    owner: Any = field(default_factory=make.unit)
    operator: Any = field(default_factory=make.operator)
    agencies: list[Agency] = field(default_factory=list)
    selected: SimpleQueue[Selected] = field(default_factory=SimpleQueue)
    made: int = 0

    def __post_init__(self) -> None:
        self.past = datetime.now(UTC) - LONG_AGO
        self.agencies += [make.agency(now=self.past) for _ in range(3)]

    def cast(self) -> Cast:
        """Everybody, in new windows."""
        windows = {one.id: self.window(one) for one in (self.owner, self.operator, *self.agencies)}
        item = make.item()
        job = make.job("draft", owner=self.owner, now=self.past)
        papers = tuple(one.id for one in materials_of(job.standard_id) if not one.certificate)
        agencies = {one.id: windows[one.id] for one in self.agencies}
        return Cast(windows[self.owner.id], windows[self.operator.id], agencies, item.id, papers, make.content())

    def window(self, unit: Any) -> Visitor:
        return Visitor(self.port, make.user_of(unit).username, make.PASSWORD, self.book)

    def late(self) -> None:
        """Work for the clock, all due: a job to award, and one more of another kind each time."""
        known = {"owner": self.owner, "entrants": self.agencies, "now": self.past}
        job = make.job("selected", **known)
        others: tuple[Callable[[], Any], ...] = (
            lambda: self.entered(make.job("open", **known)),
            lambda: make.job("delivered", **known),
            lambda: make.job("materials_check", **known),
            lambda: make.job("accepted", **known),
            lambda: self.pausing(make.job("in_service", **known)),
            lambda: make.job("abandoned", **known),
            lambda: make.job("selecting", **known),
        )
        others[self.made % len(others)]()
        self.made += 1
        make.keep()
        assert job.agency_id
        self.selected.put(Selected(job.id, job.agency_id))
        session.remove()

    def entered(self, job: Job) -> None:
        for agency in self.agencies:
            entries.enter(make.act(agency, make.later(job)), job, Offer())

    def pausing(self, job: Job) -> None:
        told = journeys.PAUSE["text"]
        services.ask_pause(make.act(job.owner, make.later(job)), job, reason="site", text=told, file_id=None)


class Crowd:
    """People in several windows, who go on with one journey after another until told to stop."""

    def __init__(self, market: Market, rng: Random, windows: int):
        self.market, self.stopping, self.failures, self.guard = market, Event(), list[BaseException](), Lock()
        self.done = 0
        self.threads = [
            Thread(target=self.live, args=(market.cast(), Random(rng.random())), daemon=True) for _ in range(windows)
        ]

    def live(self, cast: Cast, rng: Random) -> None:
        try:
            while not self.stopping.is_set():
                self.next(cast, rng)()
                with self.guard:
                    self.done += 1
        except BaseException as error:
            self.failures.append(error)

    def next(self, cast: Cast, rng: Random) -> Callable[[], None]:
        if rng.random() < 0.25:
            return partial(journeys.post, cast)
        try:
            journey = journeys.give_up if rng.random() < 0.2 else journeys.work
            return partial(journey, cast, self.market.selected.get_nowait())
        except Empty:
            return partial(journeys.post, cast)

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def finish(self) -> None:
        """Let everybody come to the end of their journey."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(JOURNEY_MINUTES * 60)
        if self.failures:
            raise self.failures[0]
        assert not any(thread.is_alive() for thread in self.threads), "somebody never came to an end"


@pytest.fixture
def service(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Service]:
    service = Service(database_url, tmp_path, Path(app.config["FILES_DIR"]))
    yield service
    service.stop()


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_and_nothing_stands_half(service: Service, at_scale: Callable[..., int]) -> None:
    seed = int(os.environ.get("KILL_SEED") or secrets.randbits(32))
    kills, rng, book = at_scale(3, 50), Random(seed), Book()
    sys.stdout.write(f"KILL_SEED={seed} repeats the choices of this run\n")
    market = Market(service.port, book)
    crowd = Crowd(market, rng, at_scale(2, WINDOWS))
    market.late()
    victims = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
    rng.shuffle(victims)
    service.start()
    service.await_answer()
    since = datetime.now(UTC)
    crowd.start()
    for chosen in victims:
        market.late()
        Event().wait(rng.uniform(0, LONGEST_LIFE))
        for name in chosen:
            service.kill(name)
        assert not crowd.failures, crowd.failures
        service.start()
        service.await_answer()
    crowd.finish()
    service.await_rest()
    found = wounds(book.told, since, datetime.now(UTC), service.settings["MAIL_DIR"]) + service.complaints()
    sys.stdout.write(
        f"{len(book.told)} forms answered, {book.sent_again} cut off and sent again, {crowd.done} journeys\n"
    )
    assert not found, f"KILL_SEED={seed}\n" + "\n".join(found)
    assert crowd.done and book.told


# --- the proof itself: what is planted is found -----------------------------------------------------------------------


@dataclass
class Small:
    """A market at rest in which one form was answered with a yes."""

    told: list[Acknowledged]
    job: Job
    letters: Path

    def wounds(self) -> list[str]:
        make.keep()
        return wounds(self.told, NOW, make.later(self.job, minutes=30), self.letters)


@pytest.fixture
def small(as_user: Callable[..., CheckedClient], clock: Any, work: Any, tmp_path: Path) -> Iterator[Small]:
    letters = mail._place["folder"]
    mail.keep_in(tmp_path)
    yield accepted(as_user, clock, work, tmp_path)
    mail.keep_in(letters)


def accepted(as_user: Callable[..., CheckedClient], clock: Any, work: Any, letters: Path) -> Small:
    """The owner accepts the report of a job, the only form that was sent; all else happened before."""
    job = make.job("delivered")
    session.execute(update(record.Event).values(user_id=None))
    user = make.user_of(job.owner)
    client, clock.now = as_user(user), make.later(job)
    page = f"/jobs/{job.id}/service/accept"
    once = token_of(client.get(page).text, page)
    answer = client.post(page, data={"once": once})
    assert answer.status_code == 303
    work(clock.now)
    told = [Acknowledged(user.username, once, answer.location, "job.accept")]
    return Small(told, make.again(session.get_one(Job, job.id)), letters)


def an_event_is_written_twice(small: Small) -> None:
    last = session.scalars(select(record.Event).order_by(record.Event.id.desc())).first()
    assert last
    names = [column.key for column in record.Event.__mapper__.column_attrs if column.key != "id"]
    session.add(record.Event(**{name: getattr(last, name) for name in names}))


def an_event_is_missing(small: Small) -> None:
    session.execute(delete(Notice))
    session.execute(delete(record.Event).where(record.Event.name == "job.accept"))


def a_state_goes_back(small: Small) -> None:
    session.execute(update(Job).values(state="delivered"))


def a_deadline_is_not_the_recorded_one(small: Small) -> None:
    session.execute(update(Job).values(due=Job.state_since))


def a_file_loses_its_bytes(small: Small) -> None:
    """Only in the row: the bytes belong to every test."""
    session.execute(update(File).values(sha256="0" * 64))


def the_award_ends_alone(small: Small) -> None:
    session.execute(update(Award).values(ended_at=NOW))


def a_task_is_left(small: Small) -> None:
    session.add(outbox.Task(name="notices.tell", payload={"event_id": 1}, run_at=NOW))


def a_task_waits_twice(small: Small) -> None:
    later = NOW + timedelta(days=365)
    session.add_all(outbox.Task(name="notices.remind", payload={"event_id": 1}, run_at=later) for _ in range(2))


def a_notice_is_missing(small: Small) -> None:
    session.execute(delete(Notice).where(Notice.kind == "job.accept/0"))


def a_notice_comes_twice(small: Small) -> None:
    one = session.scalars(select(Notice)).first()
    assert one
    known = {"event_id": one.event_id, "user_id": one.user_id, "unit_id": one.unit_id, "says": one.says}
    session.add(Notice(**known, places=one.places, path=one.path, at=one.at, kind=f"{one.kind}0"))


def a_letter_is_missing(small: Small) -> None:
    next(small.letters.glob("*.eml")).unlink()


def a_letter_is_half(small: Small) -> None:
    next(small.letters.glob("*.eml")).write_text("To: nobo")


def a_rating_stands_alone(small: Small) -> None:
    job, known = small.job, {"side": "owner", "given_at": NOW, "state": "given", "state_since": NOW}
    places = {"job_id": job.id, "by_id": job.owner_id, "about_id": job.agency_id, "text": "", "points": 400, "month": 0}
    session.add(Rating(**places, **known, **dict.fromkeys(AXES, 4)))


WOUNDS = {
    an_event_is_written_twice: "happened 2 times",
    an_event_is_missing: "happened 0 times",
    a_state_goes_back: "is delivered",
    a_deadline_is_not_the_recorded_one: "by its events accepted",
    a_file_loses_its_bytes: "has not its bytes",
    the_award_ends_alone: "awards of []",
    a_task_is_left: "is left over",
    a_task_waits_twice: "waits 2 times",
    a_notice_is_missing: "told of job.accept",
    a_notice_comes_twice: "told 2 times",
    a_letter_is_missing: "mail missing",
    a_letter_is_half: "is not whole",
    a_rating_stands_alone: "1 rows in rating",
}


@pytest.mark.one_database
def test_a_sound_market_has_no_wounds(small: Small) -> None:
    assert small.wounds() == []


@pytest.mark.one_database
@pytest.mark.parametrize("wound", WOUNDS, ids=lambda wound: wound.__name__)
def test_the_proof_finds_what_is_planted(wound: Callable[[Small], None], small: Small) -> None:
    wound(small)
    assert any(WOUNDS[wound] in found for found in small.wounds())


@pytest.mark.one_database
def test_a_yes_that_was_never_committed_is_found(
    as_user: Any, clock: Any, work: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a service that answers first and loses its transaction afterwards."""
    monkeypatch.setattr(answers, "settle", lambda keep: db.settle(False))
    small = accepted(as_user, clock, work, tmp_path)
    assert [found for found in small.wounds() if found.startswith("lost: ")]
