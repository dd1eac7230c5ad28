"""Discounts off a reference fee: what may be posted and offered, who wins, and what the winner is paid."""

import pytest

from app import wiring
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry, entry_of
from app.infra.clockwork import take_late
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.draw import verify_transcript
from app.kernel.errors import Invalid
from app.methods.rules import Method
from app.selections.models import selection_of
from tests import make
from tests.pages import english, error, plain

pytestmark = pytest.mark.usefixtures("app")
KNOWN = {
    "item": make.BY_CONTRACT, "method": Method.LOWEST_PRICE, "days": 10, "ceiling_cents": 9_500_000,
    "reference_fee_cents": 10_000_000, "least_discount": 300, "most_discount": 4_000,
}  # fmt: skip


def enter(job: Job, discount: int | None, quote: int | None = None) -> Entry:
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    return entries.enter(make.act(one, make.later(job)), job, Offer(quote, discount=discount))


def close(job: Job) -> None:
    for _ in range(2):
        take_late(Job, job.id, job.due, wiring.VERBS)


def refused(call, *args, **fields) -> str:
    with pytest.raises(Invalid) as refusal:
        call(*args, **fields)
    return refusal.value.field


def test_the_largest_discount_is_the_lowest_price_and_the_amount_is_what_it_leaves():
    job = make.job("open", **KNOWN)
    _, wins, _ = enter(job, 1_000), enter(job, 2_055), enter(job, 500)
    close(job)
    assert (job.state, job.agency_id, job.amount_cents) == (State.SELECTED, wins.agency_id, 7_945_000)
    transcript = selection_of(job.id).transcript
    assert transcript["reference_fee"] == 10_000_000 and verify_transcript(transcript) is None
    lines = {line["code"]: (line["discount"], line["quote"]) for line in transcript["entrants"]}
    assert lines[wins.agency.unit.code] == (2_055, 7_945_000)


def test_the_average_price_is_taken_of_what_the_discounts_leave():
    job = make.job("open", **KNOWN | {"method": Method.AVERAGE_PRICE, "funds": "social"})
    offered = [enter(job, discount) for discount in (500, 1_000, 2_000)]
    close(job)
    transcript = selection_of(job.id).transcript
    mean = (9_500_000 + 9_000_000 + 8_000_000) / 3
    assert abs(transcript["reference"] - mean * transcript["percentage"] / 100) <= 0.5
    quotes = {one.agency_id: one.quote_cents for one in offered}
    nearest = min(quotes, key=lambda id: abs(quotes[id] - transcript["reference"]))
    assert (job.agency_id, job.amount_cents) == (nearest, quotes[nearest])


def test_equal_amounts_of_different_discounts_are_drawn():
    tiny = {"reference_fee_cents": 1_000, "ceiling_cents": 1_000, "least_discount": None, "most_discount": None}
    job = make.job("open", **KNOWN | tiny)
    tied = [enter(job, 1_001).agency_id, enter(job, 1_002).agency_id]
    enter(job, 0)
    close(job)
    assert job.amount_cents == 900 and job.agency_id in tied
    assert verify_transcript(selection_of(job.id).transcript) is None


@pytest.mark.parametrize(
    ("discount", "quote", "field"),
    [
        (None, None, "discount"),
        (None, 8_000_000, "quote_cents"),
        (1_000, 9_000_000, "quote_cents"),
        (299, None, "discount"),
        (4_001, None, "discount"),
        (499, None, "discount"),
        (3_501, None, "discount"),
        (-1, None, "discount"),
        (10_000, None, "discount"),
    ],
)
def test_a_discount_outside_the_bounds_or_the_amounts_is_refused_beside_its_field(discount, quote, field):
    job = make.job("open", **KNOWN | {"floor_cents": 6_500_000})
    assert refused(enter, job, discount, quote) == field


@pytest.mark.parametrize("discount", [500, 3_500])
def test_a_discount_that_leaves_exactly_ceiling_or_floor_is_taken(discount):
    job = make.job("open", **KNOWN | {"floor_cents": 6_500_000})
    assert enter(job, discount)


def test_other_jobs_take_no_discount():
    job = make.job("open", item=make.BY_CONTRACT, method=Method.LOWEST_PRICE, days=10)
    assert refused(enter, job, 100, 1) == "discount"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reference_fee_cents": 0}, "reference_fee_cents"),
        ({"reference_fee_cents": None}, "least_discount"),
        ({"least_discount": -1}, "least_discount"),
        ({"least_discount": 10_000, "most_discount": None}, "least_discount"),
        ({"most_discount": 299}, "most_discount"),
        ({"most_discount": 10_000}, "most_discount"),
        ({"most_discount": 499}, "most_discount"),
        ({"floor_cents": 9_300_000, "least_discount": 800}, "least_discount"),
        ({"method": Method.RANDOM_DRAW}, "reference_fee_cents"),
        ({"method": Method.PRICE_AND_DAYS, "price_weight": 50}, "reference_fee_cents"),
    ],
)
def test_a_posting_with_wrong_discounts_is_refused_at_its_field(fields, field):
    assert refused(make.job, "submitted", **KNOWN | fields) == field


def test_a_reference_fee_above_the_unified_standard_is_refused():
    fee = {"reference_fee_cents": 10**9, "method": Method.LOWEST_PRICE}
    assert refused(make.job, "submitted", **fee) == "reference_fee_cents"


def test_a_repost_carries_the_discounts():
    job = make.job("failed", funds="state", entries=2, **KNOWN)
    again = jobs.repost(make.act(job.owner, make.later(job)), job)
    assert (again.reference_fee_cents, again.least_discount, again.most_discount) == (10_000_000, 300, 4_000)


def test_the_forms_take_percentages_and_keep_what_was_typed(as_user):
    owner = make.unit()
    draft = make.job("draft", owner=owner, method=Method.LOWEST_PRICE)
    job = make.job("open", **KNOWN)
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    make.keep()
    buyer, seller = (english(as_user(make.user_of(unit))) for unit in (owner, one.unit))
    wish = {"method": "lowest_price", "ceiling_cents": "19,000", "days": "5", "if_abandoned": "next"}
    wrong = buyer.post(f"/jobs/{draft.id}/wish", data=wish | {"least_discount": "5.555", "most_discount": "150"})
    assert wrong.status_code == 422 and 'value="5.555"' in wrong.text
    assert error(wrong, "least_discount") == "Error: Enter a percentage with at most two decimals."
    assert error(wrong, "most_discount") == "Error: Enter a percentage from 0 to 99.99."
    assert buyer.post(f"/jobs/{draft.id}/wish", data=wish | {"least_discount": "5.5％"}).status_code == 303
    draft = make.again(draft)
    assert (draft.reference_fee_cents, draft.least_discount) == (draft.standard.ceiling_cents, 550)

    assert "3.00% to 40.00%" in plain(seller.get(f"/jobs/{job.id}/enter").text)
    wrong = seller.post(f"/jobs/{job.id}/enter", data={"discount": "2.5"})
    assert wrong.status_code == 422 and "from 3% to 40%" in error(wrong, "discount") and 'value="2.5"' in wrong.text
    assert seller.post(f"/jobs/{job.id}/enter", data={"discount": "12.34"}).status_code == 303
    entry = entry_of(job.id, one.id)
    receipt = seller.get(f"/entries/{entry.id}/receipt.json").json
    assert (receipt["discount"], receipt["quote_cents"]) == (1_234, 8_766_000)


def test_the_result_shows_discount_and_price_line_by_line(client):
    job = make.job("selected", entries=3, **KNOWN)
    make.keep()
    page = plain(english(client).get(f"/jobs/{job.id}/result").text)
    assert "CNY 70,000 discount 30.00%" in page and "CNY 72,000 discount 28.00%" in page
    assert "Each quote is the reference fee of CNY 100,000 less the discount" in page
    assert "CNY 100,000" in plain(client.get(f"/jobs/{job.id}").text)
