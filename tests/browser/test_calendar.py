"""The story of a closed day: the operator sees whose deadlines it moves before it is in force, and they are told."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.agencies.models import Agency
from app.infra.db import session
from app.kernel.workdays import due_day
from tests import make
from tests.browser.cast import Cast
from tests.browser.market import Market

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_a_closed_day_moves_a_service_and_an_earlier_day_waits_for_the_agency(
    width: int, market: Market, cast: Callable[..., Cast]
):
    town = cast(f"calendar-{width}", width=width, agencies=1)
    operator, visitor, (agency,) = town.operator, town.visitor, town.agencies.values()
    job = make.job("in_service", entrants=[session.get_one(Agency, next(iter(town.agencies)))], funds="social")
    promised, id = due_day(job.due), job.id
    make.keep()
    market.clock.now = make.later(job)

    operator.opens("/desk")
    operator.opens("/calendar")
    operator.sees("calendar-of-the-operator")
    operator.follows("Enter a notice")
    operator.selects("Whose notice is it", "本地停工")
    operator.fills("Source", "示例市停工通知（示例）")
    operator.fills("Reason", "示例：台风登陆，全市停工一天。")
    operator.fills("The days", f"{promised},2,台风停工")
    operator.presses("Save and see what it changes")
    operator.sees("a-line-to-mend")
    operator.fills("The days", f"{promised},0,台风停工")
    operator.presses("Save and see what it changes")
    operator.sees("what-it-changes", "What it changes")
    operator.presses("Put it into force")
    operator.sees("in-force", "What it changed")
    market.works()

    moved = market.job(id)
    assert due_day(moved.due) > promised == due_day(moved.promised_due)
    agency.opens("/notices")
    agency.sees("told-that-it-moved", "示例市停工通知（示例）")
    visitor.opens(f"/jobs/{id}/ledger")
    visitor.sees("both-days")
    visitor.opens("/calendar")
    visitor.sees("calendar-of-everybody")

    operator.opens("/calendar/notices/new")
    operator.selects("Whose notice is it", "本地停工")
    operator.fills("Source", "示例市补班通知（示例）")
    operator.fills("Reason", "示例：停工一天由周末补足。")
    operator.fills("The days", f"{weekend(moved.clock_start)},1,补班")
    operator.presses("Save and see what it changes")
    operator.sees("an-earlier-day-is-offered")
    operator.presses("Put it into force")
    agency.opens(f"/jobs/{id}")
    agency.sees("the-agency-may-agree")
    assert market.job(id).due == moved.due
    agency.presses("Agree to the earlier day")
    agency.sees("the-agency-agreed")
    assert market.job(id).due < moved.due


def weekend(day: date) -> date:
    """The first Sunday after a day."""
    return day + timedelta(days=6 - day.weekday() or 7)
