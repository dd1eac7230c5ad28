"""The inbox."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import select

from app.infra.db import session
from app.notices import operations
from app.notices.models import Notice
from app.notices.rules import MAY_LIST, MAY_READ
from app.web.door import acting, allow

bp = Blueprint("notices", __name__, url_prefix="/notices")
PAGE = 50


@bp.get("")
@allow(MAY_LIST)
def index() -> Any:
    actor = acting().actor
    mine = select(Notice).where(Notice.user_id == actor.user_id, Notice.unit_id == actor.unit_id)
    return render_template(
        "notices/index.html", notices=session.scalars(mine.order_by(Notice.id.desc()).limit(PAGE)).all()
    )


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
