"""The inbox."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from app.notices import operations
from app.notices.models import Notice, inbox
from app.notices.rules import MAY_LIST, MAY_READ
from app.web.asked import key
from app.web.door import acting, allow

bp = Blueprint("notices", __name__, url_prefix="/notices")
PAGE = 50


@bp.get("")
@allow(MAY_LIST)
def index() -> Any:
    after = key("after")
    found = inbox(acting().actor, after, limit=PAGE + 1)
    older = url_for(".index", after=found[PAGE - 1].id) if len(found) > PAGE else None
    newer = url_for(".index") if after else None
    return render_template("notices/index.html", notices=found[:PAGE], newer=newer, older=older)


@bp.post("/<int:id>/open")
@allow(MAY_READ, Notice)
def open(notice: Notice) -> Any:
    operations.read(acting(), notice)
    return redirect(notice.path, 303)


@bp.post("/read-all")
@allow(MAY_LIST)
def read_all() -> Any:
    operations.read_all(acting())
    return redirect(url_for(".index"), 303)
