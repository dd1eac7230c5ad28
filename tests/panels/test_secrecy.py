"""While a panel scores: every page is read by everybody, and searched for what they may not know yet."""

from collections.abc import Callable
from dataclasses import dataclass

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
from tests.entries.test_secrecy import FORMS, WRITTEN, addresses, all_of
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


@dataclass
class Reading:
    """What everybody reads on every page of the service, as it is now: (kind of reader, address, text)."""

    pages: list[tuple[str, str, str]]

    def of(self, *words: str) -> set[tuple[str, str]]:
        """(kind of reader, address) of every page on which one of the words can be read."""
        return {(who, path) for who, path, text in self.pages if any(word in text for word in words)}

    def by_panel(self, *words: str) -> set[str]:
        return {path for who, path in self.of(*words) if who in ("chair", "member", "witness")}


def read(app: Flask, as_user: AsUser, id: int) -> Reading:
    """Everybody goes through every page; what stands in the head of an answer is read too."""
    job = session.get_one(Job, id)
    paths = list(addresses(app, job))
    sits = {seat.user_id: seat.part for seat in seats_of(id)}
    owners = {job.owner_id: "owner"}
    people: list[tuple[str, CheckedClient]] = [("visitor", as_user())]
    places = [(one.user, one.unit) for one in session.scalars(select(Membership).order_by(Membership.id)).all()]
    for user, unit in places:
        who = sits.get(user.id) or owners.get(unit.id) or str(unit.kind)
        people.append((who, as_user(user, unit)))
    return Reading([(who, path, all_of(client, path)) for who, client in people for path in paths])


@pytest.mark.one_database
def test_while_a_panel_scores_nobody_reads_what_is_not_yet_theirs(app: Flask, as_user: AsUser, clock: Clock) -> None:
    """Whose a proposal is, what others score, and what is quoted: at three moments, with the last as the control."""
    agencies = [make.agency(f"示例隐名公司{n}（示例）", lists=make.BY_CONTRACT, days=10) for n in "甲乙丙"]
    job = bench.opened()
    bench.seated(job, witnesses=1)
    names = [one for agency in agencies for one in (agency.unit.name, agency.unit.code)]
    bench.convened(job, agencies)
    chair, one, two = scorers(seats_of(job.id))
    for seat in (chair, one):
        panels.score(bench.by(seat), seat, scores=bench.sheet(job), remarks=[REMARK] * 3)
    last, id = two.id, settled(job, clock)
    scoring = read(app, as_user, id)
    listed = {path for path in scoring.by_panel(*names) if path.startswith(("/agencies", "/items", "/search"))}
    assert scoring.by_panel(*names) == listed, "only where agencies list"
    assert scoring.of(REMARK) == scoring.of(*FORMS) == set()

    bench.score(session.get_one(Seat, last))
    settled(session.get_one(Job, id), clock)
    scored = read(app, as_user, id)
    assert {who for who, _ in scored.of(REMARK)} == {"chair", "member", "witness"}
    assert scored.by_panel(*names) <= listed and scored.of(*FORMS) == set()

    bench.agree(session.get_one(Job, id))
    settled(session.get_one(Job, id), clock)
    public = read(app, as_user, id)
    assert {f"/jobs/{id}/result", f"/jobs/{id}/transcript.json"} <= public.by_panel(*names)
    assert ("visitor", f"/jobs/{id}/result") in public.of(REMARK)
    assert public.of(*FORMS), "the worker has selected, and the prices are public"


@pytest.mark.one_database
def test_a_proposal_is_read_by_the_panel_and_its_own_agency_alone(app: Flask, as_user: AsUser, clock: Clock) -> None:
    job = bench.opened()
    bench.seated(job)
    firms = [make.agency(lists=job.item, days=10, fee_cents=job.ceiling_cents) for _ in range(3)]
    for number, firm in enumerate(firms, 1):
        bench.enter(job, number, firm, files=[PAPER] if number == 1 else [])
    id = settled(job, clock)
    sealed = read(app, as_user, id)
    assert sealed.of(bench.proposal(1)[:4]) == sealed.of(CANARY.decode()) == set()
    lapse(lapse(session.get_one(Job, id)))
    settled(session.get_one(Job, id), clock)
    opened = read(app, as_user, id)
    assert {who for who, _ in opened.of(CANARY.decode())} == {"chair", "member", "agency"}
    read_by = opened.of(bench.proposal(1)[:4])
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
