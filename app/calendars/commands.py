"""The due day on the command line: the same calendar, hours and rule as the service clock."""

import sys
from collections.abc import Iterator

import click
from sqlalchemy.exc import SQLAlchemyError

from app.calendars.operations import working_time
from app.kernel.due_lines import due_answer
from app.web.commands import dumps, now_here


@click.command("due")
@click.option("--start", help="Day zero: the day the materials became complete, like 2026-09-28.")
@click.option("--days", help="Working days, like 5.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON; with -, read one question a line.")
@click.argument("source", required=False)
def due(start: str | None, days: str | None, as_json: bool, source: str | None) -> None:
    """The due day of a service, and its ledger day by day."""
    try:
        calendar, hours = working_time(now_here())
    except SQLAlchemyError as error:
        raise click.ClickException("the database does not answer") from error
    if source == "-":
        for line in _lines():
            click.echo(dumps(due_answer(calendar, hours, line)))
        return
    count = int(days) if days and days.isascii() and days.isdigit() else days
    answer = due_answer(calendar, hours, dumps({"start": start, "days": count}))
    if as_json:
        click.echo(dumps(answer))
    elif "error" in answer:
        raise click.ClickException(answer["error"])
    else:
        click.echo(answer["due"] + (" provisional" if answer["provisional"] else ""))
        for row in answer["ledger"]:
            click.echo(f"{row['day']}  {row['kind']}{' (make-up)' if row['makeup'] else ''}  {row['source']}")
    if "error" in answer:
        sys.exit(1)


def _lines() -> Iterator[str]:
    """Standard input line by line; bytes that are not UTF-8 become a line that is refused, never a crash."""
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").strip()
        if text:
            yield text


COMMANDS = (due,)
