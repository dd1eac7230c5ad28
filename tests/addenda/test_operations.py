"""Changing a published job: what it may change, for how long the entry then stays open, and what becomes of entries."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.addenda import operations as addenda
from app.addenda.models import Addendum, addenda_of
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.envelopes import entrant_of
from app.entries.models import excluded_entries, frozen_list, live_entries
from app.infra.db import session
from app.inquiries import operations as inquiries
from app.kernel.act import CLOCK, Act
from app.kernel.draw import list_hash_of, verify_transcript
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.notices.models import Notice
from app.selections.models import selection_of
from app.selections.rules import OUT_OF_BOUNDS
from tests import make
from tests.entries.steps import enter, event
from tests.make import lapse
from tests.panels import bench
from tests.staging import work_until_done

pytestmark = pytest.mark.usefixtures("app")
WAN, TEXT = 1_000_000, "预算核减，最高限价相应下调。"
NEED = "编制水土保持方案报告表，含现场踏勘、报批、修改和验收。"
SECOND = timedelta(seconds=1)


def amend(job, *, at=None, **fields):
    return addenda.amend(make.act(job.owner, at or make.later(job)), job, text=TEXT, **fields)


@pytest.mark.parametrize(
    ("fields", "extends"),
    [
        ({"need": NEED}, True),
        ({"ceiling_cents": WAN}, True),
        ({"floor_cents": WAN // 2}, True),
        ({"days": 3}, True),
        ({"contact_name": "示例新联系人"}, False),
        ({"contact_phone": "0775-1111111"}, False),
        ({}, False),
    ],
)
def test_what_matters_extends_the_entry_and_nothing_shortens_it(fields, extends):
    job = make.job("open", method="lowest_price")
    closing, commitment, number, since = job.due, job.commitment, job.number, job.state_since
    same_day = amend(job, **fields)
    assert (same_day.closes, job.due) == (closing, closing), "as long as the ordinary term from today"
    last = closing - SECOND
    late = amend(job, at=last, **again(fields))
    assert (late.closed, late.closes) == (closing, job.due)
    assert make.workdays(last, job.due) == (3 if extends else 0)
    assert (job.state, job.commitment, job.number, job.state_since) == ("open", commitment, number, since)
    assert [one.number for one in addenda_of(job.id)] == [1, 2]
    assert late.changes == {name: [fields[name], value] for name, value in again(fields).items()}


def again(fields):
    return {name: value + 1 if isinstance(value, int) else value + "（更正）" for name, value in fields.items()}


def test_a_long_entry_is_not_shortened():
    failed = make.job("failed")
    make.term("addendum_extension", "1", make.NOW.date())
    job = make.job("open")
    closing = job.due
    assert failed.state == "failed"
    assert amend(job, days=4).closes == closing


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ceiling_cents": 10**9}, "ceiling_cents"),
        ({"ceiling_cents": None}, "ceiling_cents"),
        ({"ceiling_cents": WAN // 4}, "floor_cents"),
        ({"floor_cents": 3 * WAN}, "floor_cents"),
        ({"days": 0}, "days"),
        ({"days": 99}, "days"),
        ({"need": "太短"}, "need"),
        ({"contact_name": " "}, "contact_name"),
    ],
)
def test_what_is_not_lawful_is_refused_and_changes_nothing(fields, field):
    job = make.job("open", method="lowest_price", floor_cents=WAN // 2)
    before = {name: getattr(job, name) for name in ("ceiling_cents", "floor_cents", "days", "need", "due")}
    with pytest.raises(Invalid) as refusal:
        amend(job, **fields)
    assert refusal.value.field == field
    assert {name: getattr(job, name) for name in before} == before
    assert session.scalars(select(Addendum)).all() == []


def test_an_addendum_says_something_and_changes_only_what_it_may():
    job = make.job("open")
    with pytest.raises(Invalid, match="Say what changes"):
        addenda.amend(make.act(job.owner, make.later(job)), job, text=" ", days=4)
    with pytest.raises(TypeError, match="method"):
        amend(job, method="lowest_price")


@pytest.mark.parametrize("state", ["draft", "submitted", "selecting", "selected", "withdrawn"])
def test_only_an_open_job_is_changed_by_its_owner(state):
    job = make.job(state)
    with pytest.raises(WrongState):
        amend(job, days=4)
    opened = make.job("open")
    for somebody in (make.unit(), make.agency(), make.operator()):
        with pytest.raises(NotAllowed):
            addenda.amend(make.act(somebody, make.later(opened)), opened, text=TEXT, days=4)
    with pytest.raises(WrongState, match="deadline has passed"):
        amend(opened, at=opened.due, days=4)


def test_the_transcript_closes_at_the_extended_instant_and_verifies():
    job = make.job("open", method="lowest_price", funds="social")
    before, first = job.due, make.agency()
    enter(job, first, WAN)
    amend(job, at=before - SECOND, need=NEED)
    assert job.due > before
    with pytest.raises(WrongState):
        job.LIFE.check(Act(CLOCK, before), job, "close")
    entries.enter(make.act(make.agency(), before + SECOND), job, Offer(WAN - 100))
    closing = job.due
    lapse(lapse(job))
    transcript = selection_of(job.id).transcript
    assert transcript["closed_at"] == f"{closing:%Y-%m-%dT%H:%M:%SZ}"
    assert verify_transcript(transcript) is None
    assert transcript["list_hash"] == frozen_list(job.id)
    assert transcript["commitment"] == event(job, "job.publish").facts["commitment"]
    assert job.amount_cents == WAN - 100


def test_an_offer_out_of_the_new_bounds_is_excluded_when_it_is_opened_and_the_list_can_still_be_recomputed():
    job = make.job("open", method="lowest_price", funds="social")
    dear, mended, cheap = (
        enter(job, make.agency(), quote) for quote in (18 * WAN // 10, 19 * WAN // 10, 9 * WAN // 10)
    )
    amend(job, ceiling_cents=WAN, at=make.later(job, hours=1))
    entries.change(make.act(mended.agency, make.later(job, hours=2)), mended, Offer(WAN))
    assert {one.id for one in live_entries(job.id)} == {dear.id, mended.id, cheap.id}, "entries stay"
    lapse(lapse(job))
    transcript = selection_of(job.id).transcript
    assert (dear.state, dear.excluded_because) == ("excluded", OUT_OF_BOUNDS)
    assert [one["quote"] for one in transcript["entrants"] if one["code"] == dear.agency.unit.code] == []
    assert verify_transcript(transcript) is None
    assert (job.amount_cents, len(transcript["entrants"])) == (9 * WAN // 10, 2)
    listed = [*live_entries(job.id), *excluded_entries(job.id)]
    assert list_hash_of([entrant_of(one) for one in listed]) == frozen_list(job.id) != transcript["list_hash"]


def test_where_too_few_offers_are_within_the_new_bounds_the_selection_fails():
    job = make.job("open", method="lowest_price", funds="state")
    for quote in (18 * WAN // 10, 9 * WAN // 10, 8 * WAN // 10):
        enter(job, make.agency(), quote)
    amend(job, ceiling_cents=WAN, at=make.later(job, hours=1))
    lapse(lapse(job))
    transcript = selection_of(job.id).transcript
    assert (job.state, job.agency_id, len(transcript["entrants"])) == ("failed", None, 2)
    assert verify_transcript(transcript) is None


def test_all_concerned_are_told_and_whose_entry_is_out_is_warned():
    job, owner = make.job("open"), make.unit()
    slow, quick, asker = make.agency(days=5), make.agency(days=2), make.agency()
    for one in (slow, quick):
        enter(job, one)
    inquiries.ask(make.act(asker, make.later(job)), job, text="现场是否已经三通一平？")
    amend(job, days=3, at=make.later(job, hours=1))
    people = {make.user_of(one).id: name for one, name in ((slow, "slow"), (quick, "quick"), (asker, "asker"))}
    job_id, closing = job.id, job.due
    assert owner.id
    make.keep()
    work_until_done(make.later(job, hours=1))
    told = session.scalars(select(Notice).where(Notice.kind.in_(["job.amend/0", "entry.warn/0"]))).all()
    assert sorted((one.kind, people[one.user_id]) for one in told) == [
        ("entry.warn/0", "slow"), ("job.amend/0", "asker"), ("job.amend/0", "quick"), ("job.amend/0", "slow"),
    ]  # fmt: skip
    assert {one.due for one in told if one.kind == "job.amend/0"} == {closing}
    work_until_done(closing)
    session.expire_all()
    assert [one.agency_id for one in excluded_entries(job_id)] == [slow.id]


def test_a_job_that_a_panel_scores_keeps_its_bounds():
    job = bench.opened()
    with pytest.raises(Invalid, match="stay as they were announced"):
        amend(job, ceiling_cents=job.ceiling_cents - 100)
    assert amend(job, need="编制可行性研究报告，含现场踏勘、市场调查和两轮修改，工期以公告为准。").number == 1


def test_a_discount_that_leaves_more_than_the_new_ceiling_is_excluded_when_it_is_opened():
    known = {"item": make.BY_CONTRACT, "days": 20, "funds": "social", "ceiling_cents": 10 * WAN}
    bounds = {"reference_fee_cents": 10 * WAN, "least_discount": 300, "most_discount": 4_000}
    job = make.job("open", method="lowest_price", **known | bounds)
    small, large = (
        entries.enter(make.act(make.agency(lists=job.item), make.later(job)), job, Offer(discount=discount))
        for discount in (500, 2_500)
    )
    amend(job, ceiling_cents=8 * WAN, at=make.later(job, hours=1))
    lapse(lapse(job))
    transcript = selection_of(job.id).transcript
    assert (small.state, small.excluded_because) == ("excluded", OUT_OF_BOUNDS)
    assert (job.agency_id, job.amount_cents) == (large.agency_id, 75 * WAN // 10)
    assert [one["discount"] for one in transcript["entrants"]] == [2_500]
    assert verify_transcript(transcript) is None
