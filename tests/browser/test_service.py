"""The story of a service whose days change on the way: an extension, a change of scope, a suspension, and the proof."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import make
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_the_days_change_by_agreement_and_order_and_anybody_recomputes_them(
    width: int, market: Market, album: Callable[[str], Path]
):
    job = make.job("in_service")
    units = [job.agency, job.owner, make.operator()]
    pictures, address = album(f"service-{width}"), f"/jobs/{job.id}"
    market.clock.now = make.later(job, hours=1)
    agency, owner, operator = (market.person(make.user_of(one), width=width, album=pictures) for one in units)
    make.keep()
    visitor = market.person(width=width, album=pictures)

    asks_for_an_extension(agency, address)
    agrees(owner)
    market.clock.passes(hours=1)
    changes_the_scope(owner, address)
    refuses(agency)
    market.clock.passes(hours=1)
    suspends(operator, address)
    market.clock.passes(days=2)
    lifts(operator, address)
    assert market.job(job.id).state == "in_service"
    recomputes(visitor, address)


def asks_for_an_extension(agency: Person, address: str) -> None:
    agency.opens("/desk")
    agency.opens(address)
    agency.sees("job-in-service")
    agency.follows("Ask for an extension")
    agency.fills("Working days more", "11")
    agency.fills("Why the service cannot be delivered in time", "外业测量遇连续强降雨，预计推迟三个工作日完成。")
    agency.presses("Ask for the extension")
    agency.sees("too-many-days")
    agency.fills("Working days more", "3")
    agency.presses("Ask for the extension")
    agency.sees("extension-asked-for", "The new days are asked for. They count once the other side agrees.")


def agrees(owner: Person) -> None:
    owner.takes_up("Agree to the new days or refuse them")
    owner.sees("extension-to-answer", "No answer means refused.")
    owner.presses("Agree to the new days")
    owner.sees("extension-agreed", "You agree. The due day is derived anew.")


def changes_the_scope(owner: Person, address: str) -> None:
    owner.opens(address)
    owner.follows("Ask for a change of scope")
    owner.fills("Working days more or fewer", "-1")
    owner.fills("What changes in the scope, and why", "取消弃渣场专项设计，工作量减少。")
    owner.sees("ask-for-a-change-of-scope")
    owner.presses("Ask for the change")
    owner.sees("change-of-scope-asked-for", "The new days are asked for. They count once the other side agrees.")


def refuses(agency: Person) -> None:
    agency.takes_up("Agree to the new days or refuse them")
    agency.follows("Refuse the new days")
    agency.fills("Why the days should stay as they are", "已完成外业，工作量并未减少。")
    agency.sees("refuse-new-days")
    agency.presses("Refuse the new days")
    agency.sees("new-days-refused", "The new days are refused. The due day stays.")


def suspends(operator: Person, address: str) -> None:
    operator.opens("/desk")
    operator.opens(address)
    operator.follows("Suspend the service")
    operator.fills("Reason", "项目选址正在重新论证，论证期间中止服务。")
    operator.sees("suspend-the-service")
    operator.presses("Suspend the service")
    operator.sees("service-suspended", "The service is suspended. Both sides are told.")


def lifts(operator: Person, address: str) -> None:
    operator.takes_up("Lift the suspension when its reason is gone")
    operator.fills("Reason", "选址论证已经通过。")
    operator.sees("lift-the-suspension")
    operator.presses("Lift the suspension")
    operator.sees("suspension-lifted", "The suspension is lifted. The due day is derived anew.")


def recomputes(visitor: Person, address: str) -> None:
    visitor.opens(address)
    visitor.follows("Every day with its source")
    visitor.sees("clock-with-everything", "Recompute it yourself", "Extensions and changes of scope", "Suspensions")
