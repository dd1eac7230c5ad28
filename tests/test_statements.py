"""What a page asks of the database does not grow with what it shows."""

from itertools import count

import pytest
from sqlalchemy import select

from app.agencies import operations as agencies
from app.agencies.models import Agency
from app.catalogue.models import Item
from app.districts.models import District
from app.entries.eligibility import Offer
from app.entries.models import entry_of
from app.infra.db import session
from app.objections.models import objections_of
from tests import make
from tests.credit.matters import in_effect, noted

FEW, MANY = 3, 25
SIDES = ("owner", "agency", "operator", "regulator")

# Who opens which page, and how many statements it sends, the sign-in among them.
SENT = {
    ("visitor", "/"): 5,
    ("owner", "/"): 6,
    ("visitor", "/jobs"): 2,
    ("owner", "/jobs"): 3,
    ("owner", "/jobs?mine=1"): 3,
    ("agency", "/jobs?state=open&keyword=示例&district=450800&after=5"): 3,
    ("owner", "/agencies"): 8,
    ("visitor", "/credit"): 2,
    ("owner", "/items"): 3,
    ("owner", "/desk"): 11,
    ("agency", "/desk"): 9,
    ("operator", "/desk"): 10,
    ("regulator", "/desk"): 17,
    ("visitor", "/late"): 22,
    ("visitor", "/speed"): 1,
}


class Market:
    """A market that grows: each kind of row that a list or a desk shows, about ever other units, items and places."""

    def __init__(self):
        self.owner, self.agency = make.unit(), make.agency()
        self.operator, self.regulator = make.operator(), make.regulator()
        self.numbers = (f"示例-{number}" for number in count())
        self.items = list(session.scalars(select(Item.id)))
        self.districts = list(session.scalars(select(District.code).limit(50)))
        known = {"owner": self.owner, "entrants": [self.agency, make.agency(), make.agency()]}
        states = ("submitted", "open", "failed", "objected", "in_service", "archived")
        self.jobs = {state: make.job(state, **known) for state in states}
        later = self.jobs["archived"].state_since
        self.credit, self.noted = in_effect(self.agency, now=later), noted(self.agency, now=later)
        self.inquiry = self.inquire(self.jobs["open"])
        self.objection = objections_of(self.jobs["objected"].id)[0]
        self.entry, self.pause = self.enter(self.jobs["open"]), self.ask(self.jobs["in_service"])

    def enter(self, job):
        make.verb("entries", "enter")(make.act(self.agency, make.later(job)), job, Offer())
        return entry_of(job.id, self.agency.id)

    def inquire(self, job):
        by = make.act(self.agency, make.later(job))
        return make.verb("inquiries", "ask")(by, job, text="现场是否已经三通一平？")

    def ask(self, job):
        by = make.act(session.get_one(Agency, job.agency_id), make.later(job))
        text = "现场道路中断，勘察人员无法进入，预计三个工作日恢复。"
        return make.verb("services", "ask_pause")(by, job, reason="site", text=text, file_id=None)

    def grow(self, more):
        make.copies(self.credit, more, agency_id=[self.agency.id, make.agency().id])
        make.copies(self.noted, more, agency_id=[self.agency.id, make.agency().id])
        owners, firms = ([make.unit().id for _ in range(more)], [make.agency().id for _ in range(more)])
        for applicant in (make.agency(admitted=False) for _ in range(more)):
            agencies.submit(make.act(applicant), applicant, signed_by="示例")
        for state, job in self.jobs.items():
            ours = self.copies(job, more, owner_id=[self.owner.id], agency_id=firms if job.agency_id else [None])
            theirs = self.copies(job, more, owner_id=owners, agency_id=[job.agency_id and self.agency.id])
            if state == "open":
                make.copies(self.entry, more, job_id=theirs)
                make.copies(self.inquiry, more, job_id=ours)
            if state == "objected":
                make.copies(self.objection, more, job_id=ours)
            if state == "in_service":
                make.copies(self.pause, more, job_id=ours)
                make.copies(self.pause, more, job_id=theirs)
        make.keep()

    def copies(self, job, more, **cycles):
        numbers = [next(self.numbers) for _ in range(more)]
        about = {"number": numbers, "item_id": self.items, "district_code": self.districts}
        return make.copies(job, more, **about, **cycles)


def test_a_page_sends_the_same_few_statements_whatever_it_shows(as_user, statements):
    market = Market()
    clients = {side: as_user(make.user_of(getattr(market, side))) for side in SIDES} | {"visitor": as_user()}

    def sent():
        return {(who, path): len(statements(clients[who], path)) for who, path in SENT}

    market.grow(FEW)
    sent()
    assert sent() == SENT
    market.grow(MANY - FEW)
    assert sent() == SENT


def test_the_credit_page_of_an_agency_sends_as_many_statements_for_many_events(as_user, statements):
    market = Market()
    client, path = as_user(), f"/agencies/{market.agency.id}/credit"
    make.copies(market.credit, MANY, agency_id=[market.agency.id])
    make.keep()
    client.get(path)
    assert len(statements(client, path)) == 4


def test_questions_and_addenda_cost_the_page_of_a_job_one_statement_each(as_user, statements):
    owner, agency, text = make.unit(), make.agency(), "现场是否已经三通一平？"
    job = make.job("open", owner=owner)
    inquire, amend = make.verb("inquiries", "ask"), make.verb("addenda", "amend")
    for _ in range(FEW):
        inquire(make.act(agency, make.later(job)), job, text=text)
        amend(make.act(owner, make.later(job)), job, text=text)
    client, path = as_user(make.user_of(owner)), f"/jobs/{job.id}"
    client.get(path)
    assert len(statements(client, path)) == 6


@pytest.mark.parametrize("state", ["draft", "open", "failed", "selected", "in_service", "paused", "archived"])
def test_the_page_of_a_job_sends_at_most_four_statements(as_user, statements, state):
    owner = make.unit()
    job = make.job(state, owner=owner)
    client, path = as_user(make.user_of(owner)), f"/jobs/{job.id}"
    client.get(path)
    sent = statements(client, path)
    assert len(sent) <= 4, "\n".join(sent)


def test_an_entry_sends_seven_statements(as_user, clock, statements):
    """Many enter in a job's last seconds: the once-token, the job under its lock with what its item asks for, who is
    signed in, whether the agency may enter, the entry, its version and its event."""
    agency, job = make.agency(), make.job("open")
    clock.now = make.later(job)
    client = as_user(make.user_of(agency))
    sent = statements(client, f"/jobs/{job.id}/enter", {"once": "an-entry"})
    assert len(sent) == 7, "\n".join(sent)
