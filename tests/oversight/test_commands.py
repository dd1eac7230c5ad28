"""The law on paper says what the page says, in every language, and needs no database."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import Flask

from app.oversight.commands import LANGUAGES
from tests.client import words

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.one_database
NAME = re.compile(r" \([a-z_]+\)")

Table = list[list[str]]


def printed(app: Flask, lang: str) -> str:
    result = app.test_cli_runner().invoke(args=["law", "--lang", lang], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def plain(text: str) -> str:
    """A cell without the names programs use, spaces and what only sets parts apart."""
    return re.sub(r"[\s\[\],，、；;]", "", NAME.sub("", text))


def on_paper(text: str) -> list[Table]:
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    rows = [[line.strip("|").split(" | ") for line in block.splitlines() if "|---" not in line] for block in blocks]
    return [[[plain(cell) for cell in row] for row in table] for table in rows]


def on_the_page(client: Any, locale: str) -> list[Table]:
    with client.session_transaction() as cookie:
        cookie["locale"] = locale
    page = html5lib.parse(client.get("/law").text, namespaceHTMLElements=False)
    return [[[plain(words(cell)) for cell in row] for row in table.iter("tr")] for table in page.iter("table")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_paper_and_page_say_the_same(app: Flask, client: Any, lang: str):
    paper, page = on_paper(printed(app, lang)), on_the_page(client, LANGUAGES[lang])
    assert len(paper) == len(page) > len(app.extensions["lives"])
    for one, other in zip(paper, page, strict=True):
        assert one == other


def test_every_step_state_and_number_stands_in_it(app: Flask):
    text = printed(app, "en")
    for model in app.extensions["lives"]:
        assert all(f"({verb})" in text for verb in model.LIFE.steps)
        assert all(says in text for says in model.LIFE.states.values())
    assert "3 working days announcement and entry (entry)" in text and "09:00-12:00" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_english_is_left_in_chinese_and_no_chinese_in_english(app: Flask, lang: str):
    text = NAME.sub("", printed(app, lang))
    if lang == "en":
        cells = [cell for table in on_paper(text)[:-1] for row in table for cell in row]
        assert not [cell for cell in cells if re.search(r"[\u4e00-\u9fff]", cell)]
    else:
        assert re.findall(r"[A-Za-z]{2,}", text) == []


def test_a_number_is_named_in_traditional_characters_too(app: Flask):
    assert "竞价最优价抽取的百分比（%）" in printed(app, "zh")
    assert "競價最優價抽取的百分比（%）" in printed(app, "zh_Hant")


def test_it_is_printed_while_there_is_no_database(app: Flask, tmp_path: Path):
    settings = {"ENV": "test", "DATA_DIR": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "flask", "--app", "app", "law"]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.decode() == printed(app, "zh")
