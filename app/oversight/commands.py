"""The law on paper: every lifecycle and every number of the rules, as /law shows them."""

import click
from flask import current_app, render_template
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.infra.almanac import Term, term_of
from app.infra.db import session
from app.infra.shipped import rows
from app.kernel.workdays import local_day
from app.web.commands import now_here, put

LANGUAGES = {"zh": "zh_Hans", "zh_Hant": "zh_Hant", "en": "en"}


@click.command("law")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default="zh")
@with_appcontext
def law(lang: str) -> None:
    """Print every lifecycle: who may do what, what leads where, by when, whose turn it is, and the numbers behind."""
    lives = [model.LIFE for model in current_app.extensions["lives"]]
    terms, today = known_terms(), local_day(now_here())
    in_force = sorted((term for term in terms if term.effective_from <= today), key=lambda term: term.effective_from)
    held = {term.code: term for term in in_force}
    with current_app.test_request_context(), force_locale(LANGUAGES[lang]):
        put(render_template("oversight/law.txt", lives=lives, terms=terms, held=held))


def known_terms() -> list[Term]:
    """Every term of the database, or the shipped ones while there is none."""
    try:
        found = list(session.scalars(select(Term).order_by(Term.id)))
    except (OperationalError, ProgrammingError):
        session.rollback()
        found = []
    return found or [term_of(row) for row in rows("terms.csv")]


COMMANDS = (law,)
