"""The story of a job that two persons open and that waits for a lottery number: nobody could know its result before."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.accounts.models import User
from app.infra.db import session
from app.kernel.act import Role
from tests import make
from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例标准厂房（示例）"


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_the_quotes_are_opened_by_two_and_the_draw_waits_for_a_number(
    width: int, market: Market, cast: Callable[..., Cast]
):
    town = cast(f"opening-{width}", width=width, agencies=2)
    owner, operator, regulator, visitor = town.owner, town.operator, town.regulator, town.visitor
    colleague = make.person(make.operator(), Role.AUTHORISED)
    make.keep()
    second = market.person(session.get_one(User, colleague.id), width=width, album=owner.album)

    job_id = passages.posts(owner, PROJECT, method="lowest price", funds="social funds", more=wants_both)
    passages.is_published(operator)
    market.works()
    share = takes_the_share(owner)
    takes_the_share(regulator)
    dear, cheap = town.agencies.values()
    passages.enters(dear, PROJECT, "19,500")
    passages.enters_too(cheap, job_id, "16,800")

    assert market.deadline_passes(job_id).state == "awaiting"
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("waiting-for-what-opens-it")
    brings_the_share(owner, share)
    assert market.job(job_id).state == "awaiting"
    market.clock.now = market.job(job_id).closed_at + timedelta(hours=22)
    types(operator, "427", "the-first-officer")
    types(second, "472", "the-second-officer")
    second.sees("readings-differ", "The readings differ")
    types(second, "427", "the-second-officer-again")
    second.reads("Two readings agree.")
    assert market.job(job_id).state == "selecting"
    market.works()
    assert market.job(job_id).state == "selected"
    assert town.selected(market.job(job_id)) is cheap

    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("selected")
    visitor.follows("The list and the order")
    visitor.sees("the-result", "Outside value")
    visitor.opens(f"/jobs/{job_id}/opening")
    visitor.sees("what-opened-it")


def wants_both(owner: Person) -> None:
    owner.unfolds("Secure the draw and the opening further")
    owner.chooses("A public value of a later day", "the welfare lottery’s 3D number")
    owner.page.get_by_label(owner.market.words("Two persons open the quotes"), exact=False).first.check()
    owner.page.locator("select[name=officer_id]").select_option(index=1)


def takes_the_share(holder: Person) -> str:
    holder.opens("/desk")
    holder.sees("desk-with-a-share-to-take")
    holder.takes_up("Take your share of the opening key")
    holder.sees("before-the-share")
    holder.presses("Show my share now, once")
    holder.sees("the-share", "Print this page or write the share down now. It is not shown again.")
    return str(holder.page.locator("main .notice code").inner_text())


def brings_the_share(officer: Person, share: str) -> None:
    officer.takes_up("Bring what opens the entry")
    officer.sees("what-opens-it-for-the-officer")
    officer.follows("Bring a share of the opening key")
    officer.fills("The share, as it stands on your paper", share)
    officer.sees("bring-the-share")
    officer.presses("Bring the share")
    officer.sees("share-brought", "The share fits: the quotes can be opened.")


def types(officer: Person, value: str, name: str) -> None:
    officer.takes_up("Bring what opens the entry")
    officer.page.locator("main .turn a.btn-go").click()
    officer.fills("The value as you read it", value)
    officer.sees(name)
    officer.presses("Keep my reading")
    officer.page.wait_for_url("**/opening")
