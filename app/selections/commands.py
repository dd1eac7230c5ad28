"""Choosing and the draw on the command line: the very functions the product selects with."""

import sys
from pathlib import Path

import click

from app.infra.shipped import terms_in_force
from app.kernel.draw import Rule, read_transcript, verify_transcript, write_transcript
from app.kernel.rehearsal import MOST_ENTRANTS, rehearse
from app.kernel.select_lines import Numbers, read_values, select_answer
from app.kernel.transcript import FUNDS, METHODS
from app.kernel.workdays import local_day
from app.web.commands import decoded, dumps, now_here, put

RULE = "rehearsal"  # the version of the law that a made-up transcript names


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
        reason: Exception | None = verify_transcript(read_transcript(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        reason = error
    put(str(reason or "All holds: commitment, list, seed, order and result are as published."))
    sys.exit(1 if reason else 0)


@click.command("rehearse")
@click.option("--method", type=click.Choice(METHODS), required=True)
@click.option("--entrants", type=click.IntRange(0, MOST_ENTRANTS), required=True)
@click.option("--seed-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def rehearse_selection(method: str, entrants: int, seed_file: Path, out: Path) -> None:
    """Write the transcript of a made-up job, all of it from the bytes of a file: for teaching and tests."""
    terms = terms_in_force(local_day(now_here()))
    percentages = tuple(int(one) for one in terms["average_percentages"].split(","))
    least, drop_from = int(terms["minimum_entries_social"]), int(terms["average_drop_from"])
    made = rehearse(method, entrants, seed_file.read_bytes(), Rule(RULE, least, percentages, drop_from))
    try:
        out.write_text(write_transcript(made), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error


COMMANDS = (select, draw, rehearse_selection)
