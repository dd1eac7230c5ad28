"""The public ranking by item, the formula behind it, and the open data that every score is recomputed from."""

from typing import Any

from flask import Blueprint, Response, render_template

from app.catalogue.models import choices
from app.kernel.law import anyone
from app.kernel.scores import month_named, ranked
from app.scores.models import law_of, month_now, open_data, top
from app.web.asked import key
from app.web.door import allow

bp = Blueprint("scores", __name__)


@bp.get("/ratings")
@allow(anyone)
def index() -> Any:
    """The twenty best of an item, or over all, by the lower end of the interval."""
    month, rows = month_now(), top(key("item"))
    return render_template(
        "scores/index.html",
        rows=rows,
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
    answer = Response(open_data(), mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="ratings.json"'
    return answer
