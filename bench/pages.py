"""How long the list of jobs and the page of a job take, signed in, against a bare Flask view in the same run.

    python -m bench.pages                      # SQLite; DATABASE_URL=postgresql+psycopg://… for an empty PostgreSQL

The bare view renders a template of one line: no session, no database, no form. Everything else is the whole service
as a member of an owner unit meets it, with the database of 10,000 jobs, the header and the anti-forgery tokens. The
pages take turns, and each is told by its fastest tenth: what is slower had to wait for others on the machine.
"""

import os
import re
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from flask import Flask, render_template_string
from sqlalchemy import event, select

from app.demonstration.units import PASSWORD
from app.infra.db import session
from app.jobs.models import Job
from bench.city import copy_jobs, service

JOBS = 10_000
ROUNDS = 300
AIM_RATIO, AIM_STATEMENTS = 5.0, 4
BARE = "<!doctype html><html lang=en><title>{{ title }}</title><h1>{{ title }}</h1></html>"


def bare() -> Any:
    app = Flask("bare")
    app.add_url_rule("/", "page", lambda: render_template_string(BARE, title="bare"))
    return app.test_client()


def signed_in(app: Flask) -> Any:
    client = app.test_client()
    tokens = dict(re.findall(r'name="(csrf_token|once)" value="([^"]+)"', client.get("/sign-in").text))
    answer = client.post("/sign-in", data=tokens | {"typed": "owner", "password": PASSWORD})
    if answer.status_code != 303:
        raise SystemExit("the demonstration owner could not sign in")
    return client


def measured(pages: dict[str, Callable[[], Any]]) -> dict[str, list[int]]:
    """Nanoseconds of each page in every round; the pages take turns, so that none has the machine for itself."""
    taken: dict[str, list[int]] = {name: [] for name in pages}
    for page in pages.values():
        page()
    for _ in range(ROUNDS):
        for name, page in pages.items():
            began = perf_counter_ns()
            answer = page()
            taken[name].append(perf_counter_ns() - began)
            if answer.status_code != 200:
                raise SystemExit(f"{name} answered {answer.status_code}")
    return taken


def fastest_tenth(taken: list[int]) -> int:
    return sorted(taken)[len(taken) // 10]


def statements(engine: Any, page: Callable[[], Any]) -> int:
    sent: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement != "BEGIN":
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    page()
    event.remove(engine, "before_cursor_execute", count)
    return len(sent)


def main() -> None:
    with service(os.environ.get("DATABASE_URL", "")) as (app, engine):
        copy_jobs(engine, JOBS)
        number = session.scalars(select(Job.id).where(Job.state == "in_service").order_by(Job.id)).first()
        session.remove()
        client, floor = signed_in(app), bare()
        pages: dict[str, Callable[[], Any]] = {
            "a bare Flask view": lambda: floor.get("/"),
            "the list of jobs": lambda: client.get("/jobs"),
            "the page of a job": lambda: client.get(f"/jobs/{number}"),
        }
        taken = measured(pages)
        floor_ns = fastest_tenth(taken["a bare Flask view"])
        most = 0
        print(f"{JOBS:,} jobs, {engine.dialect.name}, {ROUNDS} rounds")
        for name, page in pages.items():
            each, sent = fastest_tenth(taken[name]), statements(engine, page)
            print(f"{name:20} {each / 1e6:8.2f} ms {each / floor_ns:8.1f} times the bare view {sent:4} statements")
            most = max(most, sent)
        print(f"aims: at most {AIM_RATIO:g} times the bare view and {AIM_STATEMENTS} statements")
    if most > AIM_STATEMENTS:
        raise SystemExit(f"a page sends {most} statements")


if __name__ == "__main__":
    main()
