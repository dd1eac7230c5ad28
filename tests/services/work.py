"""Where the service tests begin: a job whose papers are checked in the week before the National Day of 2026."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.contracts.models import materials_asked
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.workdays import HERE
from app.services import operations
from app.services.models import Pause
from tests import make

POSTED = datetime(2026, 9, 16, 9, 30, tzinfo=HERE)
WHY = "镇政府要求等待专家评审会，会议通知见附件。"


def at(text: str) -> datetime:
    """An instant of 2026 in Shanghai: "9-29 10:00"."""
    return datetime.strptime("2026-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=HERE)


def owner(job: Job, when: str) -> Act:
    return make.act(job.owner, at(when))


def agency(job: Job, when: str) -> Act:
    return make.act(job.agency, at(when))


def regulator(job: Job, when: str) -> Act:
    return make.act(make.regulator(job.sector_code), at(when))


def checking() -> Job:
    """A job whose papers are handed in on the Mid-Autumn holiday; they are to be checked by the end of 28 September."""
    job = make.job("materials_check", now=POSTED)
    assert job.due == at("9-29 00:00"), job.due
    return job


def serving() -> Job:
    """A job of five working days whose clock starts on 28 September: due on 10 October, a make-up Saturday."""
    job = checking()
    operations.start(agency(job, "9-28 10:00"), job)
    return job


def ask(job: Job, when: str, by: Any = agency, **changed: Any) -> Pause:
    known: dict[str, Any] = {"reason": "experts", "text": WHY, "file_id": None}
    return operations.ask_pause(by(job, when), job, **known | changed)


def paused(job: Job, when: str) -> Pause:
    """A pause the owner agrees to at once."""
    pause = ask(job, when)
    operations.confirm_pause(owner(job, when), pause)
    return pause


def report(job: Job, when: str) -> list[int]:
    return [make.file(job.agency, "report.pdf", at(when)).id]


def deliver(job: Job, when: str) -> Any:
    return operations.deliver(agency(job, when), job, file_ids=report(job, when), note="")


def events(job: Job) -> list[str]:
    return list(session.scalars(select(Event.name).where(Event.thread_of == job.thread).order_by(Event.id)))


def facts(job: Job, name: str) -> dict[str, Any]:
    query = select(Event.facts).where(Event.thread_of == job.thread, Event.name == name).order_by(Event.id.desc())
    return session.scalars(query).first() or {}


def states(job: Job) -> list[str]:
    return [line.state for line in materials_asked(job.id)]
