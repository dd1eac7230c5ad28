"""How fast the clock is: adding working days, and finding what is late among a million open jobs.

    python -m bench.clock                      # SQLite; DATABASE_URL=postgresql+psycopg://… for an empty PostgreSQL

The calendar is measured in nanoseconds a call in one batch, against the library it was seeded from, which steps from
day to day: the same starts and the same five days are asked of both. The sweep is the worker's own question, which
steps are due; its floor in the same run is counting the rows, which reads all of them once. Then a closed day is put
into force over the same open jobs: where it lies within the terms of few of them, of some, of all. From the end of the
act on each deadline holds as derived; where they are very many, the worker then writes them down with their events, and
that is measured too, with the longest transaction of it. Its floor is the one statement that writes a deadline to as
many rows, without deriving or recording anything.
"""

import csv
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter_ns, process_time, process_time_ns
from typing import Any

import chinese_calendar
from sqlalchemy import Date, Engine, Integer, column, func, select, text, update, values

from app.calendars.models import CalendarNotice
from app.calendars.operations import apply, enter, preview
from app.infra import moved
from app.infra.almanac import calendar
from app.infra.clockwork import late
from app.infra.db import Moment, session, transaction
from app.infra.record import Event
from app.infra.recount import ids_of
from app.jobs.models import Job
from app.kernel.act import Act, Actor, Kind
from app.kernel.workdays import HERE, Calendar, load_calendar
from bench.city import copy_jobs, service
from bench.processes import used_by

JOBS: Any = Job.__table__
CALLS = 1_000_000
OPEN_JOBS = int(os.environ.get("OPEN_JOBS", 1_000_000))
LATE_JOBS = 1_000
LIBRARY_CALLS = 2_000
WORKING_DAYS = 5
ROUNDS, SWEEPS = 5, 100
AIM_NS = 300
FLOOR_RATIO = 200
# Working days after FROM on which terms begin, how many each has, and the one that is declared closed.
SPREADS = {"few": (range(250), 5, 1), "some": (range(60), 5, 25), "all": (range(10), 30, 25)}
FROM = date(2026, 9, 1)
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
    """Nanoseconds of processor a call in the best of some rounds, the loop included."""
    spent = []
    for _ in range(ROUNDS):
        began = process_time_ns()
        for day in days:
            add(day, WORKING_DAYS)
        spent.append(process_time_ns() - began)
    return min(spent) / len(days)


def sweep() -> None:
    """Print what one round of the worker costs when nothing is late, and when a thousand jobs are."""
    with service(os.environ.get("DATABASE_URL", "")) as (_, engine):
        closes = datetime(2020, 1, 1, tzinfo=UTC)  # before anything else in the city
        copy_jobs(engine, OPEN_JOBS, due=closes)
        session.remove()
        print(f"{engine.dialect.name}:")
        nothing = best_ms(lambda: late(Job, closes - timedelta(seconds=1)), none=True)
        many = best_ms(lambda: late(Job, closes + timedelta(seconds=LATE_JOBS - 1)))
        floor = best_ms(lambda: session.scalar(select(func.count(Job.need))), rounds=ROUNDS)
        print(f"{OPEN_JOBS:,} open jobs: count them all {floor:10.1f} ms")
        print(f"find that nothing is late              {nothing:10.1f} ms, 1/{floor / nothing:,.0f} of the count")
        print(f"find the {LATE_JOBS:,} that are late           {many:10.1f} ms, 1/{floor / many:,.0f} of the count")
        for which in SPREADS:
            recompute(engine, which)
        write_only(engine)


def recompute(engine: Engine, which: str) -> None:
    """Print what it costs to put a closed day into force, and what the statement that only writes does."""
    held = calendar()
    session.remove()
    begins, days, place = SPREADS[which]
    closed = held.add(FROM, place)
    wait(engine, [(held.add(FROM, start), days) for start in begins], held)
    act = Act(Actor(kind=Kind.OPERATOR), datetime.combine(FROM, time(), HERE))
    stated = {"url": "", "reason": "bench: a closed day", "published_on": None, "effective_from": date(2026, 1, 1)}
    notice = enter(act, kind="closure", source=f"bench {which}", lines=f"{closed},0,closed", **stated)
    session.commit()
    told = told_so_far()
    with taken(engine) as seen:
        found = preview(act.now, notice)
    some = {move: ids_of(move, 0, 3) for move in found.moves}
    session.remove()
    with taken(engine) as done:
        apply(act, session.get_one(CalendarNotice, notice.id), seen=found.mark)
        session.commit()
    session.remove()
    if any(session.get_one(Job, id).due != move.holds for move, ids in some.items() for id in ids):
        raise SystemExit("a deadline does not hold as derived")
    session.remove()
    with taken(engine) as after:
        batches = [*write_down()]
    if told_so_far() - told != found.counts["moves"]:
        raise SystemExit("not every deadline that moved has its event")
    longest = f", at most {max(batches) * 1000:.0f} ms at a time" if batches else ""
    number = f"{found.counts['moves']:,} of {OPEN_JOBS:,} deadlines move"
    print(f"{which}: {number}: previewed {seen[0]}, in force {done[0]}; written down after it {after[0]}{longest}")
    session.remove()


def told_so_far() -> int:
    """The events of deadlines that moved."""
    return session.scalar(select(func.count()).where(Event.name.endswith(".due_changed"))) or 0


def write_down() -> Iterator[float]:
    """What the worker does after the act, a transaction at a time; seconds of each."""
    while moved.pending():
        began = perf_counter_ns()
        with transaction():
            moved.write_some()
        yield (perf_counter_ns() - began) / 1e9
    session.remove()


def write_only(engine: Engine) -> None:
    """Print what the one statement does that writes as many deadlines, neither deriving nor recording anything."""
    with taken(engine) as floor:
        session.execute(update(JOBS).where(Job.state == "open").values(due=Job.due))
        session.commit()
    session.remove()
    print(f"write all of them and nothing else: {floor[0]}")


def wait(engine: Engine, counted: list[tuple[date, int]], held: Calendar) -> None:
    """Let the open jobs wait in turn for as many working days from each of some days on."""
    waits = [(place, start, n, held.deadline_from(start, n)) for place, (start, n) in enumerate(counted)]
    table = values(
        column("place", Integer), column("start", Date), column("days", Integer), column("due", Moment), name="w"
    )
    told = table.data(waits).cte("waits")
    same = (Job.state == "open") & (Job.id % len(waits) == told.c.place)
    now = {"counted_from": told.c.start, "counted_days": told.c.days, "due": told.c.due}
    with engine.begin() as connection:
        connection.execute(update(JOBS).where(same).values(now))
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE job"))


@contextmanager
def taken(engine: Engine) -> Iterator[list[str]]:
    """What happens inside: the time by the clock and by the processor, that of a server on this machine included."""
    told: list[str] = []
    server = session.scalar(select(func.pg_backend_pid())) if engine.dialect.name == "postgresql" else None
    used, began = process_time() + (used_by(server) if server else 0), perf_counter_ns()
    yield told
    passed = (perf_counter_ns() - began) / 1e9
    used = process_time() + (used_by(server) if server else 0) - used
    told.append(f"{passed:.1f} s ({used:.1f} s of processor)")


def best_ms(ask: Callable[[], object], *, none: bool = False, rounds: int = SWEEPS) -> float:
    """Milliseconds of the best of some rounds."""
    spent = []
    for _ in range(rounds):
        began = perf_counter_ns()
        found = ask()
        spent.append((perf_counter_ns() - began) / 1e6)
        if bool(found) == none:
            raise SystemExit("the sweep found something else than it should")
    return min(spent)


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
