"""The door: nobody enters a page without a declared rule. One actor and one instant for the whole request."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import bindparam, func, select
from werkzeug.routing import IntegerConverter, Map

from app.accounts.models import Membership, SignIn, Unit, User
from app.infra.db import load_shared, run, session
from app.infra.secrets import hash_token
from app.kernel.act import VISITOR, Act, Actor
from app.kernel.errors import NotAllowed, Refusal
from app.kernel.law import Who
from app.kernel.words import N_
from app.notices.models import Notice
from app.web.arrival import came
from app.web.asked import LARGEST

login = LoginManager()


class SignInFirst(Refusal):
    """Nobody is signed in, or no longer, and a form was sent that is for somebody."""

    status = 401


SIGN_IN_FIRST = N_("You are not signed in, or no longer. Nothing was saved yet.")

# Sign-in, person, unit and unread count.
SIGNED_IN = (
    select(
        SignIn.id, User.id, User.name, Membership.role, Unit.id, Unit.name, Unit.kind, Unit.sector,
        select(func.count())
        .select_from(Notice)
        .where(Notice.user_id == User.id, Notice.unit_id == Unit.id, Notice.read_at.is_(None))
        .scalar_subquery(),
    )
    .join(Membership, SignIn.membership_id == Membership.id)
    .join(User, Membership.user_id == User.id)
    .join(Unit, Membership.unit_id == Unit.id)
    .where(
        SignIn.token_hash == bindparam("token"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > bindparam("now"),
        Membership.ended_at.is_(None),
    )
)  # fmt: skip


class RowNumber(IntegerConverter):
    """A number in an address that a row can have: a greater one is not found, and no database is asked for it."""

    def __init__(self, map: Map):
        super().__init__(map, max=LARGEST)


@dataclass(eq=False)
class Person(UserMixin):
    """Whoever is signed in, acting for one unit: what the header shows and the actor behind it."""

    token: str
    sign_in_id: int
    person_name: str
    unit_name: str
    unread: int
    actor: Actor

    @property
    def unit_id(self) -> int | None:
        return self.actor.unit_id

    @property
    def kind(self) -> str:
        return self.actor.kind

    def get_id(self) -> str:
        return self.token


@login.user_loader  # type: ignore[untyped-decorator, unused-ignore]
def load_person(token: str) -> Person | None:
    """Who is signed in with a token; None when the sign-in has ended."""
    row: Any = run(SIGNED_IN, token=hash_token(token), now=now()).first()
    if row is None:
        return None
    sign_in, user_id, name, role, unit_id, unit_name, kind, sector, count = row
    return Person(token, sign_in, name, unit_name, count, Actor(user_id, unit_id, kind, role, sector))


def now() -> datetime:
    """The request's one instant, aware UTC: when it came, where the server tells. `CLOCK` in the settings replaces the
    machine's clock (tests)."""
    found: datetime | None = g.get("now")
    if found is None:
        clock = current_app.config.get("CLOCK")
        found = g.now = clock() if clock else came.get() or datetime.now(UTC)
    return found


def me() -> Person | None:
    """The person signed in, or None."""
    person = current_user._get_current_object()
    return person if person and person.is_authenticated else None


def sent_by_nobody() -> bool:
    """Whether a form was sent and nobody is signed in."""
    return request.method == "POST" and me() is None


def acting() -> Act:
    person = me()
    return Act(person.actor if person else VISITOR, now())


def load(model: Any, id: int, *, shared: bool = False) -> Any:
    """The thing, or 404: also when this actor may not know that it is there. Whoever sends a form and is not signed
    in must do that first. `shared` reads it for a verb that takes the shared lock and gives no deadline."""
    loader = getattr(model, "load", None) or partial(load_shared if shared else session.get, model)
    thing = loader(id)
    if thing is None or not model.MAY_READ(acting().actor, thing):
        if sent_by_nobody():
            raise SignInFirst(SIGN_IN_FIRST)
        abort(404)
    return thing


def allow(rule: Who, model: Any = None, *, shared: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Load the thing, or 404; may it be seen, or 404; may this be done, or sign in, or 403. `shared` says that what the
    form asks for takes the shared lock of the thing and gives no deadline: that would hold the calendar first."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(id: int | None = None, **kwargs: Any) -> Any:
            things = []
            if model:
                g.thing = load(model, id or 0, shared=shared and request.method == "POST")
                things = [g.thing]
            if not rule(acting().actor, *things):
                if sent_by_nobody():
                    raise SignInFirst(SIGN_IN_FIRST)
                if me() is None:
                    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
                raise NotAllowed(N_("This page is not for the unit you act for. The rules page says whose it is."))
            return view(*things, **kwargs)

        guarded.rule = rule  # type: ignore[attr-defined]
        guarded.model = model  # type: ignore[attr-defined]
        return guarded

    return decorate


def refuse_unguarded(app: Flask) -> None:
    """Stop the service from starting with an open door."""
    open_doors = [name for name, view in app.view_functions.items() if name != "static" and not hasattr(view, "rule")]
    if open_doors:
        raise RuntimeError("no rule declared for: " + ", ".join(sorted(open_doors)))
