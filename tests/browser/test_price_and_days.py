"""The story of a job in which the offer of price and days with the most points wins, and keeps its days."""

from collections.abc import Callable

import pytest

from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例物流园（示例）"


def test_the_most_points_win_and_the_clock_runs_for_the_days_offered(market: Market, cast: Callable[..., Cast]):
    town = cast("price-and-days")
    owner, operator, visitor = town.owner, town.operator, town.visitor
    cheap, quick, neither = town.agencies.values()

    job_id = passages.posts(owner, PROJECT, method="price and days", funds="state funds", points="60")
    passages.is_published(operator)
    passages.enters(cheap, PROJECT, "16,000", "5")
    passages.enters_too(quick, job_id, "18,000", "3")
    passages.enters_too(neither, job_id, "19,000", "5")

    assert market.deadline_passes(job_id).state == "selected"
    assert town.selected(market.job(job_id)) is quick  # 53.33 + 40 against 60 + 24
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("result-in-publicity", "selected, in publicity")
    visitor.follows("The list and the order")
    visitor.sees("points-line-by-line", "The list and the order")
    visitor.follows("Check this selection here")
    visitor.sees(
        "recomputed-here",
        "All holds, recomputed on this machine: commitment, list, seed, order and result follow from each other.",
    )

    assert market.deadline_passes(job_id).state == "awarded"
    passages.signs(quick, owner)
    passages.lists_materials(quick)
    passages.hands_papers_in(owner)
    passages.accepts_papers(quick)
    assert market.job(job_id).agreed_days == 3
    market.clock.passes(days=2)
    passages.delivers(quick)
    passages.accepts_report(owner)
    passages.rates(owner, 5, "三天就交付了。")
    passages.rates(quick, 5, "材料一次交齐。", second=True)
    assert market.job(job_id).state == "archived"
