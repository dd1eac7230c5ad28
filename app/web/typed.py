"""What was sent when the answer is a no: told in the words of the page, and carried through a sign-in."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app, g, has_app_context, request
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from wtforms.fields.core import UnboundField

from app.kernel.words import N_
from app.web.rows import RowsField
from app.web.said import said

NEVER_SHOWN = {
    "csrf_token", "once", "held", "contribution", "password", "password_again", "new_password", "old_password",
}  # fmt: skip
LONGEST_SHOWN, LONGEST_HELD = 20_000, 2**21  # characters
HELD_FOR = 24 * 3600  # seconds
IN_A_ROW = re.compile(r"(\w+)-(\d{1,4})-(\w+)")
YES = N_("yes")


class Held(NamedTuple):
    """A form that waits for a sign-in: where it goes, whose page it is on, its names and values."""

    path: str
    feature: str
    sent: list[tuple[str, str]]


# Feature → the fields of its forms that the code names, by their names.
_asked: "dict[str, dict[str, UnboundField[Any]]]" = {}
# Field → what a code that was chosen there is called; "" for one it does not know.
_called: dict[str, Callable[[str], str]] = {}


def call(names: Mapping[str, Callable[[str], str]]) -> None:
    """Plug in what tells the codes of those fields by their names."""
    _called.update(names)


def learn(form: type) -> None:
    """Remember how the fields of a form are called; one that is made for a page tells by itself."""
    if not has_app_context():
        feature = form.__module__.rpartition(".")[0].rpartition(".")[2]
        known = _asked.setdefault(feature, {})
        known.update({name: field for name, field in vars(form).items() if isinstance(field, UnboundField)})


def typed() -> list[tuple[str, str]]:
    """(label, what was answered) of everything that the request brought and people may see again."""
    return told(_sent(), request.blueprint or "")


def told(sent: Iterable[tuple[str, str]], feature: str) -> list[tuple[str, str]]:
    """The same of names and values that were sent to a feature's page."""
    named = [(name, value) for name, value in sent if name not in NEVER_SHOWN and not _marks(name) and value.strip()]
    return [(_label(name, feature), _answer(name, value, feature)[:LONGEST_SHOWN]) for name, value in named]


def hold() -> str:
    """The form that was sent, signed, for whoever must sign in first: "" where there is nothing to keep."""
    kept = [(name, value) for name, value in _sent() if name not in NEVER_SHOWN]
    if not kept or sum(len(value) for _, value in kept) > LONGEST_HELD:
        return ""
    held: str | bytes = _signer().dumps([request.full_path.rstrip("?"), request.blueprint or "", kept])
    return held if isinstance(held, str) else held.decode()


def held(text: str) -> Held | None:
    """A form that was held; None when it is none of ours, or too old."""
    try:
        path, feature, sent = _signer().loads(text, max_age=HELD_FOR)
    except BadData:
        return None
    return Held(path, feature, [(name, value) for name, value in sent])


def leads_back() -> str:
    """The page that the form stands on, as far as its sender tells: of this service, or the address it was sent to."""
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host and came_from.path else request.path


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="a form held for a sign-in")


def _sent() -> list[tuple[str, str]]:
    """The names and values of the request; none when it is too large or too broken to be read."""
    try:
        return [(name, value) for name, value in request.form.items(multi=True) if name]
    except HTTPException:
        return []


def _marks(name: str) -> bool:
    """Whether it is no answer, but says which rows and files there are."""
    return name.endswith(("-kept", "-row", "-more", "-drop"))


def _label(name: str, feature: str) -> str:
    in_row = IN_A_ROW.fullmatch(name)
    if not in_row:
        return _title(_field(name, feature), name)
    group, number, part = in_row.groups()
    field = _field(group, feature)
    return f"{_title(field, group)} {int(number) + 1} · {_title(getattr(_row_of(field), part, None), part)}"


def _answer(name: str, value: str, feature: str) -> str:
    field = _field(name, feature)
    choices = field.kwargs.get("choices") if isinstance(field, UnboundField) else getattr(field, "choices", None)
    lists = choices.values() if isinstance(choices, dict) else [choices or ()]
    words = {str(choice[0]): choice[1] for some in lists for choice in some}
    if value in words:
        return said(words[value])
    return said(YES) if value == "y" else _name(name, value) or value


def _name(field: str, code: str) -> str:
    """What a code is called; "" when nobody knows, or the database is what fails."""
    try:
        return _called[field](code) if field in _called else ""
    except SQLAlchemyError:
        return ""


def _title(field: Any, otherwise: str) -> str:
    if isinstance(field, UnboundField):
        return said(field.args[0]) if field.args else otherwise
    return getattr(field, "title", "") or otherwise


def _field(name: str, feature: str) -> Any:
    """The field of that name on the page's own form, else on a form of the feature, else on any."""
    form = g.get("form")
    if form is not None and name in form:
        return form[name]
    known = [_asked.get(feature, {}), *_asked.values()]
    return next((fields[name] for fields in known if name in fields), None)


def _row_of(field: Any) -> Any:
    """The class of the rows of a group; None where the name only looks like one of a row."""
    if isinstance(field, UnboundField):
        return field.args[1] if field.field_class is RowsField else None
    return getattr(field, "row", None)
