"""What must be true of a market at rest, whatever was killed on the way: each question answers with what is wrong."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app import wiring
from app.accounts.models import User
from app.calendars.models import CalendarNotice
from app.contracts.models import Contract, MaterialLine
from app.entries.models import Entry
from app.infra.db import Row, session
from app.infra.files import File, path_of
from app.infra.once import Submission
from app.infra.outbox import Task
from app.infra.record import Event
from app.jobs.models import Job
from app.notices import operations as notices
from app.notices.models import Notice
from app.notices.rules import TELL
from app.ratings.models import Rating
from app.selections.models import Award, Selection
from app.services.models import DeliveredFile, Delivery, Pause
from tests.kill.visitor import Acknowledged

# Of which event which row tells more; the row stands there exactly as often as the event.
ROWS: dict[str, tuple[type[Row], ...]] = {
    "job.upload_contract": (Contract,),
    "job.deliver": (Delivery, DeliveredFile),
    "entry.enter": (Entry,),
    "pause.ask": (Pause,),
    "rating.give": (Rating,),
}
CHOSEN = {"job.select", "job.succeed", "job.replace"}
SELECTION_MADE = {"job.select", "job.fail"}
UNDONE = CHOSEN - {"job.select"} | {"job.fall_through", "job.annul"}


# What a form does whose own address leads to the same place afterwards: nothing is noted of that.
LED_BY_ADDRESS = {"entry.enter"}
# Of what people are reminded some time after an event.
LATER = {"job.remind", "job.fee_open"}


def wounds(told: Sequence[Acknowledged], since: datetime, now: datetime, mail: Path) -> list[str]:
    """Everything that is not as it must be; empty when all is well. `since` is when the first form was sent."""
    session.rollback()
    found = [
        *lost_or_doubled(told, since), *half_states(), *half_rows(), *half_awards(), *half_files(), *left_over(now),
        *notices_amiss(), *mail_amiss(mail),
    ]  # fmt: skip
    session.rollback()
    return found


def lost_or_doubled(told: Sequence[Acknowledged], since: datetime) -> Iterator[str]:
    """Every yes is one submission and one event of that person at that instant, and there are no others."""
    places = {one.token: one for one in session.scalars(select(Submission))}
    people = dict(session.execute(select(User.username, User.id)).all())
    happened: Counter[tuple[int | None, datetime, str]] = Counter()
    for event in session.scalars(select(Event).where(Event.at >= since, Event.user_id.is_not(None))):
        happened[event.user_id, event.at, event.name] += 1
    expected: set[tuple[int | None, datetime]] = set()
    for one in told:
        kept = places.get(one.once)
        if kept is None or kept.location != ("" if one.event in LED_BY_ADDRESS else one.location):
            yield f"lost: {one} is not among the submissions"
            continue
        expected.add((people[one.username], kept.at))
        if (times := happened[people[one.username], kept.at, one.event]) != 1:
            yield f"lost or doubled: {one} happened {times} times"
    for user, at, name in happened:
        if (user, at) not in expected:
            yield f"nobody was told of {name} by {user} at {at}"


def half_states() -> Iterator[str]:
    """The events of everything alive, read in order, follow the table and end where the row stands."""
    stories: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in session.scalars(select(Event).order_by(Event.id)):
        stories[event.name.split(".")[0], event.subject_id].append(event)
    for model in wiring.LIVES:
        life = model.LIFE
        for row in session.scalars(select(model)):
            if model is CalendarNotice and not stories[life.name, row.id]:
                continue  # in force since it was loaded
            state, since, due = next(iter(life.states)), None, row.due
            for event in stories[life.name, row.id]:
                step = life.steps.get(event.name.removeprefix(f"{life.name}."))
                if step is None:
                    continue
                if state not in step.source:
                    yield f"{row.thread}: {event.name} (event {event.id}) out of “{state}”"
                state, since, due = step.target, event.at, event.facts.get("due")
            due = datetime.fromisoformat(due) if isinstance(due, str) else due
            stands, told = (row.state, row.state_since, row.due), (state, since or row.state_since, due)
            if stands != told:
                yield f"{row.thread} is {' '.join(map(str, stands))}; by its events {' '.join(map(str, told))}"


def half_rows() -> Iterator[str]:
    """What an event tells of is there, once for each."""
    happened = Counter(session.scalars(select(Event.name)))
    for name, models in ROWS.items():
        for model in models:
            if (rows := session.scalar(select(func.count()).select_from(model))) != happened[name]:
                yield f"{happened[name]} times {name}, but {rows} rows in {model.__tablename__}"
    asked = sum(event.facts["papers"] for event in named("job.list_materials"))
    if (lines := session.scalar(select(func.count()).select_from(MaterialLine))) != asked:
        yield f"{asked} papers asked for, but {lines} lines"


def half_awards() -> Iterator[str]:
    """A job with a selected agency has one current award, its entry's; one without has none."""
    current: dict[int, list[Award]] = defaultdict(list)
    for award in session.scalars(select(Award).where(Award.ended_at.is_(None))):
        current[award.job_id].append(award)
    for job in session.scalars(select(Job)):
        holders = [award.entry.agency_id for award in current[job.id]]
        if holders != ([job.agency_id] if job.agency_id else []):
            yield f"{job.thread}: awards of {holders}, selected is {job.agency_id}"
    made = Counter(session.scalars(select(Event.name).where(Event.name.in_(CHOSEN | SELECTION_MADE))))
    for model, names in ((Award, CHOSEN), (Selection, SELECTION_MADE)):
        if (rows := session.scalar(select(func.count()).select_from(model))) != sum(made[name] for name in names):
            yield f"{dict(made)}, but {rows} rows in {model.__tablename__}"


def half_files() -> Iterator[str]:
    """A file that has a row has its bytes."""
    for file in session.scalars(select(File)):
        path = path_of(file.sha256)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            yield f"file {file.id} has not its bytes"


def left_over(now: datetime) -> Iterator[str]:
    """The outbox holds nothing that is due or has failed, and nothing twice."""
    waiting: Counter[tuple[str, str]] = Counter()
    for task in session.scalars(select(Task)):
        waiting[task.name, str(task.payload)] += 1
        if task.run_at <= now or task.error:
            yield f"task {task.name} {task.payload} is left over: {task.error}"
    yield from (f"task {name} {payload} waits {times} times" for (name, payload), times in waiting.items() if times > 1)


def notices_amiss() -> Iterator[str]:
    """Everybody concerned was told of everything once, and nobody else."""
    given: dict[int, Counter[tuple[int, str]]] = defaultdict(Counter)
    for notice in session.scalars(select(Notice).where(Notice.kind.not_in(LATER))):
        given[notice.event_id][notice.user_id, notice.kind] += 1
    said: Counter[Any] = Counter(session.execute(select(Notice.user_id, Notice.path, Notice.says, Notice.at)).all())
    yield from (f"told {times} times: {notice}" for notice, times in said.items() if times > 1)
    undone = {event.subject_id: event.id for name in UNDONE for event in named(name)}
    for event in session.scalars(select(Event).where(Event.name.in_(TELL))):
        if event.id < undone.get(event.subject_id, 0) and event.name.startswith("job."):
            continue  # who was selected then can no longer be read from the job
        if given[event.id] != Counter(concerned(event)):
            yield f"told of {event.name} ({event.id}): {dict(given[event.id])}, not {sorted(concerned(event))}"


def concerned(event: Event) -> set[tuple[int, str]]:
    thing: Any = session.get(notices.SUBJECTS[event.name.split(".")[0]], event.subject_id)
    return {
        (place.user_id, f"{event.name}/{number}")
        for number, (to, _) in enumerate(TELL[event.name])
        for place in notices.concerned(to, thing)
        if place.user_id != event.user_id
    }


def mail_amiss(folder: Path) -> Iterator[str]:
    """One whole message for every notice, and no other."""
    expected = {f"notice-{id}.eml" for id in session.scalars(select(Notice.id))}
    written = {path.name for path in folder.glob("*.eml")}
    if expected != written:
        yield f"mail missing {sorted(expected - written)[:5]}, too many {sorted(written - expected)[:5]}"
    yield from (f"{path.name} is not whole" for path in folder.glob("*.eml") if not path.read_bytes().endswith(b"\n"))


def named(name: str) -> Iterable[Event]:
    return session.scalars(select(Event).where(Event.name == name)).all()
