"""A small application around the fields and the words: no database, no sign-in, a fixed calendar and clock."""

from datetime import UTC, date, datetime
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from app.kernel.workdays import Calendar, Exceptional
from app.web import locale as locales
from app.web import words

ROOT = Path(__file__).parent.parent.parent
NOON = datetime(2026, 10, 8, 4, tzinfo=UTC)
HOLIDAYS = [Exceptional(date(2026, 10, n), False, "国庆节", "notice") for n in (1, 2, 5, 6, 7)]
CALENDAR = Calendar([*HOLIDAYS, Exceptional(date(2026, 10, 10), True, "国庆节", "notice")], 2026, 2026)


def small(locale: str = "zh_Hans") -> Flask:
    app = Flask("small", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY="for tests only", WTF_CSRF_ENABLED=False)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["DEFAULT_LOCALE"] = locale
    locales.install(app, Path("none"))
    words.install(app, calendar=lambda: CALENDAR, now=lambda: NOON)
    app.jinja_env.globals.update(csrf_token=lambda: "token", once=lambda: "once")
    return app
