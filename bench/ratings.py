"""How fast the best of an item are read with ten million ratings behind the summary, and what keeping it costs.

    python -m bench.ratings                    # SQLite; DATABASE_URL=postgresql+psycopg://… for an empty PostgreSQL

The ratings are made as their monthly sums, which is all that the scores are made of. The floor in the same run is
reading twenty rows by their keys.
"""

import os
import random
from time import perf_counter_ns, process_time

from sqlalchemy import func, insert, select

from app.accounts.models import Unit
from app.catalogue.models import Item
from app.infra.db import run, session
from app.kernel.act import CLOCK, Act
from app.kernel.scores import month_of
from app.kernel.workdays import local_day
from app.scores.models import MarketTally, Score, Tally, markets, top
from app.scores.operations import publish_all, turn
from app.web.commands import now_here
from bench.city import BATCH, service

AGENCIES, ITEMS, MONTHS, EACH = 2_500, 10, 16, 25  # 10,000,000 ratings
ROUNDS = 300
AIM_MS = {"sqlite": 1.0, "postgresql": 2.0}


def fill(month: int) -> list[int]:
    """Agencies, and the sums of their ratings; the items that have them."""
    pick = random.Random(2026)
    model = session.scalars(select(Unit).where(Unit.kind == "agency").limit(1)).one()
    known = {column.key: getattr(model, column.key) for column in Unit.__table__.columns if column.key != "id"}
    session.execute(insert(Unit), [known | {"code": f"BENCH{number:09}"} for number in range(AGENCIES)])
    units = session.scalars(select(Unit.id).where(Unit.code.startswith("BENCH"))).all()
    items = list(session.scalars(select(Item.id).order_by(Item.id).limit(ITEMS)))
    rows, whole = [], dict.fromkeys(range(MONTHS), (0, 0, 0))
    for unit in units:
        good = pick.uniform(330, 490)
        for item in items:
            for age in range(MONTHS):
                marks = [min(500, max(100, round(pick.gauss(good, 60)))) for _ in range(EACH)]
                sums = (EACH, sum(marks), sum(mark * mark for mark in marks))
                whole[age] = tuple(one + other for one, other in zip(whole[age], sums, strict=True))  # type: ignore[assignment]
                names = ("side", "unit_id", "item_id", "month", "count", "total", "squares")
                rows.append(dict(zip(names, ("owner", unit, item, month - age, *sums), strict=True)))
        if len(rows) > BATCH:
            session.execute(insert(Tally), rows)
            rows = []
    session.execute(insert(Tally), rows) if rows else None
    for age, sums in whole.items():
        session.add(MarketTally(side="owner", month=month - age, count=sums[0], total=sums[1], squares=sums[2]))
    session.flush()
    return items


def best_ms(ask: object) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter_ns()
        ask()  # type: ignore[operator]
        taken.append((perf_counter_ns() - began) / 1e6)
    return min(taken)


def main() -> None:
    with service(os.environ.get("DATABASE_URL", "")) as (_, engine):
        name = engine.dialect.name
        act = Act(CLOCK, now_here())
        for table in (Score, Tally, MarketTally):
            session.query(table).delete()
        turn(act)
        items = fill(month_of(local_day(act.now)))
        ratings = session.scalar(select(func.sum(MarketTally.count))) or 0
        began = process_time()
        publish_all(act, markets()["owner"])
        session.commit()
        made = session.scalar(select(func.count()).select_from(Score))
        print(f"{name}: {ratings:,} ratings, {made:,} scores made anew in {process_time() - began:.1f} s of this CPU")
        assert len(top(items[3])) == 20
        here = best_ms(lambda: top(items[3]))
        ids = [row.id for row in top(items[3])]
        keys = select(Unit.id, Unit.name).where(Unit.id.in_(ids))
        floor = best_ms(lambda: run(keys).all())
        print(f"the 20 best of an item {here:8.2f} ms (aim {AIM_MS[name]:g}), {here / floor:.1f} × 20 rows by key")
        if here > AIM_MS[name]:
            raise SystemExit("slower than it should be")


if __name__ == "__main__":
    main()
