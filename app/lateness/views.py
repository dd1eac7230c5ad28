"""What is late, and whose turn it is: one page for owners, agencies and offices alike, open to everybody."""

from collections import Counter
from typing import Any

from flask import Blueprint, render_template, url_for

from app.catalogue.models import choices
from app.infra.almanac import almanac
from app.kernel.workdays import local_day
from app.lateness.models import MOST, Late, pressing, terms_behind
from app.lateness.rules import MAY_READ, SIDES, Side
from app.web.asked import key, typed
from app.web.door import acting, allow, now
from app.web.said import said

bp = Blueprint("lateness", __name__)
PAGE = 20


@bp.get("/late")
@allow(MAY_READ)
def index() -> Any:
    item, district, side = key("item"), typed("district"), typed("side")
    actor, listed = acting().actor, choices()
    found = pressing(now(), item=item, district=district)
    if item or district:
        found = [late for late in found if late.is_named(actor)]
    overdue, soon = Counter[str](), Counter[str]()
    for late in found:
        (overdue if late.over or late.thing.due <= now() else soon).update(late.sides)
    wanted = [late for late in found if side in ("", *late.sides)]
    first = _place(wanted, typed("after"))
    lines = wanted[first : first + PAGE]
    here: dict[str, Any] = {
        name: value for name, value in (("item", item), ("district", district), ("side", side)) if value
    }
    known, codes = almanac().in_force(local_day(now())), terms_behind(lines)
    return render_template(
        "lateness/index.html",
        lines=[(late, late.is_named(actor), known.get(codes[late.key])) for late in lines],
        counts=[(each, overdue[each], soon[each]) for each in Side],
        total=len(wanted),
        sides=SIDES,
        chosen={"item": str(item or ""), "district": district, "side": side},
        choices=listed,
        side_choices=[(side, said(says)) for side, says in SIDES.items()],
        older=url_for(".index", **here, after=lines[-1].key) if len(wanted) > first + PAGE else None,
        newer=url_for(".index", **here) if first else None,
        most=MOST,
    )


def _place(found: list[Late], after: str) -> int:
    """Where the page after a line begins; at the first line where that one is gone."""
    keys = [late.key for late in found]
    return keys.index(after) + 1 if after in keys else 0
