"""The page of results: what was understood and how to undo it, what narrows, and what to do when nothing is there."""

import pytest

from app.finding.rules import FACETS, KINDS
from app.infra import searched
from search.connect import connect
from tests import make

pytestmark = [pytest.mark.one_database, pytest.mark.usefixtures("search")]


def test_it_says_what_was_understood_and_how_to_undo_it(client, search):
    search()
    page = client.get("/search?q=环评")
    assert page.status_code == 200
    assert "环境影响评价" in page.text and "q=%22%E7%8E%AF%E8%AF%84%22" in page.text
    assert "“环评”</a>" in page.text
    assert "<mark>" in page.text and "/synonyms" in page.text
    literal = client.get("/search?q=%22%E7%8E%AF%E8%AF%84%22")
    assert literal.status_code == 200


def test_facets_are_links_that_narrow_and_can_be_taken_back(client, search):
    make.agency("示例清泉环保（示例）")
    make.keep()
    search()
    page = client.get("/search?q=示例&kind=agency")
    assert page.status_code == 200 and 'aria-current="true"' in page.text
    assert client.get("/search?q=示例&kind=agency&district=450800&sort=-at").status_code == 200
    assert client.get("/search?kind=job&kind=item&state=open&price_band=none&sort=nonsense").status_code == 200


@pytest.mark.parametrize("address", ["?q=" + "长" * 201, "?q=%E2%80%9C", "?q=环评&after=%00%00", "?q=-"])
def test_bad_words_get_a_page_that_says_what_to_do(client, search, address):
    search()
    page = client.get(f"/search{address}")
    assert page.status_code in (200, 422)
    assert page.status_code == 200 or 'id="wrong"' in page.text


def test_an_owner_posts_what_was_found(as_user, search):
    search()
    client = as_user(make.user_of(make.unit()))
    page = client.get("/search?q=ZJ-007&kind=item")
    assert "/jobs/new?keyword=ZJ-007" in page.text and "/searches/kept" in page.text
    shown = client.get("/jobs/new?keyword=ZJ-007").text
    assert "环境影响报告书编制" in shown and "水土保持方案" not in shown


def test_every_kind_of_thing_leads_to_its_page(client, search):
    make.job("selected")
    make.keep()
    search()
    for kind in KINDS:
        page = client.get(f"/search?kind={kind}")
        assert page.status_code == 200 and "/search?" in page.text
    shown = client.get("/search?kind=notice&q=示例")
    assert "/result" in shown.text


@pytest.mark.parametrize("facet", FACETS)
def test_a_value_that_is_none_narrows_to_nothing_and_can_be_taken_back(client, search, facet):
    search()
    page = client.get(f"/search?{facet}=nonsense")
    assert page.status_code == 200 and 'class="hits"' in page.text
    assert 'href="/search?"' in page.text


def test_nothing_found_offers_what_is_near(client, search):
    search()
    page = client.get("/search?q=环境影响报告书火星分局")
    assert page.status_code == 200 and "环境影响报告书" in page.text


def test_while_the_engine_is_down_the_lists_answer_and_say_so(client, tmp_path):
    searched.use(connect(tmp_path / "nowhere", searched.MARKET))
    page = client.get("/search?q=环境影响报告书")
    assert page.status_code == 200 and "ZJ-007" in page.text
    assert client.get("/search/suggest?q=环评").status_code == 200


def test_a_person_keeps_a_search_and_forgets_it(as_user, search):
    search()
    client = as_user(make.user_of(make.unit()))
    assert client.post("/searches", data={"asked": "q=环评&kind=item", "once": "a"}).status_code == 303
    page = client.get("/searches/kept")
    assert "q=%E7%8E%AF%E8%AF%84" in page.text
    assert client.post("/searches", data={"asked": "q=环评&kind=item", "once": "b"}).status_code == 409
    assert client.post("/searches/1/forget", data={"once": "c"}).status_code == 303


def test_the_operator_keeps_the_synonyms(as_user, client):
    operator = as_user(make.user_of(make.operator()))
    known = client.get("/synonyms").text
    assert "交通运输主管部门" in known and "transport" not in known
    told = {"words": "初步设计概算\n初设概算", "source": "", "once": "a"}
    assert operator.post("/synonyms/new", data=told).status_code == 303
    assert "初设概算" in client.get("/synonyms").text
    assert client.post("/synonyms/new", data=told | {"once": "b"}).status_code in (303, 401, 403)
