"""Choosing and the draw on the command line: the very functions the product selects with."""

import sys
from pathlib import Path

import click

from app.infra.shipped import terms_in_force
from app.kernel.draw import read_transcript, verify_transcript
from app.kernel.select_lines import Numbers, read_values, select_answer
from app.kernel.transcript import FUNDS
from app.kernel.workdays import local_day
from app.web.commands import decoded, dumps, now_here, put


@click.command("select")
@click.option("--json", "as_json", is_flag=True, required=True, help="Read questions in JSON and answer in JSON.")
@click.argument("source", type=click.Choice(["-"]))
def select(as_json: bool, source: str) -> None:
    """Who is chosen from these quotes: one JSON question a line on standard input, one answer line each."""
    terms = terms_in_force(local_day(now_here()))
    least = {funds: int(terms[f"minimum_entries_{funds}"]) for funds in FUNDS}
    numbers = Numbers(least, int(terms["average_drop_from"]))
    for text in read_values(decoded(sys.stdin.buffer.read())):
        put(dumps(select_answer(text, numbers)))


@click.group("draw")
def draw() -> None:
    """Check published draws."""


@draw.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
def verify(file: Path) -> None:
    """Recompute a transcript. Exit 0 when all holds, 1 with the first reason when not."""
    try:
        reason = verify_transcript(read_transcript(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = str(error)
    put(reason or "All holds: commitment, list, seed, order and result are as published.")
    sys.exit(1 if reason else 0)


COMMANDS = (select, draw)
