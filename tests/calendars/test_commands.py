"""The due command, through the command line as others call it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.calendars.odd_lines import GOOD, LAST_YEAR, Question, odd_lines, questions, slowly

ROOT = Path(__file__).parents[2]
PAUSED = {
    "start": "2026-09-28",
    "days": 5,
    "pauses": [["2026-09-29T10:00+08:00", "2026-10-09T10:00+08:00"]],
}


@pytest.fixture
def due(app):
    def run(*lines, args=("--json", "-")):
        sent = b"".join(
            line + b"\n" if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines
        )
        result = app.test_cli_runner().invoke(args=["due", *args], input=sent)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


def answers(result):
    return [json.loads(line) for line in result.stdout.split("\n")[:-1]]


def test_the_published_example(due):
    paused, plain = answers(due(PAUSED, GOOD))
    assert (paused["due"], plain["due"]) == ("2026-10-14", "2026-10-10")
    assert (paused["provisional"], plain["provisional"]) == (False, False)
    kinds = [row["kind"] for row in paused["ledger"]]
    assert (kinds.count("counted"), kinds.count("paused")) == (5, 3)
    assert [row["day"] for row in plain["ledger"]] == [
        *(f"2026-09-{day}" for day in (29, 30)), *(f"2026-10-{day:02}" for day in range(1, 11))
    ]  # fmt: skip
    last = plain["ledger"][-1]
    assert (last["kind"], last["makeup"], "国办发明电〔2025〕7号" in last["source"]) == ("counted", True, True)
    assert list(paused) == ["due", "provisional", "ledger"]
    assert list(last) == ["day", "kind", "makeup", "source"]


# --- against a slow model ---------------------------------------------------------------------------------------------


def agrees(answer: dict, question: Question) -> bool:
    slow, rows = slowly(question), answer["ledger"]
    kinds = [row["kind"] for row in rows]
    folded = [
        (row["day"], "worked" if row["kind"] in ("counted", "paused") else row["kind"], row["makeup"]) for row in rows
    ]
    return (
        answer["due"] == slow.due.isoformat()
        and answer["provisional"] == (slow.due.year > LAST_YEAR)
        and folded == [(day.isoformat(), kind, makeup) for day, kind, makeup in slow.kinds]
        and (kinds.count("counted"), kinds.count("paused")) == (question.days, slow.excluded)
        and all(row["source"] for row in rows)
    )


def compare(due, count: int, seed: int) -> None:
    asked = list(questions(count, Random(seed)))
    answered = answers(due(*(one.line().encode() for one in asked)))
    assert len(answered) == count
    wrong = [one for one, answer in zip(asked, answered, strict=True) if not agrees(answer, one)]
    assert not wrong, wrong[0]


@pytest.mark.one_database
def test_hundreds_of_questions_agree_with_a_model_that_goes_minute_by_minute(due):
    compare(due, 400, seed=1)


@pytest.mark.soak
@pytest.mark.one_database
@pytest.mark.parametrize("seed", range(2, 12))
def test_thousands_of_questions_agree_with_the_slow_model(due, seed):
    compare(due, 2000, seed)


# --- odd input --------------------------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_whatever_is_on_a_line_one_line_answers_it(due):
    odd = odd_lines()
    assert len(odd) > 150
    mixed = [line for pair in zip(odd, [json.dumps(GOOD).encode()] * len(odd), strict=True) for line in pair]
    answered = answers(due(*mixed))
    assert len(answered) == len(mixed)
    wrong = [line[:200] for line, answer in zip(odd, answered[::2], strict=True) if list(answer) != ["error"]]
    assert wrong == []
    assert {answer["due"] for answer in answered[1::2]} == {"2026-10-10"}
    assert all(answer["error"].strip() for answer in answered[::2])


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf%s\n", b"%s", b"%s\r\n", b"  %s  \n", b"\t%s\n",
    ],
    ids=["byte order mark", "no line end", "Windows", "spaces", "tab"],
)  # fmt: skip
def test_what_editors_add_does_no_harm(app, text):
    sent = text.replace(b"%s", json.dumps(GOOD).encode())
    result = app.test_cli_runner().invoke(args=["due", "--json", "-"], input=sent)
    assert [answer["due"] for answer in answers(result)] == ["2026-10-10"]


@pytest.mark.one_database
def test_no_question_has_no_answer(due):
    assert due().stdout == ""


@pytest.mark.parametrize(
    ("start", "days", "provisional"),
    [("2026-12-30", 2, True), ("2026-12-30", 1, False), ("2027-03-01", 5, True), ("2026-06-01", 5, False)],
)
def test_past_the_last_notice_the_day_is_provisional(due, start, days, provisional):
    (answer,) = answers(due({"start": start, "days": days}))
    assert answer["provisional"] is provisional


# --- by options -------------------------------------------------------------------------------------------------------


def test_one_question_by_options(due):
    result = due(args=("--start", "2026-09-28", "--days", "5"))
    assert result.stdout.startswith("2026-10-10\n")
    assert "2026-10-01  holiday  " in result.stdout
    assert "2026-10-10  counted (make-up)  " in result.stdout
    (answer,) = answers(due(args=("--start", "2026-09-28", "--days", "5", "--json")))
    assert answer == answers(due(GOOD))[0]


@pytest.mark.one_database
@pytest.mark.parametrize("days", ["0", "many", "-3", "5.0", "５", "", " ", "9" * 5000, "1e3", "+5", "0x5"])
def test_a_bad_number_by_options_fails_with_words(due, days):
    result = due(args=("--start", "2026-09-28", "--days", days))
    assert result.exit_code == 1 and "Error" in result.stderr
    result = due(args=("--start", "2026-09-28", "--days", days, "--json"))
    assert (result.exit_code, list(answers(result)[0])) == (1, ["error"])


@pytest.mark.one_database
@pytest.mark.parametrize("start", ["", "tomorrow", "2026-02-30", "1900-01-01", "2999-01-01", "\udcff", "2026-09-28 "])
def test_a_bad_day_by_options_fails_with_words(due, start):
    result = due(args=("--start", start, "--days", "5"))
    assert result.exit_code == 1 and "Error" in result.stderr


@pytest.mark.one_database
@pytest.mark.parametrize("args", [(), ("--json",), ("--days", "5"), ("--start", "2026-09-28"), ("questions.jsonl",)])
def test_half_a_question_fails_with_words(due, args):
    result = due(args=args)
    assert result.exit_code in (1, 2)
    assert "error" in result.output.lower()


@pytest.mark.one_database
def test_it_answers_without_a_database_and_on_any_terminal(app, tmp_path):
    settings = {"ENV": "test", "DATA_DIR": str(tmp_path), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "flask", "--app", "app", "due", "--json", "-"]
    sent = json.dumps(PAUSED).encode() + b"\n\xff\n"
    run = subprocess.run(command, cwd=ROOT, env=os.environ | settings, input=sent, capture_output=True)
    first, second = (json.loads(line) for line in run.stdout.decode().splitlines())
    assert (run.returncode, run.stderr) == (0, b"")
    assert (first["due"], list(second)) == ("2026-10-14", ["error"])
    assert any("国办发明电" in row["source"] for row in first["ledger"])
