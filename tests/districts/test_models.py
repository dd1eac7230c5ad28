"""The tree of districts: four levels, Guigang complete, on both databases."""

import pytest
from sqlalchemy import func, select

from app.districts.models import LEVELS, District, choices, district, full_name, load, within
from app.infra.db import session
from app.infra.shipped import rows
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")


def codes_within(code):
    return set(session.scalars(within(code)))


def test_the_tree_has_four_levels():
    path = ["450000", "450800", "450881", "450881118"]
    assert [district(code).level for code in path] == list(LEVELS)
    assert [district(code).parent for code in path] == [None, *path[:-1]]
    assert [district(code).name for code in path] == ["广西壮族自治区", "贵港市", "桂平市", "西山镇"]


def test_what_lies_within_is_the_district_and_all_below_it():
    assert codes_within("450881118") == {"450881118"}
    assert codes_within("450802") == {"450802"} | {f"450802{n:03}" for n in (1, 2, 101, 102, 103, 104, 200, 201)}
    assert len(codes_within("450800")) == 1 + 5 + 74
    assert codes_within("450800") < codes_within("450000")
    assert codes_within("440000") == {"440000"}
    assert codes_within("nowhere") == codes_within("") == set()


def test_a_district_is_named_with_those_above_it():
    assert full_name("450802101") == "广西壮族自治区 贵港市 港北区 大圩镇"
    assert full_name("450000") == "广西壮族自治区"
    assert full_name("nowhere") == ""


def test_choices_are_in_the_order_of_the_codes_and_of_the_wanted_levels():
    everything, upper = choices(), choices("region", "city")
    assert [code for code, _ in everything] == sorted(code for code, _ in everything)
    assert len(everything) == session.scalar(select(func.count()).select_from(District))
    assert {district(code).level for code, _ in upper} == {"region", "city"}
    assert ("450800", "广西壮族自治区 贵港市") in upper


def test_loading_again_adds_nothing_and_keeps_what_was_added():
    session.add(District(code="450802999", name="示例镇", level="township", parent="450802", code_source="示例"))
    session.flush()
    before = session.scalar(select(func.count()).select_from(District))
    load(rows, None, NOW)
    assert session.scalar(select(func.count()).select_from(District)) == before
    assert district("450802999").name == "示例镇"


def test_no_district_is_known_by_another_code():
    assert district("") is None
    assert district("nowhere") is None
