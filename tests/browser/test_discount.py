"""The story of a job whose agencies quote a discount off the reference fee."""

from collections.abc import Callable

import pytest

from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例农贸市场改造（示例）"


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_the_largest_discount_wins_and_everybody_reads_the_arithmetic(
    width: int, market: Market, cast: Callable[..., Cast]
):
    town = cast(f"discount-{width}", width=width)
    owner, operator, visitor = town.owner, town.operator, town.visitor
    careful, bold, middling = town.agencies.values()

    job_id = passages.posts(owner, PROJECT, method="lowest price", funds="state funds", discount="5")
    passages.is_published(operator)
    careful.opens(f"/jobs/{job_id}/enter")
    careful.fills("Your discount", "4.99")
    careful.presses("Enter")
    careful.sees("a-discount-too-small")
    passages.enters(careful, PROJECT, discount="8")
    passages.enters_too(bold, job_id, discount="17.25")
    passages.enters_too(middling, job_id, discount="12.5")

    assert market.deadline_passes(job_id).state == "selected"
    job = market.job(job_id)
    assert town.selected(job) is bold
    assert job.amount_cents == job.reference_fee_cents * (10_000 - 1_725) // 10_000
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("result-in-publicity", "selected, in publicity")
    visitor.follows("The list and the order")
    visitor.sees("discounts-line-by-line", "The list and the order")
    visitor.follows("Check this selection here")
    visitor.sees(
        "recomputed-here",
        "All holds, recomputed on this machine: commitment, list, seed, order and result follow from each other.",
    )
    assert market.deadline_passes(job_id).state == "awarded"
