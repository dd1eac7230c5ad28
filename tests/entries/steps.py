"""An entry, or a list of them up to the closing, in a few words."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from app.agencies.models import Agency
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from tests import make
from tests.make import lapse


def opened(method: str = "random_draw", **fields: Any) -> Job:
    return make.job("open", method=method, **fields)


def enter(job: Job, agency: Agency | None = None, quote: int | None = None, **span: float) -> Entry:
    by = make.act(agency or make.agency(), make.later(job, **span))
    return entries.enter(by, job, Offer(quote))


def refused(kind: type[Exception], job: Job, agency: Any = None, **details: Any) -> Any:
    with pytest.raises(kind) as refusal:
        enter(job, agency, **details)
    assert session.scalar(select(func.count()).select_from(Entry)) == 0
    return refusal.value


def closed(job: Job, *quotes: int | None, agencies: Sequence[Agency] | None = None, **late: float) -> Job:
    """The job after its closing, with an entry for each quote."""
    for place, quote in enumerate(quotes):
        enter(job, agencies[place] if agencies else make.agency(lists=job.item), quote)
    return lapse(job, **late)


def event(job: Job, name: str) -> Event:
    query = select(Event).where(Event.thread_of == job.thread, Event.name == name).order_by(Event.id.desc())
    return session.scalars(query).one()
