"""How fast the clock is: adding working days, and finding what is late among a million open jobs.

    python -m bench.clock                      # SQLite; DATABASE_URL=postgresql+psycopg://… for an empty PostgreSQL

The calendar is measured in nanoseconds a call in one batch, against the library it was seeded from, which steps from
day to day: the same starts and the same five days are asked of both. The sweep is the worker's own question, which
steps are due; its floor in the same run is counting the rows, which reads all of them once.
"""

import csv
import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter_ns

import chinese_calendar
from sqlalchemy import func, select

from app.infra.clockwork import late
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.workdays import Calendar, load_calendar
from bench.city import copy_jobs, service

CALLS = 1_000_000
OPEN_JOBS = 1_000_000
LATE_JOBS = 1_000
LIBRARY_CALLS = 2_000
WORKING_DAYS = 5
ROUNDS = 5
AIM_NS = 300
FLOOR_RATIO = 100
ONE_DAY = timedelta(days=1)


def ours() -> Calendar:
    path = Path(__file__).resolve().parents[1] / "data" / "calendar.csv"
    return load_calendar(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def starts(count: int) -> list[date]:
    """The same days in every run, spread over the published years."""
    pick = random.Random(2026)
    return [date(2004, 1, 1) + timedelta(days=pick.randrange(8_000)) for _ in range(count)]


def add_by_library(day: date, n: int) -> date:
    while n:
        day += ONE_DAY
        n -= chinese_calendar.is_workday(day)
    return day


def best_ns(add: Callable[[date, int], date], days: list[date]) -> float:
    """Nanoseconds a call in the best of some rounds, the loop included."""
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter_ns()
        for day in days:
            add(day, WORKING_DAYS)
        taken.append(perf_counter_ns() - began)
    return min(taken) / len(days)


def sweep() -> None:
    """Print what one round of the worker costs when nothing is late, and when a thousand jobs are."""
    with service(os.environ.get("DATABASE_URL", "")) as (_, engine):
        closes = datetime(2020, 1, 1, tzinfo=UTC)  # before anything else in the city
        copy_jobs(engine, OPEN_JOBS, due=closes)
        session.remove()
        print(f"{engine.dialect.name}:")
        nothing = best_ms(lambda: late(Job, closes - timedelta(seconds=1)), none=True)
        many = best_ms(lambda: late(Job, closes + timedelta(seconds=LATE_JOBS - 1)))
        floor = best_ms(lambda: session.scalar(select(func.count(Job.need))))
        print(f"{OPEN_JOBS:,} open jobs: count them all {floor:10.1f} ms")
        print(f"find that nothing is late              {nothing:10.1f} ms, 1/{floor / nothing:,.0f} of the count")
        print(f"find the {LATE_JOBS:,} that are late           {many:10.1f} ms, 1/{floor / many:,.0f} of the count")


def best_ms(ask: Callable[[], object], *, none: bool = False) -> float:
    """Milliseconds of the best of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter_ns()
        found = ask()
        taken.append((perf_counter_ns() - began) / 1e6)
        if bool(found) == none:
            raise SystemExit("the sweep found something else than it should")
    return min(taken)


def main() -> None:
    began = perf_counter_ns()
    calendar = ours()
    loaded = (perf_counter_ns() - began) / 1e6
    mine = best_ns(calendar.add, starts(CALLS))
    library = best_ns(add_by_library, starts(LIBRARY_CALLS))
    print(f"calendar loaded from its file         {loaded:10.1f} ms")
    print(f"add {WORKING_DAYS} working days, {CALLS:,} in a batch {mine:10.0f} ns a call (aim {AIM_NS})")
    print(f"chinesecalendar, day by day            {library:9.0f} ns a call")
    print(f"ratio                                  {library / mine:9.0f} (floor {FLOOR_RATIO})")
    sweep()
    if mine > AIM_NS or library / mine < FLOOR_RATIO:
        raise SystemExit("slower than it should be")


if __name__ == "__main__":
    main()
