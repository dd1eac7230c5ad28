"""A quote is unreadable to everyone before it is opened: every page is read by everybody and searched for it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Membership, Unit, User
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Kind, Role
from app.notices.models import Notice
from app.panels.models import Seat
from tests import make
from tests.client import CheckedClient
from tests.make import lapse
from tests.staging import Clock, work_until_done

pytestmark = pytest.mark.one_database
AsUser = Callable[..., CheckedClient]

QUOTES = (1_357_931, 1_468_042, 1_579_153)
# 13,579.31 yuan, however it might be written: with and without commas, in cents, in ten thousand yuan.
FORMS = ("13,579.31", "13579.31", "13,57931", "1357931", "1.357931")
WRITTEN = re.compile("|".join(map(re.escape, FORMS)))
# Pages with nothing of a job, and those that end the reading.
BESIDE = {"static", "accounts.sign_out", "styleguide.show", "styleguide.form", "styleguide.refusal"}


@pytest.fixture
def sealed(clock: Clock) -> Job:
    """A job for lowest price that three agencies have entered, a fourth with an entry it withdrew."""
    job = make.job("open", method="lowest_price", owner=make.unit())
    make.person(job.owner, Role.DELEGATE)
    make.regulator(job.sector_code)
    for quote in QUOTES:
        entries.enter(make.act(make.agency(), make.later(job)), job, Offer(quote))
    gone = make.agency()
    entry = entries.enter(make.act(gone, make.later(job)), job, Offer(QUOTES[0]))
    entries.withdraw(make.act(gone, make.later(job)), entry)
    return job


def everybody() -> list[tuple[User | None, Unit | None]]:
    """A visitor, and every person in every unit."""
    places = session.scalars(select(Membership).order_by(Membership.id)).all()
    return [(None, None), *((place.user, place.unit) for place in places)]


def addresses(app: Flask, job: Job) -> Iterator[str]:
    """Every page that can be asked for, with each thing of the job it may be about."""
    entries = list(session.scalars(select(Entry)))
    ids = {
        "Job": [job.id],
        "Told": [job.id],
        "Bench": [job.id],
        "Entry": [entry.id for entry in entries],
        "Item": [job.item_id],
        "Seat": [seat.id for seat in session.scalars(select(Seat))],
    }
    ids["Agency"] = [entry.agency_id for entry in entries]
    for rule in app.url_map.iter_rules():
        if rule.endpoint in BESIDE or "GET" not in (rule.methods or ()):
            continue
        model = app.view_functions[rule.endpoint].model  # type: ignore[attr-defined]
        things = ids.get(model.__name__, []) if model else [1]
        yield from (rule.rule.replace("<int:id>", str(id)) for id in things)
    yield from (
        f"/jobs/{job.id}/ledger?format=json",
        f"/check?job={job.id}",
        "/jobs?mine=1",
        f"/jobs?keyword={job.number}",
        *(f"/jobs/{job.id}/panel/attachment?bidder={number}&place=1" for number in (1, 2, 3)),
        *(f"/entries/{entry.id}/attachment?place=1" for entry in entries),
    )


def readers(app: Flask, as_user: AsUser, id: int) -> list[tuple[str, str]]:
    """(who, address) of every page on which the quote can be read."""
    found = []
    paths = list(addresses(app, session.get_one(Job, id)))
    people = [(unit.name if unit else "a visitor", as_user(user, unit)) for user, unit in everybody()]
    for name, client in people:
        for path in paths:
            text = all_of(client, path)
            if any(form in text for form in FORMS):
                found.append((name, path))
    return found


def all_of(client: CheckedClient, path: str) -> str:
    """The head and the text of an answer, whose HTML others check: that would take longer than to make it."""
    answer = FlaskClient.open(client, path)
    return f"{answer.headers}{answer.get_data(as_text=True)}"


def test_nobody_reads_a_quote_while_the_job_is_open(app: Flask, as_user: AsUser, sealed: Job, clock: Clock) -> None:
    clock.now, id = make.later(sealed), sealed.id
    make.keep()
    work_until_done(clock.now)
    assert readers(app, as_user, id) == []


def test_nobody_reads_a_quote_between_the_closing_and_the_selection(
    app: Flask, as_user: AsUser, sealed: Job, clock: Clock
) -> None:
    lapse(sealed)
    assert sealed.state == State.SELECTING
    clock.now, id = sealed.state_since, sealed.id
    make.keep()
    assert readers(app, as_user, id) == []


def test_nobody_ever_reads_the_quotes_of_a_selection_that_failed(
    app: Flask, as_user: AsUser, sealed: Job, clock: Clock
) -> None:
    last = session.scalars(select(Entry).where(Entry.state == "entered").order_by(Entry.id.desc())).first()
    assert last is not None
    entries.withdraw(make.act(last.agency, make.later(sealed)), last)
    lapse(lapse(sealed))
    assert sealed.state == State.FAILED
    clock.now, id = make.later(sealed), sealed.id
    make.keep()
    work_until_done(clock.now)
    assert readers(app, as_user, id) == []


def test_what_was_opened_is_read_by_everybody(app: Flask, as_user: AsUser, sealed: Job, clock: Clock) -> None:
    """The control: the same search finds the quote where it is public."""
    lapse(lapse(sealed))
    clock.now, id = make.later(sealed), sealed.id
    make.keep()
    found = readers(app, as_user, id)
    assert ("a visitor", f"/jobs/{id}/transcript.json") in found
    assert ("a visitor", f"/jobs/{id}/result") in found


def test_no_message_mail_or_record_holds_a_quote(app: Flask, sealed: Job) -> None:
    make.keep()
    work_until_done(make.later(sealed))
    told: list[Any] = [*session.scalars(select(Event.facts)), *session.scalars(select(Notice.places))]
    letters = [path.read_text(errors="replace") for path in Path(app.config["MAIL_DIR"]).glob("*.eml")]
    assert told
    assert not WRITTEN.search(str(told) + "".join(letters))


def test_the_kinds_of_readers_are_all_there(sealed: Job) -> None:
    kinds = {unit.kind for _, unit in everybody() if unit}
    assert kinds == {Kind.OWNER, Kind.AGENCY, Kind.OPERATOR, Kind.REGULATOR}
