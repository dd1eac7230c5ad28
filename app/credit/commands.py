"""The credit account on the command line: why an agency stands as it does."""

from datetime import date, datetime
from typing import Any

import click
from flask.cli import AppGroup

from app.accounts.models import unit_with_code
from app.agencies.models import Agency
from app.credit.documents import explained
from app.credit.models import scale_on
from app.credit.rules import CREDIT_LIFE, GRADES
from app.infra.db import session
from app.kernel.credit_code import check_code
from app.kernel.workdays import local_day
from app.web.commands import dumps, now_here, put

credit = AppGroup("credit", help="The credit of agencies, recomputed from its events.")
DAY = click.DateTime(["%Y-%m-%d"])


@credit.command("explain")
@click.argument("code")
@click.option("--on", "on", type=DAY, help="The day to reckon for, like 2026-09-28; today if left out.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def explain(code: str, on: datetime | None, as_json: bool) -> None:
    """Print every credit event of the agency with this unified social credit code, the sums and the grade."""
    told = explained(_agency(code), _day(on), english)
    if as_json:
        put(dumps(told))
        return
    put(f"{told['code']} {told['name']}, {told['day']}")
    for event in told["events"]:
        put(_line(event))
    for item in told["items"]:
        put(f"{item['item']}: {_standing(item)}")
    for one in told["professionals"]:
        put(f"{one['name']} {one['number']}: {_standing(one)}")
    for bar in told["bars"]:
        span = f"{bar['item'] or 'every item'}, {bar['first']} through {bar['last']}"
        put(f"barred from {span}: {bar['because']} {bar['detail']}".rstrip())
    put(f"in all: {_standing(told)}" if told["events"] else f"no event on record: {_standing(told)}")


def english(text: str, **places: Any) -> str:
    return text % places if places else text


def _day(on: datetime | None) -> date:
    day = on.date() if on else local_day(now_here())
    try:
        scale_on(day)
    except KeyError:
        raise click.ClickException(f"no numbers of credit are in force on {day}") from None
    return day


def _agency(code: str) -> Agency:
    try:
        unit = unit_with_code(check_code(code))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    agency = session.get(Agency, unit.id) if unit else None
    if agency is None:
        raise click.ClickException(f"no agency has the code {code}")
    return agency


def _line(event: dict[str, Any]) -> str:
    counts = f"{event['points']} points, counts {event['counts']}"
    days = f"happened {event['happened_on']}"
    if event["effective_on"]:
        days += f", in effect {event['effective_on']}"
    if event["repaired_on"]:
        days += f", repaired {event['repaired_on']}"
    where = " ".join(part for part in (event["item"], event["job"]) if part)
    state = CREDIT_LIFE.label(event["state"])
    words = (
        f"#{event['event']} {event['zh']} ({event['rule']})",
        counts,
        state,
        days,
        where,
        event["evidence"],
        event["basis"],
    )
    return "; ".join(word for word in words if word)


def _standing(line: dict[str, Any]) -> str:
    until = f" through {line['until']}" if line["until"] else ""
    return f"{line['sum']} points, {GRADES[line['grade']]}{until}"


COMMANDS = (credit,)
