"""Entering a job, leaving it, entering again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.agencies.models import current_listing
from app.agencies.operations import take_down
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import entry_of, live_entries, versions_of
from app.infra.db import session
from app.infra.outbox import Task
from app.infra.record import Event
from app.jobs.models import Avoidance
from app.jobs.rules import State
from app.kernel.act import Role
from app.kernel.errors import Invalid, NotAllowed, WrongState
from tests import make
from tests.entries.steps import closed, enter, opened, refused
from tests.make import lapse

pytestmark = pytest.mark.usefixtures("app")

WAN = 1_000_000


@pytest.mark.parametrize(("method", "quote"), [("random_draw", None), ("lowest_price", WAN), ("average_price", WAN)])
def test_an_entry_is_received_at_its_instant_with_the_promise_in_force(method: str, quote: int | None) -> None:
    job, agency = opened(method), make.agency()
    entry = enter(job, agency, quote, hours=3)
    assert (entry.state, entry.received_at) == ("entered", job.state_since + timedelta(hours=3))
    assert entry.quote_cents is None, "it lies in its envelope"
    listing = current_listing(agency.id, job.item_id)
    assert listing is not None
    assert entry.listing_id == listing.id
    assert [one.id for one in live_entries(job.id)] == [entry.id]


def test_an_authorised_person_enters_for_the_agency() -> None:
    job, agency = opened(), make.agency()
    person = make.person(agency.unit, Role.AUTHORISED)
    entry = entries.enter(make.act(person, make.later(job)), job, Offer())
    assert entry.agency_id == agency.id


def test_only_agencies_enter() -> None:
    job = opened()
    for somebody in (job.owner, make.unit(), make.operator(), make.regulator(job.sector_code)):
        refused(NotAllowed, job, somebody)


def test_what_keeps_an_agency_out_is_said_with_how_to_mend_it() -> None:
    job, agency = opened(), make.agency(lists=None)
    said = str(refused(Invalid, job, agency))
    assert said == "Not met: Lists this item. List the item with your promises."
    make.listing(agency, job.item)
    job.days = 1
    said = str(refused(Invalid, job, agency))
    assert said == "Not met: Promises to deliver within the days of the job. Promise fewer days in your listing."
    make.listing(agency, job.item, days=1)
    enter(job, agency)


def test_an_agency_to_be_avoided_is_kept_out_and_no_other() -> None:
    job, agency = opened(), make.agency()
    session.add(Avoidance(job_id=job.id, agency_id=agency.id, reason="利害关系（示例）"))
    session.flush()
    assert "Is not to be avoided by this job" in str(refused(Invalid, job, agency))
    enter(job)


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "selecting", "failed", "awarded", "archived"])
def test_only_an_open_job_is_entered(state: str) -> None:
    job, agency = make.job(state), make.agency()
    with pytest.raises(WrongState):
        entries.enter(make.act(agency, make.later(job)), job, Offer())
    assert entry_of(job.id, agency.id) is None


def test_the_entry_ends_at_its_instant_whether_the_clock_has_come_by_or_not() -> None:
    job, agency, late = opened(), make.agency(), make.agency()
    assert job.due is not None
    entries.enter(make.act(agency, job.due - timedelta(microseconds=1)), job, Offer())
    for instant_of in (job.due, job.due + timedelta(days=1)):
        with pytest.raises(WrongState, match="closed"):
            entries.enter(make.act(late, instant_of), job, Offer())
    assert job.state == State.OPEN


def test_an_agency_enters_once() -> None:
    job, agency = opened("lowest_price"), make.agency()
    first = enter(job, agency, WAN)
    with pytest.raises(WrongState, match="already"):
        enter(job, agency, WAN - 100)
    entries.withdraw(make.act(agency, make.later(job)), first)
    sealed = first.offer
    with pytest.raises(WrongState, match="already"):
        enter(job, agency, WAN - 100)
    assert first.offer == sealed


@pytest.mark.parametrize(
    ("method", "quote", "why"),
    [
        ("lowest_price", None, "Enter your quote"),
        ("lowest_price", WAN - 1, "at least 10,000 yuan"),
        ("lowest_price", 2 * WAN + 1, "at most 20,000 yuan"),
        ("average_price", 0, "at least"),
        ("average_price", -WAN, "at least"),
        ("average_price", 10**15, "at most"),
        ("random_draw", WAN, "takes no quote"),
    ],
)
def test_a_quote_outside_floor_and_ceiling_is_refused_beside_its_field(
    method: str, quote: int | None, why: str
) -> None:
    job = opened(method, **({} if method == "random_draw" else {"floor_cents": WAN}))
    refusal = refused(Invalid, job, quote=quote)
    assert refusal.field == "quote_cents"
    assert why in str(refusal)


def test_floor_and_ceiling_are_within() -> None:
    job = opened("lowest_price", floor_cents=WAN, funds="social")
    lapse(closed(job, 2 * WAN, WAN))
    assert job.amount_cents == WAN


def test_without_a_floor_a_cent_is_a_quote() -> None:
    job = opened("lowest_price", funds="social")
    lapse(closed(job, 1))
    assert job.amount_cents == 1


def test_an_entry_is_withdrawn_and_made_again_with_a_new_quote_and_the_promise_of_then() -> None:
    job, agency = opened("lowest_price", funds="social"), make.agency()
    entry = enter(job, agency, WAN)
    entries.withdraw(make.act(agency, make.later(job, hours=1)), entry)
    assert (entry.state, live_entries(job.id)) == ("withdrawn", [])
    listing, again = make.listing(agency, job.item, days=2), make.later(job, hours=2)
    entries.reenter(make.act(agency, again), entry, Offer(WAN - 100))
    assert (entry.state, entry.listing_id, entry.received_at) == ("entered", listing.id, again)
    lapse(lapse(job))
    assert (job.amount_cents, job.agreed_days) == (WAN - 100, 2)


def test_a_changed_entry_stands_with_its_new_offer_and_every_version_is_kept() -> None:
    job, agency = opened("lowest_price", funds="social"), make.agency()
    entry = enter(job, agency, WAN)
    first, listing, later = entry.received_at, make.listing(agency, job.item, days=2), make.later(job, hours=2)
    entries.change(make.act(agency, later), entry, Offer(WAN - 100))
    entries.withdraw(make.act(agency, later + make.MINUTE), entry)
    entries.reenter(make.act(agency, later + 2 * make.MINUTE), entry, Offer(WAN - 200))
    assert (entry.state, entry.version, entry.listing_id) == ("entered", 3, listing.id)
    assert entry.received_at == later + 2 * make.MINUTE
    kept = versions_of(entry.id)
    assert [(one.number, one.received_at, one.ended_by, one.ended_at) for one in kept] == [
        (1, first, "change", later),
        (2, later, "withdraw", later + make.MINUTE),
        (3, later + 2 * make.MINUTE, None, None),
    ]
    assert len({one.offer for one in kept}) == len({one.offer_envelope for one in kept}) == 3
    assert kept[2].offer == entry.offer
    lapse(lapse(job))
    assert (job.amount_cents, job.agreed_days) == (WAN - 200, 2)


def test_a_change_that_is_refused_changes_nothing() -> None:
    job, agency = opened("lowest_price"), make.agency()
    entry = enter(job, agency, WAN)
    sealed = entry.offer
    with pytest.raises(Invalid, match="ceiling"):
        entries.change(make.act(agency, make.later(job)), entry, Offer(3 * WAN))
    entries.withdraw(make.act(agency, make.later(job)), entry)
    with pytest.raises(WrongState, match="entry withdrawn"):
        entries.change(make.act(agency, make.later(job)), entry, Offer(WAN))
    assert (entry.version, entry.offer, len(versions_of(entry.id))) == (1, sealed, 1)


def test_who_enters_again_meets_the_conditions_again() -> None:
    job, agency = opened("lowest_price"), make.agency()
    entry = enter(job, agency, WAN)
    entries.withdraw(make.act(agency, make.later(job)), entry)
    sealed = entry.offer
    with pytest.raises(Invalid, match="ceiling"):
        entries.reenter(make.act(agency, make.later(job)), entry, Offer(3 * WAN))
    take_down(make.act(agency), current_listing(agency.id, job.item_id))
    with pytest.raises(Invalid, match="Lists this item"):
        entries.reenter(make.act(agency, make.later(job)), entry, Offer(WAN))
    assert (entry.state, entry.offer) == ("withdrawn", sealed)


def test_an_entry_belongs_to_its_agency_and_is_settled_at_the_closing() -> None:
    job, agency = opened(), make.agency()
    entry = enter(job, agency)
    for somebody in (make.agency(), job.owner, make.operator()):
        with pytest.raises(NotAllowed):
            entries.withdraw(make.act(somebody, make.later(job)), entry)
    for verb, anew in ((entries.withdraw, ()), (entries.change, (Offer(),)), (entries.reenter, (Offer(),))):
        with pytest.raises(WrongState):
            verb(make.act(agency, job.due), entry, *anew)
    assert entry.state == "entered"


def test_a_quote_stands_in_no_event_and_no_task() -> None:
    job, agency = opened("lowest_price"), make.agency()
    entry = enter(job, agency, 1_357_931)
    entries.change(make.act(agency, make.later(job)), entry, Offer(1_357_933))
    entries.withdraw(make.act(agency, make.later(job)), entry)
    entries.reenter(make.act(agency, make.later(job)), entry, Offer(1_357_932))
    written = [*session.scalars(select(Event.facts)), *session.scalars(select(Task.payload))]
    assert written
    assert "135793" not in str(written)
