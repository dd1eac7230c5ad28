"""The select and draw commands, through the command line as others call them."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random

import pytest

from app.kernel.draw import Rule, write_transcript
from app.kernel.rehearsal import rehearse
from app.kernel.transcript import METHODS
from tests import make
from tests.selections.quotes import GOOD, odd_lines, questions, slowly

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(app):
    return lambda args, sent="": app.test_cli_runner().invoke(args=args, input=sent)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            {"method": "average_price", "funds": "state", "percentage": 96}
            | {"quotes": ["9.80", "9.50", "9.20", "9.00", "8.70", "8.00"]},
            {"winner": 4, "reference": "8.74"},
        ),
        (
            {"method": "average_price", "funds": "state", "percentage": 98, "quotes": ["9.80", "9.50", "9.20", "9.00"]},
            {"winner": 2, "reference": "9.19"},
        ),
        ({"method": "lowest_price", "funds": "state", "quotes": ["3.00", "2.00", "2.50"]}, {"winner": 1}),
        ({"method": "lowest_price", "funds": "social", "quotes": ["2.00", "2.00"]}, {"tie": [0, 1]}),
    ],
)
def test_answers(run, question, answer):
    assert json.loads(run(["select", "--json", "-"], json.dumps(question)).stdout) == answer


def test_two_entries_fail_with_state_money(run):
    question = {"method": "average_price", "funds": "state", "percentage": 96, "quotes": ["9.80", "9.50"]}
    (answer,) = answers(run(["select", "--json", "-"], json.dumps(question)))
    assert answer == {"failed": "There were fewer eligible entries than the funds require."}


def answers(result):
    assert (result.exception, result.exit_code) == (None, 0)
    return [json.loads(line) for line in result.stdout.split("\n")[:-1]]


def compare(run, count, seed):
    asked = list(questions(count, Random(seed)))
    answered = answers(run(["select", "--json", "-"], "\n".join(map(json.dumps, asked))))
    assert len(answered) == count
    told = [{name: "…" if name == "failed" else value for name, value in one.items()} for one in answered]
    wrong = [(one, answer) for one, answer in zip(asked, told, strict=True) if answer != slowly(one)]
    assert not wrong, wrong[0]


@pytest.mark.one_database
def test_hundreds_of_questions_agree_with_a_model_in_decimals(run):
    compare(run, 600, seed=1)


@pytest.mark.soak
@pytest.mark.one_database
@pytest.mark.parametrize("seed", range(2, 12))
def test_thousands_of_questions_agree_with_the_model(run, seed):
    compare(run, 5000, seed)


@pytest.mark.one_database
def test_whatever_is_on_a_line_one_line_answers_it(run):
    odd = odd_lines()
    assert len(odd) > 150
    mixed = [line for one in odd for line in (json.dumps(GOOD).encode(), one)]
    answered = answers(run(["select", "--json", "-"], b"\n".join(mixed) + b"\n"))
    assert len(answered) == len(mixed)
    assert [line[:200] for line, answer in zip(odd, answered[1::2], strict=True) if list(answer) != ["error"]] == []
    assert all(answer == answered[0] and "winner" in answer for answer in answered[::2])


@pytest.mark.one_database
@pytest.mark.parametrize("text", ["\ufeff%s", "%s\r\n", "  %s  \n", "\n".join(["%s"])], ids=repr)
def test_what_editors_add_does_no_harm(run, text):
    assert "winner" in answers(run(["select", "--json", "-"], text % json.dumps(GOOD)))[0]


@pytest.mark.one_database
def test_one_question_may_be_printed_over_several_lines(run):
    for indent in (1, 2, 4):
        assert len(answers(run(["select", "--json", "-"], json.dumps(GOOD, indent=indent) + "\n\n"))) == 1
    assert answers(run(["select", "--json", "-"], "")) == []


@pytest.mark.one_database
def test_the_numbers_are_those_shipped_whatever_the_database_holds(run):
    make.term("minimum_entries_state", "1", date(2026, 1, 1))
    make.keep()
    question = {"method": "lowest_price", "funds": "state", "quotes": ["3.00", "2.00"]}
    assert "failed" in answers(run(["select", "--json", "-"], json.dumps(question)))[0]


@pytest.mark.one_database
def test_it_answers_without_a_database_and_on_any_terminal(app, tmp_path):
    settings = {"ENV": "test", "DATA_DIR": str(tmp_path), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "flask", "--app", "app", "select", "--json", "-"]
    sent = json.dumps(GOOD).encode() + b"\n\xff\n"
    run = subprocess.run(command, cwd=ROOT, env=os.environ | settings, input=sent, capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
    assert [sorted(json.loads(line)) for line in run.stdout.splitlines()] == [["reference", "winner"], ["error"]]


@pytest.fixture
def transcript(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(write_transcript(rehearse("random_draw", 5, b"seed", Rule("1", 3))), encoding="utf-8")
    return path


def test_a_true_transcript_holds(run, transcript):
    result = run(["draw", "verify", str(transcript)])
    assert result.exit_code == 0 and "All holds" in result.output


def test_a_changed_transcript_does_not(run, transcript):
    text = transcript.read_text(encoding="utf-8").replace("示例机构 3", "示例机构 9")
    transcript.write_text(text, encoding="utf-8")
    result = run(["draw", "verify", str(transcript)])
    assert result.exit_code == 1 and result.output.strip()


NO_TRANSCRIPTS = [
    b"", b"{}", b"[1]", b"null", b"3", b'"x"', b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a":1,"a":2}',
    b'{"b":1,"a":1}', b'{"a":NaN}', b"[" * 100_000, b'{"a":' * 100_000, b"9" * 50_000, b"\x00",
    b'{"format":"intermediary-supermarket-draw"}', b'{"format":"intermediary-supermarket-draw","version":99}',
    "｛｝".encode(),
]  # fmt: skip


@pytest.mark.one_database
@pytest.mark.parametrize("content", NO_TRANSCRIPTS, ids=range(len(NO_TRANSCRIPTS)))
def test_a_file_that_is_no_transcript_fails_with_words(run, tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    result = run(["draw", "verify", str(path)])
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout.count("\n")) == (1, 1)
    assert result.stdout.strip()


@pytest.mark.one_database
@pytest.mark.parametrize("method", METHODS)
def test_every_figure_of_a_transcript_counts(run, tmp_path, method):
    whole = write_transcript(rehearse(method, 7, b"seed", Rule("1", 3, (95, 96, 97, 98), 6)))
    path, places = tmp_path / "t.json", [at for at, sign in enumerate(whole) if sign.isdigit()]
    for at in Random(1).sample(places, 60):
        path.write_text(whole[:at] + str((int(whole[at]) + 1) % 10) + whole[at + 1 :], encoding="utf-8")
        result = run(["draw", "verify", str(path)])
        assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)


@pytest.mark.one_database
def test_a_folder_is_no_transcript(run, tmp_path):
    result = run(["draw", "verify", str(tmp_path)])
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)


def test_a_missing_file_fails_with_words(run, tmp_path):
    assert run(["draw", "verify", str(tmp_path / "none")]).exit_code == 1


@pytest.mark.one_database
@pytest.mark.parametrize("method", METHODS)
def test_a_rehearsal_is_a_transcript_that_follows_from_its_seed_file(run, tmp_path, method):
    (tmp_path / "seed").write_bytes(b"any bytes \xff")
    made = []
    for name in ("one.json", "two.json"):
        asked = ["rehearse", "--method", method, "--entrants", "7", "--seed-file", str(tmp_path / "seed")]
        assert run([*asked, "--out", str(tmp_path / name)]).exit_code == 0
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert len(json.loads(made[0])["entrants"]) == 7
    assert run(["draw", "verify", str(tmp_path / "one.json")]).exit_code == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    "wrong", [["--entrants", "-1"], ["--method", "best"], ["--seed-file", "/nowhere"], ["--out", "/"]]
)
def test_a_rehearsal_that_cannot_be_is_refused_with_words(run, tmp_path, wrong):
    (tmp_path / "seed").write_bytes(b"")
    asked = {
        "--method": "merit",
        "--entrants": "3",
        "--seed-file": str(tmp_path / "seed"),
        "--out": str(tmp_path / "t"),
    }
    asked |= {wrong[0]: wrong[1]}
    result = run(["rehearse", *[part for pair in asked.items() for part in pair]])
    assert result.exit_code == 2 and "Error" in result.output
