"""What a unit promised and did, against the same told by another path: job by job, from the record and the papers."""

from datetime import date, timedelta
from statistics import median
from typing import Any

import pytest
from sqlalchemy import func, select

from app.contracts.models import materials_asked
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.workdays import local_day
from app.payments.models import Payment
from app.performance.models import owners_record, record_of
from app.ratings.operations import facts_of
from app.services.models import Delivery
from app.speed.models import Share
from tests import make
from tests.pages import english, plain

pytestmark = pytest.mark.usefixtures("app")
TEXT = "现场是否已经三通一平？"


def delivered_late(**fields: Any) -> Job:
    """Delivered a day after it was due, returned once, delivered again and accepted by silence."""
    job = make.job("in_service", **fields)
    late = job.due + timedelta(days=1)
    report = make.file(job.agency, now=late).id
    make.verb("services", "deliver")(make.act(job.agency, late), job, file_ids=[report], note="")
    make.verb("services", "return_report")(make.act(job.owner, make.later(job)), job, reason="缺少附图，请补充。")
    make.verb("services", "deliver")(make.act(job.agency, make.later(job)), job, file_ids=[report], note="")
    return make.lapse(job)


def with_defects(**fields: Any) -> Job:
    """Its papers had a defect; a pause was agreed to by silence, and it was delivered in it."""
    job = make.job("materials_check", **fields)
    line = materials_asked(job.id)[0]
    contracts, services = (lambda name: make.verb("contracts", name)), (lambda name: make.verb("services", name))
    contracts("name_defects")(make.act(job.agency, make.later(job)), job, defects={line.id: "缺少公章，请补盖。"})
    paper = make.file(job.owner, now=make.later(job)).id
    contracts("hand_in")(make.act(job.owner, make.later(job)), job, papers={line.id: (paper, "")})
    services("start")(make.act(job.agency, make.later(job)), job)
    why = {"reason": "site", "text": "现场道路中断，勘察人员无法进入，预计三个工作日恢复。", "file_id": None}
    make.lapse(services("ask_pause")(make.act(job.owner, make.later(job)), job, **why))
    now = make.later(job, days=2)
    services("deliver")(make.act(job.agency, now), job, file_ids=[make.file(job.agency, now=now).id], note="")
    return job


def with_questions(job: Job, agency: Any) -> None:
    """Two questions about an open job: one answered, one never."""
    asked = [make.verb("inquiries", "ask")(make.act(agency, make.later(job)), job, text=TEXT) for _ in range(2)]
    make.verb("inquiries", "answer")(make.act(job.owner, make.later(job)), asked[0], answer="已经三通一平。")


def with_payments(job: Job, *words: tuple[str, int, int]) -> Job:
    """Each word is (side, days after the acceptance, cents), of one payment after another; 0 is the rest of the fee. A
    word of the other side about the same day is its word about the same payment."""
    number, seen = 0, 0
    for side, days, cents in words:
        number, seen = (number, seen) if days == seen else (number + 1, days)
        now = job.accepted_at + timedelta(days=days)
        spoken = session.scalars(select(Payment.number).where(Payment.job_id == job.id, Payment.number == number))
        known = {"paid_on": local_day(now), "number": number if spoken.first() else None}
        make.verb("payments", "state")(make.act(getattr(job, side), now), job, cents=cents, **known)
    return job


def events(job: Job, name: str) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.thread_of == job.thread, Event.name == name)))


def a_year() -> tuple[Any, Any, list[Job]]:
    """An owner, an agency, and what the one did for the other."""
    owner, agency = make.unit(), make.agency()
    known = {"owner": owner, "entrants": [agency], "funds": "social"}
    priced = make.job("archived", **known, method="lowest_price", quotes=[1_400_000])
    jobs = [priced, delivered_late(**known), with_defects(**known), make.job("paused", **known)]
    with_questions(make.job("open", owner=owner), agency)
    return owner, agency, jobs


def test_what_an_agency_promised_and_did_follows_from_its_jobs_one_by_one() -> None:
    _, agency, jobs = a_year()
    now = max(job.state_since for job in jobs) + timedelta(days=1)
    found, done = record_of(agency.id, now), [job for job in jobs if job.delivered_at]
    facts = [facts_of(job) for job in done]
    assert found.all.delivered == len(done) == 3
    assert found.all.used == Share(sum(one.days_used for one in facts), sum(one.days_promised for one in facts))
    assert found.all.on_time == Share(sum(bool(one.on_time) for one in facts), 3) == Share(2, 3)
    returned = session.scalars(select(Delivery.job_id).where(Delivery.returned_at.is_not(None))).all()
    assert (
        (found.all.at_once, found.all.rounds) == (Share(3 - len(set(returned)), 3), len(returned)) == (Share(2, 3), 1)
    )
    assert found.all.asked_once == Share(sum(not events(job, "job.name_defects") for job in done), 3) == Share(2, 3)
    assert found.all.quote == Share(1_400_000, 1_400_000) and facts[0].quote_share == 1
    assert found.all.ceiling == Share(sum(job.amount_cents for job in done), sum(job.ceiling_cents for job in done))
    answered = [one for job in jobs for one in events(job, "pause.confirm")]
    assert found.answers == Share(sum(one.unit_id == agency.id for one in answered), len(answered)) == Share(1, 2)
    assert found.running == sum(job.state in ("paused", "delivered") for job in jobs) == 2
    assert {jobs[0].item_id: found.all} == found.items
    assert record_of(agency.id, now + timedelta(days=366)).all.delivered == 0


def test_what_an_owner_did_follows_from_its_jobs_one_by_one() -> None:
    owner, _, jobs = a_year()
    now = max(job.state_since for job in jobs) + timedelta(days=30)
    found, facts = owners_record(owner.id, now), [facts_of(job) for job in jobs]
    assert (found.awarded, found.running) == (4, 2)
    assert found.complete == Share(sum(not one.defects_named for one in facts), 4) == Share(3, 4)
    assert found.contract and (found.contract.count, found.contract.high) == (
        4,
        max(one.contract_days for one in facts),
    )
    known = [one.acceptance_days for one in facts if one.acceptance_days is not None]
    assert found.acceptance and found.acceptance.count == len(known) == 2
    assert found.acceptance.middle * 2 == sum(known)
    accepted = [one for job in jobs for one in events(job, "job.accept")]
    assert found.accepted == Share(sum(one.unit_id == owner.id for one in accepted), len(accepted)) == Share(1, 2)
    assert found.questions == Share(1, 2)
    assert found.answers == Share(0, 0), "nobody asked it for other days"


def test_when_an_owner_paid_follows_from_what_was_said_one_by_one() -> None:
    owner = make.unit()
    jobs = [make.job("accepted", owner=owner, funds="social", entries=1) for _ in range(6)]
    fee = jobs[0].amount_cents
    jobs[5].payment_days = 45
    with_payments(jobs[0], ("agency", 12, fee), ("owner", 12, fee))
    with_payments(jobs[1], ("owner", 10, 400), ("agency", 41, fee - 400))
    with_payments(jobs[2], ("agency", 20, fee - 1))
    with_payments(jobs[3], ("owner", 9, fee), ("agency", 9, fee - 1))
    with_payments(jobs[5], ("agency", 44, fee))
    now = max(job.accepted_at for job in jobs) + timedelta(days=45)
    found = owners_record(owner.id, now)
    # By another path: from the record of what was said, and each job's own facts.
    said = [[one.facts for one in events(job, "job.state_payment")] for job in jobs]
    assert [len(one) for one in said] == [2, 2, 1, 2, 0, 1]
    days = [one for job in jobs if (one := facts_of(job).payment_days) is not None]
    last = [
        (date.fromisoformat(max(one["paid_on"] for one in said[place])) - local_day(jobs[place].accepted_at)).days
        for place in (0, 1, 5)
    ]
    assert days == last == [12, 41, 44]
    assert found.payment.days and (found.payment.days.middle, found.payment.days.count) == (median(days), 3)
    assert found.paid == Share(sum(one <= term for one, term in zip(last, (30, 30, 45), strict=True)), 4) == Share(2, 4)
    assert (found.payment.open, found.payment.different, found.payment.unsaid) == (1, 1, 1)
    early = owners_record(owner.id, max(job.accepted_at for job in jobs) + timedelta(days=30))
    assert (early.payment.open, early.payment.unsaid) == (0, 0), "on the last day nothing is late"


@pytest.mark.one_database
def test_a_question_that_may_still_be_answered_counts_for_nobody() -> None:
    job = make.job("open")
    with_questions(job, make.agency())
    assert owners_record(job.owner_id, make.later(job)).questions == Share(1, 1)
    assert (facts_of(job).questions, facts_of(job).answered) == (1, 1)


@pytest.mark.one_database
def test_both_pages_say_the_figures_to_everybody(as_user: Any, clock: Any) -> None:
    owner, agency, jobs = a_year()
    with_payments(jobs[0], ("agency", 17, jobs[0].amount_cents))
    clock.now = max(job.state_since for job in jobs) + timedelta(days=1)
    make.keep()
    visitor, found = english(as_user()), record_of(agency.id, clock.now)
    page = plain(visitor.get(f"/agencies/{agency.id}").text)
    used = found.all.used
    for words in (
        f"Working days used, of those promised {used.n} / {used.of} in 3 reports delivered",
        "Delivered on time 66.7% by the ledger: 2 of 3",
        "Without rework 66.7% 2 of 3; rounds of rework in all: 1",
        "Papers asked for once 66.7% 2 of 3",
        "Price against the quote 100.0%",
        "Requests answered 50.0% 1 of 2",
        "Jobs running 2",
        f"{used.n} of {used.of} working days",
        "on time 2 of 3; rounds of rework: 1",
    ):
        assert words in page, words
    page = plain(visitor.get(f"/owners/{owner.id}").text)
    for words in (
        "Papers complete at once 75.0% 3 of 4",
        "Days from the acceptance to the last payment 17",
        "Paid within the term 100.0% 1 of 1",
        "Accepted by its own word 50.0% 1 of 2",
        "Jobs running 2",
    ):
        assert words in page, words
    assert f"/owners/{owner.id}" in visitor.get(f"/jobs/{jobs[0].id}").text
    assert visitor.get(f"/owners/{agency.id}").status_code == 404


@pytest.mark.one_database
def test_of_a_new_firm_nothing_is_known_and_nothing_bad_said(as_user: Any) -> None:
    agency, owner = make.agency(), make.unit()
    make.keep()
    visitor = english(as_user())
    page = plain(visitor.get(f"/agencies/{agency.id}").text)
    assert "unknown: no report yet" in page and "not scored yet" in page and "which is no bad mark" in page
    page = plain(visitor.get(f"/owners/{owner.id}").text)
    assert "Papers complete at once – unknown: none checked yet" in page
    assert "Days from the acceptance to the last payment – unknown: no fee is recorded as paid yet" in page


@pytest.mark.one_database
def test_both_pages_send_as_many_statements_for_many_jobs(as_user: Any, statements: Any, clock: Any) -> None:
    job = make.job("archived", funds="social", entries=1)
    clock.now = make.later(job)
    paths, client = (f"/agencies/{job.agency_id}", f"/owners/{job.owner_id}"), as_user()
    make.keep()
    few = [len(statements(client, path)) for path in paths for _ in range(2)][1::2]
    numbers = [f"示例-{place}" for place in range(20)]
    make.copies(job, 20, number=numbers, item_id=[job.item_id])
    make.keep()
    assert [len(statements(client, path)) for path in paths] == few
    assert session.scalar(select(func.count()).select_from(Job)) == 21
