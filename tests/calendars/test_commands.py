"""The due command, through the command line as others call it."""

import json

import pytest

PAUSED = {
    "start": "2026-09-28",
    "days": 5,
    "pauses": [["2026-09-29T10:00+08:00", "2026-10-09T10:00+08:00"]],
}


@pytest.fixture
def due(app):
    def run(*lines, args=("--json", "-")):
        sent = "".join(line + "\n" if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        result = app.test_cli_runner().invoke(args=["due", *args], input=sent)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


def test_the_published_example(due):
    answers = [json.loads(line) for line in due(PAUSED, {"start": "2026-09-28", "days": 5}).stdout.splitlines()]
    assert [answer["due"] for answer in answers] == ["2026-10-14", "2026-10-10"]
    kinds = [row["kind"] for row in answers[0]["ledger"]]
    assert (kinds.count("counted"), kinds.count("paused")) == (5, 3)
    assert answers[1]["ledger"][-1] == {"day": "2026-10-10", "kind": "counted", "makeup": True} | {
        "source": answers[1]["ledger"][-1]["source"]
    }


def test_bad_lines_get_an_error_line_and_the_rest_goes_on(due):
    lines = ["", "no json", "[]", '{"start":"1900-01-01","days":5}', '{"start":"2026-09-28","days":0}', "\ud800"[:0]]
    answers = [json.loads(line) for line in due(*lines, {"start": "2026-09-28", "days": 5}).stdout.splitlines()]
    assert [sorted(answer) for answer in answers[:-1]] == [["error"]] * len(lines)
    assert answers[-1]["due"] == "2026-10-10"


def test_one_question_by_options(due):
    result = due(args=("--start", "2026-09-28", "--days", "5"))
    assert result.stdout.startswith("2026-10-10\n")
    assert json.loads(due(args=("--start", "2026-09-28", "--days", "5", "--json")).stdout)["due"] == "2026-10-10"


@pytest.mark.parametrize("days", ["0", "many", "-3"])
def test_a_bad_question_by_options_fails_with_words(due, days):
    result = due(args=("--start", "2026-09-28", "--days", days))
    assert result.exit_code == 1 and "Error" in result.stderr


def test_a_year_without_a_notice_is_provisional(due):
    assert json.loads(due({"start": "2027-03-01", "days": 5}).stdout)["provisional"] is True
