"""What was typed, told in the words of the page whatever the names are that were sent."""

from typing import Any

import pytest
from flask import Flask

from app.web import typed
from app.web.typed import held, hold, told

pytestmark = pytest.mark.one_database

ODD = [
    "need-1-x", "criteria-0-__class__", "criteria-0-nothing", "nothing-9-name", "项目-1-二", "a" * 300, "criteria-1-",
]  # fmt: skip


@pytest.fixture
def page(app: Flask) -> Any:
    with app.test_request_context("/jobs/1/wish", method="POST", data={"project_name": "示例"}):
        yield


def test_every_field_that_the_code_names_has_a_label(page: Any) -> None:
    shown = [(feature, name) for feature, fields in typed._asked.items() for name in fields]
    labels = {place: told([(place[1], "某")], place[0]) for place in shown if place[1] not in typed.NEVER_SHOWN}
    assert len(labels) > 50
    assert [place for place, ((label, _),) in labels.items() if label == place[1]] == []


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_no_form_has_is_told_as_it_is(name: str, page: Any) -> None:
    ((label, answer),) = told([(name, "某")], "jobs")
    assert (bool(label), answer) == (True, "某")


def test_a_row_is_told_by_its_group_its_number_and_its_field(page: Any) -> None:
    ((label, _),) = told([("criteria-1-weight", "30")], "jobs")
    assert label == "评分项 2 · 分值"


def test_a_district_is_told_by_its_name_and_a_code_that_is_none_as_it_is(page: Any) -> None:
    answers = [answer for _, answer in told([("district_code", "450802"), ("district_code", "9")], "jobs")]
    assert answers == ["广西壮族自治区 贵港市 港北区", "9"]


def test_what_was_held_comes_back_and_what_was_changed_does_not(page: Any) -> None:
    kept = hold()
    found = held(kept)
    assert found and (found.path, found.sent) == ("/jobs/1/wish", [("project_name", "示例")])
    assert held(kept[:-2] + "xx") is None
