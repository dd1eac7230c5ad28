"""The story of a job that fails with two entries, is posted again and goes to the quote nearest to the reference.

Nobody in it runs a script: every page must do all it does with plain links and forms.
"""

from collections.abc import Callable

import pytest

from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例物流园一期（示例）"


def test_two_entries_for_state_money_fail_and_the_repost_finds_its_agency(market: Market, cast: Callable[..., Cast]):
    town = cast("average-price", scripts=False)
    owner, operator, visitor = town.owner, town.operator, town.visitor
    first, second, third = town.agencies.values()

    failed_id = passages.posts(owner, PROJECT, method="average price", funds="state funds")
    passages.is_published(operator)
    passages.enters_too(first, failed_id, "18,000")
    passages.enters_too(second, failed_id, "17,000")
    assert market.deadline_passes(failed_id).state == "failed"
    visitor.opens(f"/jobs/{failed_id}")
    visitor.sees("selection-failed", "selection failed")

    job_id = posts_again(owner)
    passages.is_published(operator)
    passages.enters(first, PROJECT, "18,000")
    passages.enters_too(second, job_id, "17,000")
    passages.enters_too(third, job_id, "19,000")
    assert market.deadline_passes(job_id).state == "selected"
    before = town.selected(market.job(job_id))
    assert market.deadline_passes(job_id).state == "awarded"
    corrects(operator, job_id)
    assert town.selected(market.job(job_id)) is not before
    visitor.opens(f"/jobs/{job_id}/result")
    visitor.sees("corrected-result", "Selected before")
    assert market.deadline_passes(job_id).state == "awarded"

    selected = town.selected(market.job(job_id))
    passages.signs(owner, selected)
    passages.lists_materials(selected)
    passages.hands_papers_in(owner)
    passages.accepts_papers(selected)
    market.clock.passes(days=3)
    passages.delivers(selected)
    passages.accepts_report(owner)
    passages.rates(owner, 5, "成果完整。")
    passages.rates(selected, 5, "配合及时。", second=True)
    assert market.job(job_id).state == "archived"

    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("archived", "archived")
    visitor.follows("Check this selection here")
    visitor.sees("selection-recomputed", "All holds: commitment, list, seed, order and result follow from each other.")


def corrects(operator: Person, job_id: int) -> None:
    """The operator takes a wrong award back; the next of the published order follows."""
    operator.opens(f"/jobs/{job_id}")
    operator.follows("Correct the award: select the next in line")
    operator.fills("What was wrong, and how it is known", "中选机构的资质证书在报名截止前已被注销，发证机关书面确认。")
    operator.sees("correct-the-award")
    operator.presses("Take the award back")
    operator.sees("award-corrected", "The award is corrected. Publicity begins anew.")


def posts_again(owner: Person) -> int:
    owner.takes_up("Post the job again")
    owner.sees("post-the-job-again")
    owner.presses("Begin the new draft")
    owner.sees("draft-of-the-next-round")
    return passages.submits(owner)
