"""The commands of the demonstration: make the city, and say who to sign in as."""

from datetime import date

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app.accounts.models import Unit
from app.demonstration import city
from app.demonstration.units import PASSWORD
from app.infra.db import session, transaction
from app.infra.record import unfollowed
from app.kernel.workdays import local_day
from app.web.commands import now_here


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing when there are units already.")
@click.option("--owners", default=20)
@click.option("--agencies", default=40)
@click.option("--jobs", default=300)
@click.option("--day", default="", help="The day the city is as of, like 2026-09-28; today when left out.")
@with_appcontext
def demo(if_empty: bool, owners: int, agencies: int, jobs: int, day: str) -> None:
    """Make the demonstration city: fictional units and a year of jobs. Not in production: its password is known."""
    if current_app.config["ENV"] == "production":
        raise click.ClickException("the demonstration city has a password everybody knows: not in production")
    today = date.fromisoformat(day) if day else local_day(now_here())
    with transaction():
        if session.scalar(select(Unit.id).limit(1)):
            if not if_empty:
                raise click.ClickException("there are units already: the demonstration city needs an empty database")
            return
        click.echo(f"Making the demonstration city: {jobs} jobs of a year. This takes a minute or two.", err=True)
        known = current_app.extensions
        with unfollowed():
            plugged = known["lives"], known["verbs"], known["tasks"]
            city.build(today, *plugged, owners=owners, agencies=agencies, jobs=jobs)


@click.command("welcome")
@with_appcontext
def welcome() -> None:
    """Say where the service is and, in a demonstration city, who to sign in as."""
    settings = current_app.config
    click.echo(f"\n{settings['SERVICE_NAME']}: http://{settings['HOST']}:{settings['PORT']}/")
    people = [(kind, username, PASSWORD) for kind, username in city.sign_ins()]
    for kind, username, password in [("role", "user name", "password"), *people] if people else []:
        click.echo(f"  {kind:10} {username:10} {password}")


COMMANDS = (demo, welcome)
