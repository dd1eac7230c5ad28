"""The search on the command line: ask it, build it anew, compare it with the rows."""

import re
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.finding import operations
from app.finding.asking import Asked, ask
from app.finding.hits import hits
from app.finding.rules import KINDS
from app.infra.db import session, transaction
from app.infra.searched import engine, everything, is_on, sources
from app.kernel.act import VISITOR
from app.kernel.errors import Refusal
from app.web.commands import dumps, now_here, put
from search.question import Unavailable

MOST = 100
LIMIT = re.compile(r"[1-9][0-9]{0,2}")

search = AppGroup("search", help="The search: ask it, build it anew, compare it with the rows.")


# A text may begin with a minus, as `-评价` and `-"` do: what is no option of ours is the text.
@search.command("query", context_settings={"ignore_unknown_options": True})
@click.argument("text")
@click.option("--kind", help="Only these: " + ", ".join(KINDS) + ".")
@click.option("--limit", default="20", show_default=True, help=f"How many hits, from 1 to {MOST}.")
@click.option("--json", "as_json", is_flag=True, help="Answer in one line of JSON.")
def query(text: str, kind: str | None, limit: str, as_json: bool) -> None:
    """Ask as a visitor does who has not signed in."""
    try:
        told = _answer(text.replace("\0", " ").strip(), kind, limit)
    except (Refusal, ValueError, Unavailable) as problem:
        told = {"error": str(problem)}
    except (OperationalError, ProgrammingError):
        told = {"error": "The database cannot be read: flask --app app migrate, and load, make it ready."}
    session.remove()
    if as_json:
        put(dumps(told))
    elif "error" in told:
        put(told["error"])
    else:
        put(f"{told['understood']}: {told['total']}")
        for hit in told["hits"]:
            put(f"{hit['kind']:8} {hit['code']:24} {hit['title']}")
    if "error" in told:
        raise SystemExit(1)


def _answer(text: str, kind: str | None, limit: str) -> dict[str, Any]:
    if kind is not None and kind not in KINDS:
        raise ValueError(f"--kind is one of {', '.join(KINDS)}")
    if not (LIMIT.fullmatch(limit) and int(limit) <= MOST):
        raise ValueError(f"--limit is a whole number from 1 to {MOST}")
    if not text:
        raise ValueError("Type a word, a name, a code or a number to search for.")
    _build_where_missing()
    asked = Asked(text, {"kind": (kind,)} if kind else {})
    answer = ask(asked, VISITOR, now_here(), limit=int(limit))
    found = hits(answer.found.keys, VISITOR)
    return {
        "understood": answer.query.understood,
        "total": answer.total,
        "hits": [{"kind": hit.kind, "code": hit.code or hit.key, "title": hit.title} for hit in found],
        "facets": answer.found.facets,
    }


def _build_where_missing() -> None:
    """Let the first question after `load` find what was loaded. An empty index would stand in the way of a full one."""
    if is_on() and not engine().ready():
        with transaction():
            if next(everything(sources(), now_here()), None) is None:
                raise ValueError("There is nothing to find yet: flask --app app load comes first.")
            operations.rebuild(now_here())


@search.command("rebuild")
@click.option("--if-missing", is_flag=True, help="Only where there is none, or one of another version.")
def rebuild(if_missing: bool) -> None:
    """Build the index anew beside the present one, and let it take its place."""
    if if_missing and (not is_on() or engine().ready()):
        return
    with transaction():
        put(f"{operations.rebuild(now_here()):,} things can be found.")


@search.command("check")
def check() -> None:
    """Compare the index with the rows, and write what differs."""
    with transaction():
        found = operations.check(now_here())
    put(", ".join(f"{count:,} {what}" for what, count in found.items()) + (": mended." if any(found.values()) else "."))


COMMANDS = (search,)
