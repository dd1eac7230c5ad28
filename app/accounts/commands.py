"""The first office of a market: without an operator nobody checks applications and postings."""

import click
from flask.cli import with_appcontext

from app.accounts.models import operators_members
from app.accounts.operations import NewPerson, register_unit
from app.infra.db import transaction
from app.kernel.act import VISITOR, Act, Kind
from app.kernel.errors import Invalid
from app.web.commands import now_here


@click.command("operator")
@click.option("--name", prompt="Legal name of the operator")
@click.option("--code", prompt="Its unified social credit code")
@click.option("--district", prompt="Code of its district, like 450800")
@click.option("--contact-name", prompt="Contact person")
@click.option("--contact-phone", prompt="Contact telephone")
@click.option("--person", prompt="Name of its first administrator")
@click.option("--username", prompt="User name of the administrator")
@click.option("--password", prompt="First password", hide_input=True, confirmation_prompt=True)
@with_appcontext
def operator(
    name: str,
    code: str,
    district: str,
    contact_name: str,
    contact_phone: str,
    person: str,
    username: str,
    password: str,
) -> None:
    """Register the operator of this market and its first administrator, once; they register all other offices."""
    with transaction():
        if operators_members():
            raise click.ClickException("there is an operator already: its administrator registers further offices")
        try:
            register_unit(
                Act(VISITOR, now_here()),
                kind=Kind.OPERATOR,
                code=code,
                natural=False,
                name=name,
                district_code=district,
                address="",
                contact_name=contact_name,
                contact_phone=contact_phone,
                person=NewPerson(username, "", person, password),
            )
        except Invalid as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{name} is the operator. Its administrator signs in as {username}.")


COMMANDS = (operator,)
