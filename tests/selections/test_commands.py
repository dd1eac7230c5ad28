"""The select and draw commands, through the command line as others call them."""

import json

import pytest

from app.kernel.draw import Rule, write_transcript
from app.kernel.rehearsal import rehearse
from app.kernel.transcript import METHODS


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
    question = {"method": "lowest_price", "funds": "state", "quotes": ["3.00", "2.00"]}
    assert "failed" in json.loads(run(["select", "--json", "-"], json.dumps(question)).stdout)


def test_nonsense_is_an_error_line(run):
    assert "error" in json.loads(run(["select", "--json", "-"], "nonsense").stdout)


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


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"a":1,"a":2}'])
def test_a_file_that_is_no_transcript_fails_with_words(run, tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    result = run(["draw", "verify", str(path)])
    assert result.exit_code == 1 and result.output.strip() and not isinstance(result.exception, ValueError)


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
