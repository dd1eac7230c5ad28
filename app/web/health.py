"""Whether the service is well: the database answers, the outbox and the clock keep up."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, g, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.infra import clockwork, outbox
from app.infra.db import session
from app.kernel.law import anyone
from app.web.door import allow, now

# Seconds of lag past which a watcher should be woken (a default of this market).
TOLERATED = 120.0


def bp(lives: Iterable[Any]) -> Blueprint:
    health = Blueprint("health", __name__)

    @health.before_request
    def nobody() -> None:
        """Who asks does not matter, and looking it up would need the database."""
        g._login_user = None

    @health.get("/healthz")
    @allow(anyone)
    def healthz() -> tuple[Response, int]:
        try:
            session.execute(text("select 1"))
            lags = {"outbox_lag_seconds": outbox.lag(now()), "clock_lag_seconds": clockwork.lag(lives, now())}
            stuck = outbox.given_up()
        except SQLAlchemyError:
            return jsonify(status="down", database="unreachable"), 503
        well = all(lag <= TOLERATED for lag in lags.values()) and not stuck
        answer = jsonify(status="ok" if well else "behind", database="ok", outbox_given_up=stuck, **lags)
        return answer, 200 if well else 503

    return health
