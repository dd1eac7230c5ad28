"""The story of a job that is given away by a draw: from the owner's first visit to a rating that does not count."""

from collections.abc import Callable

import pytest

from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例产业园三期（示例）"


def test_a_job_is_drawn_served_mended_and_rated_before_everybodys_eyes(market: Market, cast: Callable[..., Cast]):
    town = cast("random-draw")
    owner, operator, visitor = town.owner, town.operator, town.visitor

    job_id = passages.posts(owner, PROJECT, method="random draw", funds="state funds")
    passages.is_published(operator)
    first, *others = town.agencies.values()
    passages.enters(first, PROJECT)
    for agency in others:
        passages.enters_too(agency, job_id)

    assert market.deadline_passes(job_id).state == "selected"
    looks_at_the_draw(visitor, job_id)
    assert market.deadline_passes(job_id).state == "awarded"

    selected = town.selected(market.job(job_id))
    passages.signs(owner, selected)
    passages.lists_materials(selected)
    passages.hands_papers_in(owner)
    names_a_defect(selected)
    passages.hands_papers_in(owner)
    passages.accepts_papers(selected)

    market.clock.passes(days=1, hours=1)
    asks_for_a_pause(selected, job_id)
    agrees_to_the_pause(owner)
    market.clock.passes(days=1)
    resumes(selected, job_id)
    passages.delivers(selected)
    returns_the_report(owner)
    passages.delivers(selected, "Deliver the mended report")
    passages.accepts_report(owner)
    passages.rates(owner, 5, "踏勘仔细，修改及时。")
    passages.rates(selected, 4, "材料齐全，沟通顺畅。", second=True)
    assert market.job(job_id).state == "archived"

    market.works()
    sets_one_rating_aside(town.regulator)
    looks_back(visitor, job_id)


def looks_at_the_draw(visitor: Person, job_id: int) -> None:
    """Anybody: the job's page, the list and the order, and the draw computed again."""
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("result-in-publicity", "selected, in publicity")
    visitor.follows("The list and the order")
    visitor.sees("list-and-order")
    visitor.follows("Check this selection here")
    visitor.sees(
        "draw-recomputed",
        "All holds, recomputed on this machine: commitment, list, seed, order and result follow from each other.",
    )


def names_a_defect(agency: Person) -> None:
    agency.takes_up("Accept the papers or name all defects at once")
    agency.follows("Name all defects at once")
    agency.page.locator("main textarea").first.fill("第二页缺少批复文号，请换一份盖章的。")
    agency.sees("name-the-defects")
    agency.presses("Name the defects")
    agency.sees("defects-named", "All defects are named. The owner mends them.")


def asks_for_a_pause(agency: Person, job_id: int) -> None:
    agency.opens(f"/jobs/{job_id}")
    agency.follows("Ask for a pause")
    agency.chooses("Reason", "the site is not accessible")
    agency.fills("What happened", "进场道路被雨水冲断，勘察人员无法进入，预计明天恢复通行。")
    agency.hands_in("道路中断照片.pdf")
    agency.sees("ask-for-a-pause")
    agency.presses("Ask for the pause")
    agency.sees("pause-asked-for")


def agrees_to_the_pause(owner: Person) -> None:
    owner.takes_up("Agree to the pause or refuse it")
    owner.sees("pause-to-answer")
    owner.presses("Agree to the pause")
    owner.sees("clock-stands-still")


def resumes(agency: Person, job_id: int) -> None:
    agency.takes_up("Resume the service when the reason is gone")
    agency.presses("Resume the service")
    agency.sees("clock-goes-on", "The service goes on. The due day is derived anew.")


def returns_the_report(owner: Person) -> None:
    owner.takes_up("Accept the report or return it")
    owner.follows("Return it with reasons")
    owner.fills("What must be mended", "第七项缺少附图，请补充弃渣场位置图。")
    owner.sees("return-the-report")
    owner.presses("Return for rework")
    owner.sees("report-returned", "The report is returned with your reasons.")


def sets_one_rating_aside(regulator: Person) -> None:
    regulator.opens("/desk")
    regulator.sees("desk-of-the-regulator", "Finished jobs you may review")
    regulator.page.locator("main .tasks a").first.click()
    regulator.sees("review")
    regulator.follows("Set the rating aside")
    regulator.fills("Reason", "评价文字与交付记录不符，经核实暂不计入。")
    regulator.sees("set-a-rating-aside")
    regulator.presses("Set the rating aside")
    regulator.sees("rating-set-aside", "The rating is set aside. Both sides are told.", "Set aside, does not count:")


def looks_back(visitor: Person, job_id: int) -> None:
    """Anybody, when it is over: the job with both ratings, and every day of its clock."""
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("archived", "archived", "set aside by the regulator")
    visitor.follows("Every day with its source")
    visitor.sees("every-day-of-the-clock")
