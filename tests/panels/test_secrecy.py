"""While a panel scores: every page is read by everybody, and searched for what they may not know yet."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Membership
from app.agencies.models import Agency
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.notices.models import Notice
from app.panels import operations as panels
from app.panels.models import Seat, seats_of
from app.panels.rules import scorers
from tests import make
from tests.client import CheckedClient
from tests.entries.test_envelopes import kept
from tests.entries.test_secrecy import WRITTEN, addresses, readers
from tests.make import lapse
from tests.panels import bench
from tests.panels.test_attachments import CANARY, PAPER
from tests.staging import Clock, work_until_done

AsUser = Callable[..., CheckedClient]
REMARK = "唯有此人才会写的评语"


def settled(job: Job, clock: Clock) -> int:
    """Everything told that is to be told; the job's number."""
    clock.now, id = make.later(job), job.id
    make.keep()
    work_until_done(clock.now)
    return id


def found(app: Flask, as_user: AsUser, id: int, wanted: str) -> set[tuple[str, str]]:
    """(kind of reader, address) of every page of the service on which the text can be read."""
    job = session.get_one(Job, id)
    paths = list(addresses(app, job))
    sits = {seat.user_id: seat.part for seat in seats_of(id)}
    owners = {job.owner_id: "owner"}
    people: list[tuple[str, CheckedClient]] = [("visitor", as_user())]
    places = [(one.user, one.unit) for one in session.scalars(select(Membership).order_by(Membership.id)).all()]
    for user, unit in places:
        who = sits.get(user.id) or owners.get(unit.id) or str(unit.kind)
        people.append((who, as_user(user, unit)))
    return {(who, path) for who, client in people for path in paths if re.search(wanted, client.get(path).text)}


@pytest.mark.one_database
def test_nobody_on_the_panel_can_read_whose_a_proposal_is(app: Flask, as_user: AsUser, clock: Clock) -> None:
    agencies = [make.agency(f"示例隐名公司{n}（示例）", lists=make.BY_CONTRACT, days=10) for n in "甲乙丙"]
    job = bench.opened()
    bench.seated(job, witnesses=1)
    names = "|".join([one for agency in agencies for one in (agency.unit.name, agency.unit.code)])
    id = settled(bench.convened(job, agencies), clock)
    panel = {"chair", "member", "witness"}
    seen = {path for who, path in found(app, as_user, id, names) if who in panel}
    assert {path for path in seen if not path.startswith(("/agencies", "/items"))} == set(), "only where agencies list"

    bench.scored(session.get_one(Job, id))
    bench.agree(session.get_one(Job, id))
    lapse(session.get_one(Job, id))
    settled(session.get_one(Job, id), clock)
    control = {path for who, path in found(app, as_user, id, names) if who in panel}
    assert {f"/jobs/{id}/result", f"/jobs/{id}/transcript.json"} <= control


@pytest.mark.one_database
def test_nobody_reads_a_score_before_everybody_has_given_their_own(app: Flask, as_user: AsUser, clock: Clock) -> None:
    job = bench.convened()
    chair, one, two = scorers(seats_of(job.id))
    for seat in (chair, one):
        panels.score(bench.by(seat), seat, scores=bench.sheet(job), remarks=[REMARK] * 3)
    last, id = two.id, settled(job, clock)
    assert found(app, as_user, id, REMARK) == set()

    bench.score(session.get_one(Seat, last))
    settled(session.get_one(Job, id), clock)
    assert {who for who, _ in found(app, as_user, id, REMARK)} == {"chair", "member"}

    bench.agree(session.get_one(Job, id))
    lapse(session.get_one(Job, id))
    settled(session.get_one(Job, id), clock)
    assert ("visitor", f"/jobs/{id}/result") in found(app, as_user, id, REMARK)


@pytest.mark.one_database
def test_no_quote_is_read_before_quality_is_closed(app: Flask, as_user: AsUser, clock: Clock) -> None:
    job = bench.scored(bench.convened())
    id = settled(job, clock)
    assert readers(app, as_user, id) == []
    bench.agree(session.get_one(Job, id))
    id = settled(session.get_one(Job, id), clock)
    assert readers(app, as_user, id) != [], "the worker has selected, and the prices are public"


@pytest.mark.one_database
def test_a_proposal_is_read_by_the_panel_and_its_own_agency_alone(app: Flask, as_user: AsUser, clock: Clock) -> None:
    job = bench.opened()
    bench.seated(job)
    firms = [make.agency(lists=job.item, days=10, fee_cents=job.ceiling_cents) for _ in range(3)]
    for number, firm in enumerate(firms, 1):
        bench.enter(job, number, firm, files=[PAPER] if number == 1 else [])
    id = settled(job, clock)
    assert found(app, as_user, id, bench.proposal(1)[:4]) == found(app, as_user, id, CANARY.decode()) == set()
    lapse(lapse(session.get_one(Job, id)))
    settled(session.get_one(Job, id), clock)
    assert {who for who, _ in found(app, as_user, id, CANARY.decode())} == {"chair", "member", "agency"}
    read_by = found(app, as_user, id, bench.proposal(1)[:4])
    assert {who for who, _ in read_by} == {"chair", "member", "agency"}
    assert len({path for who, path in read_by if who == "agency"}) == 1


def test_neither_proposal_nor_price_lies_open_in_the_database_before_its_time(app: Flask) -> None:
    job = bench.opened()
    bench.seated(job)
    entry = bench.enter(job, 1)
    bench.enter(job, 2), bench.enter(job, 3)
    text, price = bench.proposal(1).encode(), str(bench.QUOTES[0]).encode()
    assert not any(text in each or price in each for each in kept(app))
    lapse(lapse(job))
    assert any(text in each for each in kept(app)), "what the panel reads would be found"
    assert not any(price in each for each in kept(app))
    bench.scored(job)
    bench.agree(job)
    lapse(job)
    assert entry.quote_cents == bench.QUOTES[0]
    assert any(price in each for each in kept(app))


def test_no_message_and_no_record_tells_whose_a_proposal_is(app: Flask) -> None:
    job = bench.convened()
    names = [one.unit.name for one in session.scalars(select(Agency))]
    make.keep()
    work_until_done(make.later(job))
    notices = select(Notice.places).where(Notice.path.regexp_match("^/(jobs|seats)/"))
    told = [
        *session.scalars(notices),
        *session.scalars(select(Event.facts).where(Event.name.regexp_match("^(job|seat)"))),
    ]
    assert told and not any(name in str(told) for name in names)
    assert WRITTEN.search(str(told)) is None
