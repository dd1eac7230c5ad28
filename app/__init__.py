"""The factory, and nothing else: no module of the application imports from here."""

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

ROOT = Path(__file__).parent.parent


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """The application, from settings (config.py's table) or, with none given, from the environment."""
    import config
    from app import wiring
    from app.web import commands, door, drawing, health

    settings = config.load(os.environ) if settings is None else settings
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.jinja_environment = drawing.Environment
    configure(app, settings)
    app.extensions.update(lives=wiring.LIVES, verbs=wiring.VERBS, tasks=wiring.TASKS)
    plug(app, wiring)
    for blueprint in wiring.BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(health.bp(wiring.LIVES))
    if settings["ENV"] != "production":
        from app.web.styleguide import bp as styleguide

        app.register_blueprint(styleguide)
    door.refuse_unguarded(app)
    for command in (*commands.commands(wiring), *wiring.COMMANDS):
        app.cli.add_command(command)
    return app


def configure(app: Flask, settings: dict[str, Any]) -> None:
    app.config.update(settings)
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings["COOKIE_SECURE"],
        MAX_CONTENT_LENGTH=(settings["UPLOAD_LIMIT_MB"] * 8 + 1) * 2**20,
        MAX_FORM_MEMORY_SIZE=2**22,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,
        DEMONSTRATION=settings["ENV"] == "development",
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def plug(app: Flask, wiring: Any) -> None:
    """Connect the floors: database, files, mail, outbox, language, answers, sign-in, fields, words."""
    from app.infra import almanac, db, files, keys, mail, outside, record, recount, searched
    from app.web import answers, door, drawing, locale, typed, uploads, words

    db.connect(app.config["DATABASE_URL"])
    keys.keep(app.config["SEAL_KEY"])
    files.keep_in(Path(app.config["FILES_DIR"]), app.config["UPLOAD_LIMIT_MB"])
    outside.allow(app.config["OUTSIDE_SOURCES"], app.config["DRAND_URL"])
    mail.keep_in(Path(app.config["MAIL_DIR"]))
    searched.plug(app.config["SEARCH_URL"], wiring.FOUND)
    record.plug(wiring.REACTIONS, wiring.FOLLOWED if searched.is_on() else {})
    recount.plug(wiring.LIVES, wiring.DERIVED, wiring.FOLLOWING)
    locale.install(app, ROOT / "translations")
    mail.speak(app.extensions["languages"][app.config["DEFAULT_LOCALE"]].sentences.gettext)
    drawing.install(app)
    answers.install(app, wiring.PARTED)
    door.login.init_app(app)
    app.url_map.converters["int"] = door.RowNumber
    uploads.FileField.whose = lambda: door.acting().actor.user_id
    uploads.FileField.store = lambda upload: files.store(door.acting(), upload.filename or "", upload.stream)
    uploads.FileField.recall = lambda kept: files.recall(door.acting(), id=kept.id, name=kept.name, sha256=kept.sha256)
    typed.call(wiring.CALLED)
    app.request_class = uploads.Request
    uploads.Request.sealed_rooms = wiring.SEALED_ROOMS
    uploads.SealedFilesField.read = lambda upload: files.checked(upload.filename or "", upload.stream)
    words.install(app, calendar=almanac.calendar, now=door.now)
    serve_static(app, ROOT / "static")
    app.jinja_env.globals["term"] = lambda code: almanac.number(code, door.now())
    app.context_processor(
        lambda: {
            "me": door.me(),
            "settings": app.config,
            "offered": lambda thing: thing.LIFE.offered(door.acting(), thing),
        }
    )
    if hops := app.config["TRUSTED_PROXIES"]:
        from werkzeug.middleware.proxy_fix import ProxyFix

        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def serve_static(app: Flask, folder: Path) -> None:
    """Hashed static files through whitenoise; `asset(name)` gives the address of a file by its plain name."""
    from whitenoise import WhiteNoise

    manifest = folder / "manifest.json"
    names: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
    app.jinja_env.globals["asset"] = lambda name: f"/static/{names.get(name, name)}"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(folder), prefix="static/", immutable_file_test=lambda path, url: True
    )
