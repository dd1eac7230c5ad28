"""Ratings as rows, each of a job: the summary made anew from them, the open data written, and the verifier's answer.

    python -m bench.all_ratings 1000000        # SQLite; DATABASE_URL=postgresql+psycopg://… for an empty PostgreSQL

The sums are kept beside by another path, from the same series of numbers, and must be the same to the last digit.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from sqlalchemy import BigInteger, String, case, cast, delete, func, insert, literal, select, true

from app.accounts.models import Unit
from app.catalogue.models import Item
from app.infra.db import session
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import CLOCK, Act, Actor, Kind, Role
from app.kernel.scores import month_of
from app.kernel.workdays import local_day
from app.ratings.models import AXES, Rating, ratings_of
from app.ratings.operations import give
from app.scores.documents import open_data
from app.scores.models import SUMS, MarketTally, Tally, markets, published
from app.scores.operations import publish_all, rebuild
from app.web.commands import now_here
from bench.city import service

VERIFIER = Path(__file__).parent.parent / "verify"
ASK = """import rating, sys, time
status, said = rating.judge(sys.argv[1])
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(said, f"{time.process_time():.0f} s, {int(peak) >> 10} MiB in all")
sys.exit(status)"""
UNITS, ITEMS, MONTHS = 2_500, 10, 16
SIDES = {"owner": 0, "agency": 1}
MIB = 1 << 10  # ru_maxrss counts in KiB


def units(side: str) -> int:
    """So many units to be rated by a side; the least id, the others follow."""
    model = session.scalars(select(Unit).where(Unit.kind != side).limit(1)).one()
    known = {column.key: getattr(model, column.key) for column in Unit.__table__.columns if column.key != "id"}
    session.execute(insert(Unit), [known | {"code": f"{side[:2].upper()}{place:09}"} for place in range(UNITS)])
    return session.scalar(select(func.min(Unit.id)).where(Unit.code.like(f"{side[:2].upper()}0%"))) or 0


def copied(model: type[Any], row: Any, changed: dict[str, Any], series: Any) -> None:
    """A row like this one for each number of the series, some columns told by the number."""
    columns = [column for column in model.__table__.columns if column.key != "id"]
    values = [
        changed.get(column.key, literal(getattr(row, column.key), column.type)).label(column.key) for column in columns
    ]
    session.execute(insert(model).from_select([column.key for column in columns], select(*values).select_from(series)))


def a_rating(act: Act) -> Rating:
    """The ratings of a job that the city has accepted, one of them as a model for the others."""
    job = session.scalars(select(Job).where(Job.state == State.ACCEPTED).limit(1)).one()
    for unit_id, kind in ((job.owner_id, Kind.OWNER), (job.agency_id, Kind.AGENCY)):
        actor = Actor(job.run_by_id, unit_id, kind, Role.ADMINISTRATOR, None)
        give(Act(actor, act.now), job, **dict.fromkeys(AXES, 4), text="")
    return ratings_of(job.id)[0]


def fill(act: Act, jobs: int) -> None:
    """So many archived jobs with both ratings, and their sums."""
    row, month = a_rating(act), month_of(local_day(act.now))
    rebuild(act)
    series = select(literal(1, BigInteger).label("x")).cte("series", recursive=True)
    x = series.c.x
    series = series.union_all(select(x + 1).where(x < jobs))
    x = series.c.x
    items = list(session.scalars(select(Item.id).order_by(Item.id).limit(ITEMS)))
    item = case(dict(enumerate(items)), value=x % ITEMS)
    first = (session.scalar(select(func.max(Job.id))) or 0) + 1
    number = literal("XX-") + cast(x + 10_000_000, String)
    copied(Job, row.job, {"number": number, "item_id": item}, series)
    assert session.scalar(select(func.max(Job.id))) == first + jobs - 1
    for side, shift in SIDES.items():
        cell = (units(side) + (x * 7919 + shift) % UNITS, item, month - x % MONTHS)
        points = 100 + 100 * ((x * 31 + x // 7) % 5)
        about = {
            "job_id": first - 1 + x,
            "side": literal(side),
            "about_id": cell[0],
            "month": cell[2],
            "points": points,
            "tallied": true(),
        }
        copied(Rating, row, about | dict.fromkeys(AXES, points // 100), series)
        sums = (func.count(), func.sum(points), func.sum(points * points))
        found = select(literal(side), *cell, *sums).select_from(series).group_by(*cell)
        session.execute(insert(Tally).from_select(["side", "unit_id", "item_id", "month", *SUMS], found))
    session.execute(delete(MarketTally))
    whole = select(Tally.side, Tally.month, *(func.sum(getattr(Tally, name)) for name in SUMS))
    session.execute(insert(MarketTally).from_select(["side", "month", *SUMS], whole.group_by(Tally.side, Tally.month)))
    session.commit()


def main(ratings: int) -> None:
    with service(os.environ.get("DATABASE_URL", "")) as (_, engine), TemporaryDirectory() as folder:
        act = Act(CLOCK, now_here())
        fill(act, ratings // 2)
        for market in markets().values():
            publish_all(act, market)
        session.commit()
        before, began = published(), process_time()
        rebuild(act)
        session.commit()
        took, differ = process_time() - began, len(set(before) ^ set(published()))
        told = f"{len(before):,} scores made anew in {took:.0f} s; {differ} differ"
        print(f"{engine.dialect.name}: {ratings:,} ratings, {told}")
        began, held, file = process_time(), _peak(resource.RUSAGE_SELF), Path(folder) / "ratings.json"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(open_data())
        more = _peak(resource.RUSAGE_SELF) - held
        print(
            f"open data {file.stat().st_size >> 20:,} MiB in {process_time() - began:.0f} s, {more} MiB of memory more"
        )
        session.remove()
        command = [sys.executable, "-c", ASK, str(file)]
        done = subprocess.run(command, cwd=VERIFIER, capture_output=True, text=True, check=False)
        print(f"verifier: {done.stdout.strip()}{done.stderr}")
        if differ or done.returncode:
            raise SystemExit("something differs")


def _peak(whose: int) -> int:
    return resource.getrusage(whose).ru_maxrss // MIB


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
