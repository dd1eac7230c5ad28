"""The fairness report on the command line: for a market that had selections before it had the report."""

import click
from flask.cli import with_appcontext

from app.fairness.operations import publish
from app.infra.db import transaction
from app.kernel.act import CLOCK, Act
from app.web.commands import now_here, put


@click.command("fairness")
@with_appcontext
def fairness() -> None:
    """Publish the open data of every selection that has none yet, and the report on all of them."""
    with transaction():
        publish(Act(CLOCK, now_here()))
    put("The open data and the fairness report are published: /draws.json and /fairness.json")


COMMANDS = (fairness,)
