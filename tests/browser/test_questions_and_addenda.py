"""The story of a job about which is asked, which is changed in the open, and whose entrant then changes its offer."""

from collections.abc import Callable

import pytest

from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例排水管网一期（示例）"
QUESTION, ANSWER = "弃渣场选址是否已经确定？", "弃渣场由业主提供，位于项目红线以内。"


def test_a_question_an_addendum_and_a_changed_entry_lead_to_a_result_that_verifies(
    market: Market, cast: Callable[..., Cast]
):
    town = cast("questions-and-addenda", agencies=2)
    owner, operator, visitor = town.owner, town.operator, town.visitor
    first, second = town.agencies.values()

    job_id = passages.posts(owner, PROJECT, method="lowest price", funds="social funds")
    passages.is_published(operator)
    passages.enters(first, PROJECT, "19,500")
    asks(second)
    looks_and_leaves_it(operator, job_id)
    answers(owner)
    passages.enters_too(second, job_id, "18,000")

    closing = market.job(job_id).due
    market.clock.passes(days=1)
    amends(owner, job_id)
    assert market.job(job_id).due > closing
    changes(first)
    asks_too(second, job_id)
    market.works()

    assert market.deadline_passes(job_id).state == "selected"
    assert town.selected(market.job(job_id)) is first
    looks(visitor, job_id)


def asks(agency: Person) -> None:
    agency.opens("/desk")
    agency.follows(PROJECT, exact=False)
    agency.follows("Ask a question")
    agency.fills("Your question", QUESTION)
    agency.sees_wide_and_narrow("asking")
    agency.presses("Ask")
    agency.sees_wide_and_narrow("asked")


def looks_and_leaves_it(operator: Person, job_id: int) -> None:
    operator.opens(f"/jobs/{job_id}")
    operator.sees("question-before-the-operator")
    operator.follows("Withhold the question")
    operator.sees_wide_and_narrow("withholding")


def answers(owner: Person) -> None:
    owner.opens("/desk")
    owner.sees("desk-with-a-question")
    owner.takes_up("Answer the question")
    owner.fills("Your answer", ANSWER)
    owner.sees_wide_and_narrow("answering")
    owner.presses("Answer")
    owner.sees("answered", "Question and answer are on the page of the job.")


def asks_too(agency: Person, job_id: int) -> None:
    agency.opens(f"/jobs/{job_id}/ask")
    agency.fills("Your question", "最高限价是否含税？")
    agency.presses("Ask")
    agency.reads("Your question is with the owner, who does not learn who asks.")


def amends(owner: Person, job_id: int) -> None:
    owner.opens(f"/jobs/{job_id}")
    owner.follows("Publish an addendum")
    owner.fills("What changes, and why", "预算核减，最高限价相应下调。")
    owner.fills("The most you will pay", "18,500")
    owner.sees_wide_and_narrow("publishing-an-addendum")
    owner.presses("Publish the addendum")
    owner.sees_wide_and_narrow("addendum-published")


def changes(agency: Person) -> None:
    agency.opens("/desk")
    agency.follows(PROJECT, exact=False)
    agency.sees_wide_and_narrow("receipt-after-the-addendum")
    agency.follows("Change the entry")
    agency.fills("Your quote", "17,200")
    agency.sees_wide_and_narrow("changing-the-entry")
    agency.presses("Change the entry")
    agency.sees_wide_and_narrow("entry-changed")


def looks(visitor: Person, job_id: int) -> None:
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees_wide_and_narrow("after-the-closing")
    visitor.follows("Check this selection here")
    visitor.sees(
        "recomputed",
        "All holds, recomputed on this machine: commitment, list, seed, order and result follow from each other.",
    )
