"""`flask search`: as a visitor on the configured engine; bad input is told in one line of JSON."""

import json

import pytest
from sqlalchemy.exc import OperationalError

from app.finding import commands
from app.infra.searched import engine
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
    ["\0"], ["-"], ['-"'], ["- -"], ['""'],
    ["😀"], ["\udcff"], ["环评", "--limit", "9" * 5_000], ["环评", "--limit", "-1"],
)  # fmt: skip


@pytest.mark.parametrize("args", BAD, ids=str)
def test_bad_input_is_an_error_that_says_what_to_do(app, search, args):
    search()
    told = asked(app, *args, code=1)
    assert list(told) == ["error"] and len(told["error"]) > 20


def test_a_text_may_begin_with_a_minus(app, search):
    search()
    assert asked(app, "-环评 报告书")["total"] > 0


def test_the_first_question_builds_the_index_and_a_check_finds_nothing_to_mend(app):
    found = asked(app, "环评")["total"]
    assert found > 0
    assert run(app, "rebuild", "--if-missing").output == ""
    assert run(app, "check").output.startswith("0 missing, 0 different, 0 in vain")


@pytest.mark.parametrize("empty", ["nothing loaded", "no tables"])
def test_before_anything_is_loaded_it_says_what_comes_first_and_builds_nothing(app, monkeypatch, empty):
    def everything(*_):
        if empty == "no tables":
            raise OperationalError("", {}, Exception("no such table"))
        return iter(())

    monkeypatch.setattr(commands, "everything", everything)
    assert "load" in asked(app, "环评", code=1)["error"]
    assert not engine().ready()
