"""English msgids held in data, told in the reader's language."""

from datetime import date
from typing import Any

from flask_babel import LazyString

from app.kernel.words import N_
from app.web.dates import day, deadline, full
from app.web.locale import language

AND = N_(" and ")


def said(text: Any, **places: Any) -> str:
    """An English msgid in the reader's language with its %(name)s places filled, places that are msgids, lists of them
    or days included."""
    if not places:
        return _told(text)
    return _told(text) % {name: _filled(value) for name, value in places.items()}


def message(told: Any) -> str:
    """A message to a person: a msgid with its places, and the days in it as pages write them."""
    places = dict(told.places)
    if "until" in places:
        places["until"] = deadline(told.due)
    if "before" in places:
        places["before"] = day(date.fromisoformat(places["before"]))
    if "effective_from" in places:
        places["effective_from"] = date.fromisoformat(places["effective_from"])
    return said(told.says, **places)


def named(one: Any) -> str:
    """The name of a number or of a credit event of the law, which has one in English and one in simplified Chinese, in
    the reader's language. What a city has named itself stays simplified for readers of traditional Chinese."""
    if language().name == "en":
        return str(one.en)
    return _told(one.zh.replace("%", "%%")).replace("%%", "%")  # a catalogue writes a percent sign twice


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return _told(AND).join(map(_told, value))
    if isinstance(value, date):
        return full(value)
    return _told(value) if isinstance(value, str) else value


def _told(text: Any) -> str:
    return str(text) if not text or isinstance(text, LazyString) else language().sentences.ugettext(str(text))
