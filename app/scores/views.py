"""The public ranking by item, the formula behind it, and the open data that every score is recomputed from."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, stream_with_context

from app.agencies.bars import barred_among
from app.catalogue.models import choices
from app.infra.db import one_view
from app.kernel.law import anyone
from app.kernel.scores import month_named, ranked
from app.kernel.workdays import local_day
from app.scores.documents import open_data
from app.scores.models import law_of, month_now, top
from app.web.asked import key
from app.web.door import allow, now

bp = Blueprint("scores", __name__)


@bp.get("/ratings")
@allow(anyone)
def index() -> Any:
    """The twenty best of an item, or over all, by the lower end of the interval."""
    month, rows = month_now(), top(key("item"))
    return render_template(
        "scores/index.html",
        rows=rows,
        barred=barred_among(local_day(now()), [row.id for row in rows]),
        ranks=ranked(row.lower for row in rows),
        month=month_named(month) if month else None,
        law=law_of(month) if month else None,
        item=key("item"),
        items=choices().items,
    )


@bp.get("/ratings/open.json")
@allow(anyone)
def figures() -> Any:
    """Every rating that counts or was set aside, and every score: nobody's name, no text."""
    answer = Response(stream_with_context(_told()), mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="ratings.json"'
    return answer


def _told() -> Iterator[str]:
    """The open data, of one instant however long it takes to send."""
    one_view()
    yield from open_data()
