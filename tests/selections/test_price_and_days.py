"""Price and days: what may be posted and offered, how it is counted, and what the winner is held to."""

import pytest

from app import wiring
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry
from app.infra.clockwork import take_late
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.errors import Invalid
from app.methods.rules import Method
from app.selections.models import selection_of
from tests import make

pytestmark = pytest.mark.usefixtures("app")
KNOWN = {"item": make.BY_CONTRACT, "method": Method.PRICE_AND_DAYS, "price_weight": 60, "days": 10}


def enter(job: Job, quote: int | None, days: int | None) -> Entry:
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    return entries.enter(make.act(one, make.later(job)), job, Offer(quote, days=days))


def close(job: Job) -> None:
    for _ in range(2):
        take_late(Job, job.id, job.due, wiring.VERBS)


def refused(call, *args, **fields) -> str:
    with pytest.raises(Invalid) as refusal:
        call(*args, **fields)
    return refusal.value.field


def test_the_most_points_win_and_bind_to_price_and_days():
    job = make.job("open", **KNOWN)
    cheap, quick, _ = enter(job, 1_600_000, 10), enter(job, 1_800_000, 6), enter(job, 2_000_000, 9)
    close(job)
    transcript = selection_of(job.id).transcript
    points = {line["code"]: each for line, each in zip(transcript["entrants"], transcript["points"], strict=True)}
    assert points[cheap.agency.unit.code] == [6000, 2400]
    assert points[quick.agency.unit.code] == [5333, 4000]
    assert job.state == State.SELECTED and job.agency_id == quick.agency_id
    assert (job.amount_cents, job.agreed_days) == (1_800_000, 6)


def test_the_weights_decide():
    job = make.job("open", **KNOWN | {"price_weight": 95})
    cheap, _, _ = enter(job, 1_600_000, 10), enter(job, 1_800_000, 6), enter(job, 2_000_000, 9)
    close(job)
    assert job.agency_id == cheap.agency_id


def test_with_equal_points_the_lower_quote_wins():
    job = make.job("open", **KNOWN | {"price_weight": 50})
    first, second = enter(job, 2_000_000, 5), enter(job, 1_000_000, 10)
    enter(job, 4_000_000, 10)
    close(job)
    points = selection_of(job.id).transcript["points"]
    assert sorted(sum(each) for each in points) == [3750, 7500, 7500]
    assert job.agency_id == second.agency_id != first.agency_id


@pytest.mark.parametrize(
    ("quote", "days", "field"),
    [
        (None, 5, "quote_cents"),
        (5_000_001, 5, "quote_cents"),
        (1, None, "days"),
        (1, 0, "days"),
        (1, 2, "days"),
        (1, 11, "days"),
        (1, -1, "days"),
    ],
)
def test_an_offer_outside_the_bounds_is_refused_at_its_field(quote, days, field):
    job = make.job("open", **KNOWN | {"least_days": 3})
    assert refused(enter, job, quote, days) == field


def test_other_methods_take_no_days():
    job = make.job("open", item=make.BY_CONTRACT, method=Method.LOWEST_PRICE, days=10)
    assert refused(enter, job, 1, 5) == "days"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"price_weight": None}, "price_weight"),
        ({"price_weight": 0}, "price_weight"),
        ({"price_weight": 100}, "price_weight"),
        ({"least_days": 11}, "least_days"),
        ({"least_days": 0}, "least_days"),
        ({"method": Method.LOWEST_PRICE}, "price_weight"),
        ({"method": Method.RANDOM_DRAW, "price_weight": None, "least_days": 2}, "least_days"),
    ],
)
def test_a_posting_with_wrong_points_is_refused_at_its_field(fields, field):
    assert refused(make.job, "submitted", **KNOWN | fields) == field


def test_the_forms_take_points_and_days_and_keep_what_was_typed(as_user):
    owner = make.unit()
    draft = make.job("draft", owner=owner, **KNOWN)
    job = make.job("open", **KNOWN)
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    make.keep()
    buyer, seller = map(as_user, (make.user_of(owner), make.user_of(one.unit)))
    answer = buyer.post(
        f"/jobs/{draft.id}/wish",
        data={"method": "price_and_days", "ceiling_cents": "30000", "days": "12", "price_weight": "120"}
        | {"if_abandoned": "next"},
    )
    assert answer.status_code == 422 and 'value="120"' in answer.text
    answer = seller.post(f"/jobs/{job.id}/enter", data={"quote_cents": "9,000", "days": "99"})
    assert answer.status_code == 422 and 'value="9,000"' in answer.text and 'value="99"' in answer.text


def test_a_repost_and_a_page_carry_the_points(as_user):
    job = make.job("failed", funds="state", entries=2, **KNOWN)
    again = jobs.repost(make.act(job.owner, make.later(job)), job)
    assert (again.price_weight, again.least_days) == (60, None)
    make.keep()
    text = as_user().get(f"/jobs/{job.id}").text
    assert "价格 60 分，时限 40 分" in text
