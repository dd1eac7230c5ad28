"""How fast the calendar adds working days: nanoseconds a call in one batch, against the library it was seeded from.

    python -m bench.clock

The library steps from day to day; the same starts and the same five days are asked of both in the same run.
"""

import csv
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter_ns

import chinese_calendar

from app.kernel.workdays import Calendar, load_calendar

CALLS = 1_000_000
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
    if mine > AIM_NS or library / mine < FLOOR_RATIO:
        raise SystemExit("slower than it should be")


if __name__ == "__main__":
    main()
