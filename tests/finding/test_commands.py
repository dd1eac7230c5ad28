"""`flask search`: as a visitor on the configured engine; bad input is told in one line of JSON."""

import json

import pytest

from tests import make

pytestmark = [pytest.mark.one_database, pytest.mark.usefixtures("search")]


def run(app, *args):
    return app.test_cli_runner().invoke(args=["search", *args])


def asked(app, *args, code=0):
    answer = run(app, "query", *args, "--json")
    assert answer.exit_code == code, answer.output
    return json.loads(answer.output)


def test_it_answers_in_one_line_of_json(app, search):
    make.job("draft", project_name="示例环评密件（示例）")
    make.keep()
    search()
    told = asked(app, "环评", "--kind", "item", "--limit", "3")
    assert set(told) == {"understood", "total", "hits", "facets"}
    assert told["understood"] == "环境影响评价"
    assert 0 < len(told["hits"]) <= 3 <= told["total"]
    assert {"kind": "item", "code": "ZJ-007", "title": "环境影响报告书编制"} in asked(app, "环境影响报告书")["hits"]
    assert told["facets"]["kind"].get("item") == told["total"]
    assert asked(app, "密件")["total"] == 0


BAD = (
    [""], ["  "], ["“”"], ["长" * 201], ["环评", "--kind", "draft"], ["环评", "--limit", "0"], ["环评", "--limit", "x"],
)  # fmt: skip


@pytest.mark.parametrize("args", BAD, ids=str)
def test_bad_input_is_an_error_that_says_what_to_do(app, search, args):
    search()
    told = asked(app, *args, code=1)
    assert list(told) == ["error"] and len(told["error"]) > 20


def test_without_an_index_it_says_so_and_a_rebuild_makes_one(app):
    assert "error" in asked(app, "环评", code=1)
    assert run(app, "rebuild", "--if-missing").exit_code == 0
    assert asked(app, "环评")["total"] > 0
    assert run(app, "check").output.startswith("0 missing, 0 different, 0 in vain")
