"""The due day on the command line: the same calendar, hours and rule as the service clock."""

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from app.calendars.operations import working_time
from app.kernel.due_lines import MOST_DIGITS, due_answer
from app.web.commands import decoded, dumps, now_here, put


@click.command("due")
@click.option("--start", help="Day zero: the day the materials became complete, like 2026-09-28.")
@click.option("--days", help="Working days, like 5.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON; with -, read one question a line.")
@click.argument("source", required=False, type=click.Choice(["-"]))
def due(start: str | None, days: str | None, as_json: bool, source: str | None) -> None:
    """The due day of a service, and its ledger day by day."""
    try:
        calendar, hours = working_time(now_here())
    except SQLAlchemyError as error:
        raise click.ClickException("the database does not answer") from error
    if source:
        for line in sys.stdin.buffer:
            put(dumps(due_answer(calendar, hours, decoded(line))))
        return
    answer = due_answer(calendar, hours, dumps({"start": start, "days": _number(days)}))
    if as_json:
        put(dumps(answer))
    elif "error" in answer:
        raise click.ClickException(answer["error"])
    else:
        put(answer["due"] + (" provisional" if answer["provisional"] else ""))
        for row in answer["ledger"]:
            put(f"{row['day']}  {row['kind']}{' (make-up)' if row['makeup'] else ''}  {row['source']}")
    if "error" in answer:
        sys.exit(1)


def _number(typed: str | None) -> int | str | None:
    """The number typed, when it is one of as many digits as can be meant; else what was typed, to be refused."""
    if typed and len(typed) <= MOST_DIGITS and typed.isascii() and typed.isdigit():
        return int(typed)
    return typed


COMMANDS = (due,)
