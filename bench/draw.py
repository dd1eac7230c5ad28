"""How fast a draw of 100,000 entrants is, and the set of all agencies that may enter a job.

    python -m bench.draw                       # the set on a throw-away PostgreSQL, on SQLite where there is none

Ordering is measured beside its floor in the same run: as many SHA-256 of short texts, sorted. The agencies are copies
of one that meets every condition of its item, but for what the odd ones lack: each of them lists one of 20 items, a
tenth has let its qualification lapse, and every promise is another.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns, process_time_ns

from sqlalchemy import select, text

import config
from app import create_app
from app.catalogue.models import Item
from app.entries.eligible import eligible_count, eligible_ids, first_eligible
from app.infra import db
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.draw import Entrant, Rule, Terms, make_transcript, order
from app.kernel.transcript import commitment_of
from app.kernel.workdays import local_day
from bench.crowd import copy_agency
from tests import databases, make

ENTRANTS = AGENCIES = 100_000
ITEMS, ROUNDS, ASKED = 20, 5, 500
AIM_ORDER_S, AIM_SET_MS, AIM_TOP_MS = 0.5, 20, 2
SEED = sha256(b"bench").digest()


def main() -> None:
    draw()
    with market() as now:
        sets(now)


def draw() -> None:
    codes = [f"9145{number:014}" for number in range(ENTRANTS)]
    floor = best_ms(lambda: sorted(sha256(code.encode()).digest() for code in codes))
    took = best_ms(lambda: order(SEED, "order", codes))
    print(f"{ENTRANTS:,} SHA-256, sorted                  {floor:9.0f} ms")
    print(f"order {ENTRANTS:,} entrants                   {took:9.0f} ms (aim {AIM_ORDER_S * 1000:.0f})")
    print(f"against the floor                         {took / floor:9.1f} times")
    pick = random.Random(2026)
    entrants = [Entrant(code, "示例", pick.randbytes(32), pick.randbytes(32)).sealed_for("GG-1") for code in codes]
    closed_at, rule = datetime(2026, 10, 10, 16, tzinfo=UTC), Rule("2025-01-01", 3)
    terms = Terms("GG-1", "示例", "random_draw", "state", closed_at, rule, commitment_of(SEED))
    whole = best_ms(lambda: make_transcript(terms, secret=SEED, entrants=entrants), rounds=2)
    print(f"the whole transcript of them              {whole:9.0f} ms, {whole / floor:.1f} of it")
    if took > AIM_ORDER_S * 1000:
        raise SystemExit("slower than it should be")


@contextmanager
def market() -> Iterator[datetime]:
    """A database with that many agencies; the instant it was made at."""
    with TemporaryDirectory() as folder:
        cluster = databases.Cluster(Path(folder)) if databases.binaries() else None
        url = cluster.create("bench") if cluster else f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        run = create_app(config.load({"ENV": "test", "DATA_DIR": folder, "DATABASE_URL": url})).test_cli_runner()
        for args in (["migrate"], ["load"]):
            if (done := run.invoke(args=args, catch_exceptions=False)).exit_code:
                raise SystemExit(done.output)
        now = datetime.now(UTC)
        try:
            fill(now)
            yield now
        finally:
            session.remove()
            if cluster:
                cluster.stop()


def fill(now: datetime) -> None:
    with db.transaction():
        known = session.scalars(select(Item).order_by(Item.code)).all()
        wanted = next(one for one in known if one.require and one.require_staff)
        model = make.agency(lists=wanted, now=now)
        make.job("draft", item=wanted, now=now)
        items = [wanted.id, *[one.id for one in known if one is not wanted][: ITEMS - 1]]
        lapsed, valid = local_day(now) - timedelta(days=1), local_day(now) + timedelta(days=400)
        changes = {
            "listing.item_id": lambda n: items[n % ITEMS],
            "listing.days": lambda n: 1 + n // ITEMS % 5,
            "listing.fee_cents": lambda n: 500_000 + n * 7919 % 500_000,
            "qualification.valid_until": lambda n: lapsed if n // ITEMS % 10 == 3 else valid,
        }
        copy_agency(session.connection(), model.id, AGENCIES, **changes)
    engine = session.get_bind()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # type: ignore[union-attr]
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def sets(now: datetime) -> None:
    day, job = local_day(now), session.scalars(select(Job)).one()
    found = len(eligible_ids(day, job))
    print(f"{session.get_bind().dialect.name}, {AGENCIES:,} agencies, {found:,} of them may enter the job")
    answer = best_ms(lambda: session.execute(text("SELECT 1")).all())
    listed = text("SELECT count(*) FROM listing WHERE item_id = :item AND listing.current")
    floor = best_ms(lambda: session.execute(listed, {"item": job.item_id}).all())
    count = best_ms(lambda: eligible_count(day, job))
    every = best_ms(lambda: eligible_ids(day, job))
    taken = sorted(best_ms(lambda: first_eligible(day, job), rounds=1) for _ in range(ASKED))
    print(f"SELECT 1                                  {answer:9.2f} ms")
    print(f"count the listings of the item by index   {floor:9.2f} ms")
    print(f"how many may enter                        {count:9.2f} ms")
    print(f"all who may enter                         {every:9.2f} ms (aim {AIM_SET_MS})")
    if busy := processors_ms(lambda: eligible_ids(day, job)):
        print(f"  of it the processors worked             {busy:9.2f} ms, whatever else ran on them")
    print(f"  against counting the listings           {every / floor:9.1f} times")
    top = taken[ASKED * 99 // 100]
    print(f"the first 20, half / 99 of 100 within     {taken[ASKED // 2]:9.2f} / {top:.2f} ms (aim {AIM_TOP_MS})")


def processors_ms(ask: Callable[[], object]) -> float | None:
    """How long the processors worked for an answer, here and in the database's server; None where that is not told."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    told = Path(f"/proc/{session.scalar(text('SELECT pg_backend_pid()'))}/schedstat")
    if not told.exists():
        return None
    taken = []
    for _ in range(ROUNDS):
        began = process_time_ns() + int(told.read_text().split()[0])
        ask()
        taken.append((process_time_ns() + int(told.read_text().split()[0]) - began) / 1e6)
    return min(taken)


def best_ms(ask: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        began = perf_counter_ns()
        ask()
        taken.append((perf_counter_ns() - began) / 1e6)
    return min(taken)


if __name__ == "__main__":
    main()
