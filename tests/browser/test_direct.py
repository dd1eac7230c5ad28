"""The story of a direct selection: the operator changes its limit, an owner names an agency, a regulator counts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.agencies.models import Agency
from app.infra.db import session
from tests import make
from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例村道排水修复（示例）"
REASON = "原方案由该机构编制，本次只改两处排水沟，另选机构须重新踏勘。"


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.soak)])
def test_a_small_job_names_its_agency_within_the_limit_that_the_operator_set(
    width: int, market: Market, cast: Callable[..., Cast]
):
    town = cast(f"direct-{width}", width=width)
    owner, operator, visitor = town.owner, town.operator, town.visitor
    id, named = next(iter(town.agencies.items()))
    stranger = town.agencies[max(town.agencies)]
    agency = session.get_one(Agency, id)
    code = agency.unit.code
    make.listing(agency, make.item(), fee_cents=1_700_000)
    make.keep()

    lowers_the_limit(operator, visitor)
    market.clock.passes(days=1)
    job_id = posts_directly(owner, code)
    passages.is_published(operator)
    stranger.opens(f"/jobs/{job_id}/enter")
    stranger.sees("another-is-named", "This job is selected directly: it names another agency.")
    named.takes_up("Enter")
    named.sees("entering-directly")
    named.presses("Enter")
    named.sees("receipt-of-a-direct-entry", "You have entered.")

    assert market.deadline_passes(job_id).state == "selected"
    assert town.selected(market.job(job_id)) is named
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("result-in-publicity", "selected, in publicity")
    visitor.follows("How the agency was selected")
    visitor.sees("no-choice-among-several")
    visitor.follows("All direct selections, counted")
    visitor.sees("counted")
    town.regulator.opens("/desk")
    town.regulator.sees("desk-of-the-regulator", "Selected directly in your sector")
    assert market.deadline_passes(job_id).state == "awarded"


def lowers_the_limit(operator: Person, visitor: Person) -> None:
    """From tomorrow on a small amount is at most 18,000 yuan."""
    operator.opens("/desk")
    operator.opens("/methods")
    operator.sees("lawful-methods")
    row = operator.page.locator("tr", has_text=operator.market.words("small amount"))
    row.get_by_role("link", name=operator.market.words("New version")).click()
    operator.fills("Takes effect on", f"{operator.market.today + timedelta(days=1):%Y-%m-%d}")
    operator.fills("Up to what ceiling", "18,000")
    operator.fills("Source", "示例通知〔2026〕1 号（示例）")
    operator.sees("a-new-version")
    operator.presses("Announce the rule")
    operator.sees("announced", "The rule is announced. It takes effect on its day.")
    visitor.opens("/methods")
    visitor.sees("what-everybody-reads")


def posts_directly(owner: Person, code: str) -> int:
    """Above the limit it is refused beside the method; within, the posting goes its way."""
    owner.opens("/desk")
    owner.follows("Post a job")
    owner.fills("Keyword", "水土保持")
    owner.presses("Show these")
    owner.presses("Choose", about=make.item().name)
    owner.fills("Name of the project", PROJECT)
    owner.selects("District", "港北区")
    owner.fills("What is needed", passages.NEED)
    owner.presses("Keep and go on")
    owner.chooses("How the agency is selected", "direct selection")
    owner.fills("Agency that is selected directly", code)
    owner.selects("Ground of the direct selection", owner.market.words("small amount"))
    owner.fills("Why this agency and no other", REASON)
    owner.presses("Keep and check your answers")
    owner.sees("above-the-limit")
    owner.fills("The most you will pay", "18,000")
    owner.presses("Keep and check your answers")
    owner.sees("check-your-answers")
    return passages.submits(owner)
