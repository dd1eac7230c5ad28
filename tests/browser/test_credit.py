"""The story of two credit events: one the firm contests in vain, one it lets pass, and what follows from both."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import make
from tests.browser.market import Market
from tests.credit.matters import in_effect, listed, on

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_a_firm_is_heard_before_an_event_counts_and_fifteen_points_suspend_it(
    width: int, market: Market, album: Callable[[str], Path]
):
    agency, owner = make.agency("示例勘测设计公司（示例）"), make.unit()
    serving = make.job("in_service", owner=owner, entrants=[agency], funds="social")
    first = in_effect(agency, "fee_off_platform", serving.state_since)
    market.clock.now = on(first)
    page, code, person = f"/agencies/{agency.id}/credit", agency.unit.code, make.user_of(agency)
    pictures = album(f"credit-{width}")
    look = {"width": width, "album": pictures}
    firm, office = market.person(person, **look), market.person(make.user_of(make.regulator()), **look)
    visitor, buyer = market.person(**look), market.person(make.user_of(owner), **look)
    make.keep()

    office.opens("/desk")
    office.opens(page)
    office.follows("Record a credit event")
    office.selects("Kind of event", "未经批准转包或分包")
    office.fills("The day on which it happened", market.today.isoformat())
    office.selects("Job it happened in", serving.number)
    office.fills("Evidence", "现场踏勘由其他单位完成，有影像和笔录。")
    office.sees("recording-an-event", "Record a credit event")
    office.presses("Record it and tell the firm")
    office.sees("an-event-is-noted")
    market.works()
    firm.opens("/desk")
    firm.takes_up("Make a statement or object")
    firm.follows("Object to the credit event")
    firm.fills("Your objection, and why", "踏勘由我公司自有人员完成，影像中的人员是本公司员工。")
    firm.sees("objecting-to-an-event")
    firm.presses("Object to the credit event")
    visitor.opens(page)
    visitor.sees("the-public-page-before", "ranked lower")
    office.opens("/desk")
    office.takes_up("Decide on the objection")
    office.follows("Confirm it")
    office.fills("Decision and grounds", "社会保险记录显示其为其他单位人员，申辩不成立。")
    office.presses("Confirm it")
    office.sees("an-event-is-confirmed", "in effect")
    market.works()
    visitor.opens(page)
    visitor.sees("the-public-page-after", "suspended for a service", "By service", "Events in effect")
    visitor.opens("/credit")
    visitor.sees("the-credit-list", "Credit of agencies", "What costs points")
    buyer.opens("/notices")
    buyer.sees("the-owner-is-told")
    assert buyer.page.get_by_text("目前不能报名新项目").count()

    office.opens("/blacklists/new")
    office.page.get_by_label(market.words("The list as CSV")).fill(listed(code))
    office.presses("Import and match")
    office.sees("an-outside-list", "matched, to be reviewed")
    office.follows("示例名称（示例）")
    office.sees("a-line-to-review")
