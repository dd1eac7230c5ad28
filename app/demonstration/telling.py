"""How the stories of the demonstration city are told: all together, in the order of time, by whoever is in them."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from app.agencies.bars import bar_on
from app.demonstration.units import HOUR
from app.infra import almanac
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import VISITOR, Actor
from app.kernel.law import in_state
from app.kernel.workdays import HERE, local_day

Story = Iterator[datetime]


@dataclass
class City:
    """What the stories share: a source of chance, the units and their people, how the clock moves a thing, and how what
    the acts have left to do is done up to an instant."""

    chance: Random
    operator: Actor
    owners: list[Actor]
    agencies: list[Actor]
    until: datetime
    tick: Callable[[Any, datetime], None]
    work: Callable[[datetime], None]

    def soon(self, job: Job, hours: float = 20) -> datetime:
        """Within so many hours after a job's last step, in office hours."""
        return office_hours(job.state_since + self.chance.uniform(1, hours) * HOUR, self.chance)

    def agency_of(self, job: Job) -> Actor:
        return next(firm for firm in self.agencies if firm.unit_id == job.agency_id)


def tell(city: City, stories: list[Story]) -> None:
    """Let the stories act in the order of time, up to now. Messages go out as they would."""
    waiting = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(waiting)
    while waiting:
        at, number, story = heapq.heappop(waiting)
        if at > city.until:
            continue
        city.work(at)
        wish = next(story, None)
        if wish is not None:
            heapq.heappush(waiting, (max(wish, at), number, story))
    city.work(city.until)


def lapse(city: City, job: Job, state: State) -> Story:
    """Wait for the deadline of a state and let the clock take its step."""
    if job.due is not None and in_state(state)(VISITOR, job):
        yield (at := job.due)
        city.tick(job, at)


def free(firm: Actor, item_id: int, at: datetime) -> bool:
    """Whether nothing bars an agency from an item."""
    return bar_on(local_day(at), firm.unit_id or 0, item_id) is None


def office_hours(at: datetime, chance: Random) -> datetime:
    """The same or the next working day, within its hours."""
    calendar, local = almanac.calendar(), at.astimezone(HERE)
    if calendar.is_working(local.date()) and 9 <= local.hour < 18:
        return at
    day = calendar.add(local.date(), 0 if local.hour < 9 and calendar.is_working(local.date()) else 1)
    return datetime.combine(day, datetime.min.time(), HERE) + chance.uniform(9, 12) * HOUR
