"""Which language a page speaks: the reader's choice, else the service's default."""

from pathlib import Path

from babel import Locale
from flask import Flask, current_app, session
from flask_babel import Babel, get_locale

LOCALES = {"zh_Hans": "简体", "zh_Hant": "繁體", "en": "English"}


def install(app: Flask, translations: Path) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations)
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    Babel(app, default_locale=app.config["DEFAULT_LOCALE"], locale_selector=chosen)
    app.context_processor(lambda: {"locale": str(get_locale()), "locales": LOCALES})


def chosen() -> str:
    wish = session.get("locale", "")
    return wish if wish in LOCALES else str(current_app.config["DEFAULT_LOCALE"])


def known(name: str) -> bool:
    return name in LOCALES and Locale.parse(name) is not None
