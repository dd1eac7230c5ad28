"""The summary of the ratings on the command line: made anew from the ratings, and compared with what was there."""

import click
from flask.cli import with_appcontext

from app.infra.db import transaction
from app.kernel.act import CLOCK, Act
from app.scores.models import published
from app.scores.operations import rebuild
from app.web.commands import now_here, put


@click.group("ratings")
def ratings() -> None:
    """The scores of the ratings."""


@ratings.command("rebuild")
@with_appcontext
def rebuild_scores() -> None:
    """Make every sum and score anew from the ratings. Run it once after the update that brought the scores."""
    with transaction():
        before = published()
        rebuild(Act(CLOCK, now_here()))
        after = published()
    put(f"{len(after)} scores; {len(set(before) ^ set(after))} lines differ from what was published before")


COMMANDS = (ratings,)
