"""How the service says yes and no: the transaction, the one-time form, the refusals and the error pages."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from app.infra import once
from app.infra.db import reading_only, session, settle
from app.kernel.errors import NotAllowed, Refusal, WrongState
from app.kernel.words import N_
from app.web import door, typed
from app.web.said import said

SAFE = ("GET", "HEAD", "OPTIONS")
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")

Parted = Mapping[type, Sequence[Callable[[Any, Any], bool]]]

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def install(app: Flask, parted: Parted) -> None:
    """`parted` asks, by the kind of thing, whether an actor had a part in it that they have no longer."""
    app.extensions["parted"] = parted
    app.before_request(_note_the_instant)
    app.before_request(_refuse_unnamed)
    CSRFProtect(app)
    app.before_request(_begin)
    app.after_request(_end)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(HTTPException, lambda error: page(error.code or 500, None))
    app.register_error_handler(Exception, _bug)
    app.teardown_appcontext(_leave)
    app.jinja_env.globals["once"] = lambda: secrets.token_urlsafe(16)


def _leave(error: BaseException | None) -> None:
    """Whatever the thread does next writes again, unless it says otherwise."""
    session.remove()
    reading_only.set(False)


def keep_even_if_refused() -> None:
    """Commit although the answer is a no: for what must be remembered of a refusal, like a wrong password."""
    g.keep = True


def keep_nothing() -> None:
    """Drop at once what the request has done so far: its answer is a no."""
    settle(keep=False)


def led_by_address() -> None:
    """The address of the form leads to the same place as the answer, once this is done: for where very many come at
    once, nothing needs to be kept of where it led."""
    g.submission = ""


def page(status: int, why: str | None) -> tuple[str, int]:
    """The page of a no: what happened, what to do, and what was typed, so that nothing is lost."""
    known = {"typed": typed.typed(), "way_on": _way_on(), "held": typed.hold() if status == 401 else ""}
    return render_template("errors/refusal.html", status=status, why=why, back=typed.leads_back(), **known), status


def _way_on() -> tuple[str, str] | None:
    thing = g.get("thing")
    life = getattr(thing, "LIFE", None)
    if life is None:
        return None
    return url_for(f"{life.page}.show", id=g.thing_id), gettext("See where it stands now")


def _note_the_instant() -> None:
    """A request counts from when it came, before its form is read and whatever it waits for afterwards."""
    door.now()


def _refuse_unnamed() -> None:
    """A part without a name is nothing a form of ours can send, and its name would be none."""
    if request.method not in SAFE and not all(isinstance(name, str) for name in (*request.form, *request.files)):
        abort(400)


def _begin() -> Response | None:
    """Pages that read take no write lock. A form submitted twice is answered with where the first one led."""
    reading_only.set(request.method in SAFE)
    g.thing_id = (request.view_args or {}).get("id")
    token = "" if request.method in SAFE else request.form.get("once", "")
    if TOKEN.fullmatch(token):
        g.submission = token
        if not once.claim(token, door.now()):
            g.submission = ""
            return redirect(once.led_to(token) or request.path, 303)  # type: ignore[return-value]
    return None


def _end(response: Response) -> Response:
    keep = response.status_code < 400
    submission = g.get("submission")
    if keep and submission:
        once.leads_to(submission, response.location or request.path)
    settle(keep or g.get("keep", False))
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if door.me() is not None:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refusal(refusal: Refusal) -> tuple[str, int]:
    settle(g.get("keep", False))
    if isinstance(refusal, NotAllowed):
        refusal = _lost_part() or refusal
    return page(refusal.status, said(refusal.text, **refusal.places))


def _lost_part() -> Refusal | None:
    """For whoever had a part in the thing until a moment ago: how it stands now, instead of that it is not theirs."""
    thing: Any = g.get("thing")
    thing = getattr(thing, "job", thing)
    if not any(parted(door.acting().actor, thing) for parted in current_app.extensions["parted"].get(type(thing), ())):
        return None
    return WrongState(N_("This is no longer yours to do: it is now “%(state)s”."), state=thing.LIFE.label(thing.state))


def _overtaken(error: IntegrityError) -> tuple[str, int]:
    """The schema refused what two people did at once: one of them won."""
    settle(False)
    current_app.logger.warning("overtaken at %s: %s", request.path, error.orig)
    return page(409, gettext("Somebody else did the same a moment earlier. Reload the page to see how it stands now."))


def _expired(error: CSRFError) -> tuple[str, int]:
    return page(
        422, gettext("This form is too old or was not made for you. Go back, reload the page and send it again.")
    )


def _bug(error: Exception) -> Any:
    settle(False)
    current_app.logger.exception("unanswered error at %s", request.path)
    g._login_user = None
    return page(500, None)
