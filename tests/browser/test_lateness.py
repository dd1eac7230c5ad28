"""The story of a report that waits for its owner: everybody reads whose turn it is, the owner is reminded and accepts
it in person, and the speed of the market counts it."""

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import pytest

from app.infra import almanac
from app.kernel.workdays import HERE, due_day, local_day
from tests import make
from tests.browser.market import Market

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例老旧小区改造（示例）"


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_a_report_that_waits_is_read_of_reminded_of_and_counted(
    width: int, market: Market, album: Callable[[str], Path]
):
    job = make.job("delivered", project_name=PROJECT)
    pictures = album(f"journeys/lateness-{width}")
    owner = market.person(make.user_of(job.owner), width=width, album=pictures)
    visitor = market.person(width=width, album=pictures)
    make.keep()
    job_id, began, last = job.id, local_day(job.state_since), due_day(job.due)
    market.waits_until(make.later(job), job_id)
    for day in (almanac.calendar().add(began, 1), last):
        market.waits_until(datetime.combine(day, time(9, 1), HERE), job_id)

    visitor.opens("/late")
    visitor.reads(PROJECT)
    visitor.sees("what-is-late", "What is late, and whose turn it is", "Accept the report or return it")
    owner.opens("/notices")
    owner.sees("reminded")
    assert "今天是办理的最后一天" in owner.page.locator("main").inner_text()
    owner.takes_up("Accept the report or return it")
    for point in owner.each(owner.page.get_by_role("checkbox")):
        point.check()
    owner.sees("accept-in-person", "Somebody had to come in person for this step")
    owner.presses("Accept the report")
    owner.sees("accepted", "The report is accepted. Now both sides rate each other.")
    assert market.job(job_id).trips == 1

    visitor.opens("/late?side=owner")
    visitor.reads("What is late, and whose turn it is")
    visitor.opens("/speed")
    visitor.sees("speed-of-the-market", "How fast the market is", "Clock to report, by item", "Every figure")
    visitor.unfolds("By month")
    visitor.sees("speed-by-month", "Month")
