"""The speed of the market: every figure again from the rows and the record, day by day, by another path."""

import csv
import json
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import select

from app.catalogue.models import Item, Standard, standard_in_force
from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.workdays import HERE
from tests import make
from tests.pages import english
from tests.staging import NOW, Clock

pytestmark = pytest.mark.one_database
COUNTED = ("award", "service", "compared", "limited")


@pytest.fixture
def market(clock: Clock) -> datetime:
    """Some jobs at several states and months, with trips; the instant at which they are looked at."""
    standard = session.get_one(Standard, standard_of(make.item()))
    standard.statutory_days, standard.baseline_days, standard.old_fee_cents = 10, 10, 3_000_000
    archived, delivered, *_ = [make.job(state, now=NOW) for state in ("archived", "delivered", "awarded", "failed")]
    fields = ("published_at", "awarded_at", "delivered_at", "accepted_at", "service_due")
    moved = {name: [getattr(archived, name) - timedelta(days=31 * n + n * n) for n in range(5)] for name in fields}
    starts = [archived.clock_start - timedelta(days=31 * n + n * n + n) for n in range(5)]
    late = {"service_due": [archived.delivered_at - timedelta(days=90), *moved.pop("service_due")]}
    make.copies(archived, 5, number=list("一二三四五"), trips=[0, 1, 2, 0, 1], clock_start=starts, **moved, **late)
    delivered.delivered_at += timedelta(days=12)
    other = make.item(make.BY_CONTRACT)
    make.copies(archived, 2, number=["六", "七"], item_id=[other.id], standard_id=[standard_of(other)], trips=[3, 0])
    make.keep()
    clock.now = NOW + timedelta(days=40)
    return clock.now


def standard_of(item: Item) -> int:
    found = standard_in_force(item.id, NOW.date())
    assert found
    return found.id


def plain(now: datetime) -> dict[tuple[str, str], dict[str, str]]:
    """The figures by plain Python: rows one by one, days stepped through, quartiles by sorting out halves of lists."""
    first = date(now.year - 1, now.month + 1, 1) if now.month < 12 else date(now.year, 1, 1)
    groups: dict[tuple[str, str], dict[str, list[Any]]] = {}

    def note(name: str, at: datetime | None, job: Job, *values: Any) -> None:
        if at is not None and here(at) >= first:
            for key in (("all", "all"), ("month", f"{here(at):%Y-%m}"), ("item", job.item.code)):
                groups.setdefault(key, {}).setdefault(name, []).append(values[0] if len(values) == 1 else values)

    for job in session.scalars(select(Job)):
        standard = job.standard
        if job.published_at is None or job.agency_id is None:
            continue
        if job.awarded_at:
            note("award", job.awarded_at, job, steps(here(job.published_at), here(job.awarded_at)))
        if standard.old_fee_cents:
            note("fee", job.awarded_at, job, job.amount_cents, standard.old_fee_cents)
        if standard.statutory_days:
            note("half", job.awarded_at, job, job.agreed_days <= standard.statutory_days / 2)
            if job.clock_start:
                note("statutory", job.delivered_at, job, standard.statutory_days)
        if job.delivered_at and job.clock_start:
            used = steps(job.clock_start, here(job.delivered_at))
            note("service", job.delivered_at, job, used)
            note("on_time", job.delivered_at, job, job.delivered_at < job.service_due)
            if standard.baseline_days:
                note("compared", job.delivered_at, job, used)
                note("baseline", job.delivered_at, job, standard.baseline_days)
            if standard.statutory_days:
                note("limited", job.delivered_at, job, used)
        note("trips", job.accepted_at, job, job.trips)
    return {key: told(found) for key, found in groups.items()}


def here(at: datetime) -> date:
    return at.astimezone(HERE).date()


def steps(since: date, until: date) -> int:
    """Working days after one day up to another, one by one."""
    calendar, count = almanac.calendar(), 0
    while since < until:
        since += timedelta(days=1)
        count += calendar.is_working(since)
    return count


def told(found: dict[str, list[Any]]) -> dict[str, str]:
    def written(value: float | None) -> str:
        return "" if value is None else f"{round(value, 2):g}"

    def at(numbers: list[int], part: float) -> float | None:
        ordered = sorted(numbers)
        if not ordered:
            return None
        place = (len(ordered) - 1) * part
        below, above = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
        return below + (above - below) * (place % 1)

    line: dict[str, Any] = {}
    for name in COUNTED:
        numbers = found.get(name, [])
        line |= {f"{name}_jobs": len(numbers)}
        for word, part in (("low", 0.25), ("middle", 0.5), ("high", 0.75)):
            line[f"{name}_{word}"] = written(at(numbers, part))
    for name in ("baseline", "statutory"):
        numbers = found.get(name, [])
        line[f"{name}_days"] = written(sum(numbers) / len(numbers) if numbers else None)
    fees = found.get("fee", [])
    line |= {"fee_cents": sum(paid for paid, _ in fees), "old_fee_cents": sum(old for _, old in fees)}
    for name in ("on_time", "half"):
        line |= {name: sum(found.get(name, [])), f"{name}_of": len(found.get(name, []))}
    trips = found.get("trips", [])
    for name, count in (("no_trip", 0), ("one_trip", 1)):
        line |= {name: trips.count(count), f"{name}_of": len(trips)}
    return {name: str(value) for name, value in line.items()}


def test_every_figure_follows_from_the_rows_by_another_path(market: datetime, client: Any) -> None:
    """The files, the page, and what a stricter policy would count."""
    lines = json.loads(client.get("/speed.json").text)["figures"]
    shown = {(one.pop("by"), one.pop("key")): {k: str(v) for k, v in one.items() if k != "name"} for one in lines}
    expected = plain(market)
    nothing = told({})
    assert len(expected) > 5 and int(expected["all", "all"]["service_jobs"]) > 5
    assert expected["all", "all"]["half"] != "0" and expected["all", "all"]["one_trip"] != "0"
    for key, line in shown.items():
        assert line == expected.get(key, nothing), key
    assert set(expected) <= set(shown)
    the_files_agree(client)
    the_page_agrees(client, expected["all", "all"])
    the_policy_binds_from_its_day_on(client)


def the_files_agree(client: Any) -> None:
    answer = client.get("/speed.csv")
    assert answer.mimetype == "text/csv" and "speed.csv" in answer.headers["Content-Disposition"]
    table = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    lines = json.loads(client.get("/speed.json").text)["figures"]
    assert table == [{name: str(value) for name, value in line.items()} for line in lines]


def the_page_agrees(client: Any, expected: dict[str, str]) -> None:
    text = english(client).get("/speed").text
    assert f'<span class="number">{expected["award_middle"]}</span>' in text
    assert f"median of {expected['award_jobs']} jobs" in text
    all_, compared, limited = (expected[f"{name}_jobs"] for name in ("service", "compared", "limited"))
    assert 0 < int(compared) < int(all_) and f"median of {all_} jobs<" in text
    assert f"median of {compared} jobs; before the reform {expected['baseline_days']} on average" in text
    assert f"median of {limited} jobs; limit of the law {expected['statutory_days']} on average" in text
    assert f"took {expected['compared_middle']}" in text and 'class="mark limit"' in text
    assert f"Kept by {expected['half']} of {expected['half_of']} awards" in text
    assert f"of {expected['one_trip_of']} jobs" in text and "/law#promise_share" in text


def test_the_trips_are_those_on_the_record(app: Any) -> None:
    job = make.job("awarded", now=NOW)
    by, at = make.user_of(job.owner), make.later(job)
    terms = {"signed_on": at.astimezone(HERE).date(), "amount_cents": job.amount_cents, "days": job.agreed_days}
    paper = make.file(job.owner, now=at).id
    make.verb("contracts", "upload")(make.act(by, at), job, file_id=paper, came=True, **terms)
    delivered = make.job("in_service", now=NOW)
    agency = make.act(make.user_of(delivered.agency), make.later(delivered))
    report = make.file(delivered.agency.unit, now=agency.now).id
    make.verb("services", "deliver")(agency, delivered, file_ids=[report], note="", came=True)
    owner = make.act(make.user_of(delivered.owner), make.later(delivered))
    make.verb("services", "accept")(owner, delivered, came=True)
    for one in (job, delivered):
        facts = session.scalars(select(Event.facts).where(Event.thread_of == one.thread))
        assert one.trips == sum(fact.get("trips", 0) for fact in facts)
    assert (job.trips, delivered.trips) == (1, 2)


def the_policy_binds_from_its_day_on(client: Any) -> None:
    before = json.loads(client.get("/speed.json").text)["figures"][0]
    make.term("promise_share", "10", NOW.date())
    make.keep()
    after = json.loads(client.get("/speed.json").text)["figures"][0]
    assert after["half_of"] == before["half_of"] and 0 < after["half"] < before["half"]


def test_a_market_without_awards_says_so(client: Any) -> None:
    assert "No job has been awarded" in english(client).get("/speed").text
    assert client.get("/speed.csv").status_code == 200


def test_figures_are_counted_anew_when_something_happened_but_not_at_every_look(clock: Clock, client: Any) -> None:
    def awards() -> int:
        return int(json.loads(client.get("/speed.json").text)["figures"][0]["award_jobs"])

    assert awards() == 0
    job = make.job("awarded", now=NOW - timedelta(days=20))
    make.keep()
    assert job.awarded_at and awards() == 0
    clock.passes(minutes=11)
    assert awards() == 1
