"""How soon what was committed is found: real verbs here, the real worker in another process, a visitor's search.

    python -m bench.fresh         # embedded; Elasticsearch where Java is, or SEARCH_URL=http://… for a throw-away one

A posting is published or a promise is renewed, and then a visitor asks until it is there, as the page does. Between
two changes is a pause that no round of the worker fits into, so that a change comes at any moment of its rest. Times
are on the wall, on a machine that has other work too. CHANGES says how many are made.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import config
from app import create_app
from app.agencies import operations as agencies
from app.agencies.models import Agency
from app.catalogue.models import Item
from app.finding.asking import Asked, ask
from app.finding.hits import hits
from app.infra.db import session, transaction
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.act import VISITOR
from bench.burst import stop
from bench.elastic import elasticsearch
from tests import make

CHANGES = int(os.environ.get("CHANGES", 120))
WARM = 10  # changes before it is measured
AIM_MS = 2_000
PATIENCE = 60  # seconds until what is not found is given up
LOOK_AGAIN = 0.005  # seconds


def published(number: int, job_id: int) -> str:
    """Publish a posting; the words that find it alone."""
    with transaction():
        jobs.publish(make.act(make.operator(), datetime.now(UTC)), session.get_one(Job, job_id))
    return _project(number)


def promised(number: int, agency_id: int, item_id: int) -> str:
    """Renew a promise; the words that find it alone."""
    said = f"第{number + WARM}次承诺"
    with transaction():
        agency, item = session.get_one(Agency, agency_id), session.get_one(Item, item_id)
        act = make.act(agency, datetime.now(UTC))
        agencies.promise(act, agency, item, days=5, fee_cents=100_000 + number, quality=said, accepts_evaluation=True)
    return said


def _project(number: int) -> str:
    return f"第{number}标段工程"


def prepared(count: int) -> tuple[list[int], int, int]:
    """Postings that wait to be published, an agency, and the item of its promises."""
    now = datetime.now(UTC)
    with transaction():
        item = make.item()
        agency = make.agency(lists=item, now=now)
        owner = make.unit()
        ids = [make.job("submitted", owner=owner, now=now, project_name=_project(number)).id for number in range(count)]
        return ids, agency.id, item.id


def found_within(words: str) -> float:
    """Milliseconds until a visitor's search has exactly one hit for words in quotes."""
    began = perf_counter()
    while perf_counter() - began < PATIENCE:
        answer = ask(Asked(f'"{words}"'), VISITOR, datetime.now(UTC))
        seen = hits(answer.found.keys, VISITOR)
        session.remove()
        if seen:
            return (perf_counter() - began) * 1000
        sleep(LOOK_AGAIN)
    raise SystemExit(f"{words} is not found")


@contextmanager
def service(place: str) -> Iterator[None]:
    """The application on a database of its own, its index at a place, and its worker."""
    with TemporaryDirectory() as folder:
        settings = {
            "ENV": "test", "DATA_DIR": folder, "SEARCH_URL": place or str(Path(folder) / "search"),
            "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/market.sqlite3",
        }  # fmt: skip
        app = create_app(config.load(settings))
        run = app.test_cli_runner()
        for args in (["migrate"], ["load"], ["search", "rebuild"]):
            if (done := run.invoke(args=args, catch_exceptions=False)).exit_code:
                raise SystemExit(done.output)
        worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "work"], env=os.environ | settings)
        try:
            yield
        finally:
            stop(worker)
            session.remove()
            session.get_bind().dispose()  # type: ignore[union-attr]


def measure(name: str, place: str) -> bool:
    """Print the figures of an engine, and say whether they are within the aim."""
    chance, taken = Random(6), []
    with service(place):
        ids, agency_id, item_id = prepared(CHANGES // 2)
        for number in range(-WARM, 0):
            found_within(promised(number, agency_id, item_id))
        for number, job_id in enumerate(ids, 1):
            for change in (partial(published, number - 1, job_id), partial(promised, number, agency_id, item_id)):
                sleep(chance.random())
                taken.append(found_within(change()))
    half, most = (quantiles(taken, n=100, method="inclusive")[which - 1] for which in (50, 99))
    print(f"{name}: {len(taken)} changes; found by a visitor p50 {half:,.0f} ms, p99 {most:,.0f} ms after the commit")
    return most <= AIM_MS


def main() -> None:
    good = measure("embedded", "")
    with elasticsearch() as (url, _):
        good &= not url or measure("Elasticsearch", url)
    if not good:
        sys.exit("later than it should be")


if __name__ == "__main__":
    main()
