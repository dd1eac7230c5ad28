"""The story of a search: by the sound of a short name, from any page, narrowed by links, undone, and kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import wiring
from app.finding import operations
from app.infra import record, searched
from search.connect import connect
from tests import make
from tests.browser.market import Market
from tests.staging import NOW

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.fixture
def found(market: Market, tmp_path: Path) -> Iterator[Market]:
    make.job("open", owner=make.unit(name="示例产业园开发公司（示例）"), entrants=[make.agency("示例清泉环保（示例）")])
    make.keep()
    searched.use(connect(tmp_path, searched.MARKET))
    record.plug(wiring.REACTIONS, wiring.FOLLOWED)
    operations.rebuild(NOW)
    make.keep()
    yield market
    searched.use(None)
    record.plug(wiring.REACTIONS, {})


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_a_thing_is_found_by_its_sound_narrowed_undone_and_kept(
    width: int, found: Market, album: Callable[[str], Path]
):
    pictures = album(f"finding-{width}")
    owner = make.user_of(make.unit(name="示例水务公司（示例）"))
    make.keep()
    person = found.person(owner, width=width, album=pictures)
    person.opens("/desk")
    page = person.page

    page.locator("#seek").press_sequentially("huanping")
    suggested = page.locator("#suggested a").filter(has_text="环境影响报告书编制")
    suggested.wait_for()
    person.sees("suggested")
    page.locator("#seek").press("Enter")
    page.locator(".understood").wait_for()
    person.sees("what-was-understood", "环境影响评价")
    assert page.locator("mark").first.inner_text() in ("环境影响报告", "环境影响评价", "环评")

    page.get_by_role("link", name="只搜").click()
    page.locator(".empty").wait_for()
    person.sees("nothing-to-the-letter")
    person.opens("/search?q=示例")
    page.locator(".facets a").first.click()
    page.locator(".facets [aria-current]").first.wait_for()
    person.sees("narrowed")

    person.opens("/search?q=环境影响报告书火星分局")
    person.sees("nothing-but-what-is-near", "环境影响报告书")
    person.opens("/search?q=%E2%80%9C", 422)
    person.sees("no-words")
    person.opens("/search?q=环评")
    person.presses("Tell me what is new")
    person.sees("kept", "环评")
    person.opens("/synonyms")
    person.sees("synonyms")


def test_without_scripts_the_box_and_the_links_do_the_same(found: Market, album: Callable[[str], Path]):
    visitor = found.person(scripts=False, album=album("finding-plain"))
    visitor.opens("/")
    visitor.page.locator("#seek").fill("清泉")
    visitor.page.locator("#seek").press("Enter")
    visitor.page.locator(".hits").wait_for()
    visitor.sees("plain-results", "示例清泉环保（示例）")
    visitor.page.locator(".facets a").first.click()
    visitor.page.locator(".facets [aria-current]").first.wait_for()
    visitor.sees("plain-narrowed")
