"""Every setting, its type, its default and whether production must give it. Nothing else reads the environment."""

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENVIRONMENTS = ("development", "production", "test")
LOCALES = ("zh_Hans", "zh_Hant", "en")
SECRET_LENGTH = 32
KEYS = ("SECRET_KEY", "SEAL_KEY")

Settings = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """One row of the table. `read` turns the text into a value or raises ValueError with what to write instead."""

    name: str
    read: Callable[[str], Any] = str
    default: Any = None  # a value, or a function of the settings above it
    required: bool = False  # in production
    about: str = ""


def load(environ: Mapping[str, str]) -> Settings:
    """Return every setting by name; an empty variable counts as not given.

    Raises one SystemExit that names every missing and every unreadable setting at once.
    """
    settings: Settings = {}
    problems = []
    for row in SETTINGS:
        text = environ.get(row.name, "").strip()
        if not text and row.required and settings["ENV"] == "production":
            problems.append(f"{row.name} is missing: {row.about}")
            continue
        try:
            settings[row.name] = row.read(text) if text else _default(row, settings, derive=not problems)
        except ValueError as error:
            problems.append(f"{row.name}: {error}")
            settings[row.name] = _default(row, settings, derive=False)
    if not problems and settings["ENV"] == "production":
        guessable = [name for name in KEYS if _is_guessable(settings[name])]
        problems += [f"{name} can be guessed: write at least {SECRET_LENGTH} random characters" for name in guessable]
    if problems:
        raise SystemExit("The service cannot start.\n" + "\n".join(f"  {problem}" for problem in problems))
    return settings


def _default(row: Setting, settings: Settings, *, derive: bool) -> Any:
    """A setting's default. One that is derived from others waits until all those are right."""
    if callable(row.default):
        return row.default(settings) if derive else None
    return row.default


def _is_guessable(secret: str) -> bool:
    return len(secret) < SECRET_LENGTH or len(set(secret)) < 8 or secret.lower().startswith("change")


def _one_of(*values: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"write one of {', '.join(values)}")
        return text

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return read


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ValueError("write true or false")
    return text.lower() in ("1", "true", "yes", "on")


def _folder(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise ValueError(f"write a folder that can be written to; {path} cannot")
    return path


def _database(text: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if text.startswith(prefix):
            return "postgresql+psycopg://" + text.removeprefix(prefix)
    if not text.startswith(("postgresql+psycopg://", "sqlite://")):
        raise ValueError("write postgresql://user:password@host/name or sqlite:///path")
    return text


def _search(text: str) -> str:
    return text if text == "off" or text.startswith(("http://", "https://")) else str(_folder(text))


def _relay(text: str) -> str:
    if not text.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("write an address that begins with https://")
    return text


def _kept(name: str) -> Callable[[Settings], str]:
    """A key of a development machine: made once, kept in a file beside its data, the same for every process."""
    return lambda settings: "for tests only" if settings["ENV"] == "test" else _kept_in(settings["DATA_DIR"] / name)


def _kept_in(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"it is kept in DATA_DIR, and {path.parent} cannot be made ({error.strerror})") from error
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(draft, path)  # only the first process wins, and nobody reads half a key
    draft.unlink()
    return path.read_text()


SETTINGS = (
    Setting("ENV", _one_of(*ENVIRONMENTS), "development", about="development, production or test"),
    Setting("DATA_DIR", _folder, lambda _: _folder("var"), about="where files, mail and the embedded database live"),
    Setting(
        "SECRET_KEY", default=_kept("secret"), required=True, about=f"at least {SECRET_LENGTH} random characters, kept"
    ),
    Setting(
        "SEAL_KEY",
        default=_kept("seal"),
        required=True,
        about=f"at least {SECRET_LENGTH} other random characters, kept apart from the database and its backups",
    ),
    Setting(
        "DATABASE_URL",
        _database,
        lambda s: f"sqlite:///{s['DATA_DIR'] / 'market.sqlite3'}",
        required=True,
        about="postgresql://user:password@host/name or sqlite:///path",
    ),
    Setting("HOST", default="127.0.0.1", about="the address the web server listens on"),
    Setting("PORT", _whole(1, 65535), 8000, about="the port the web server listens on"),
    Setting("MAIL_DIR", _folder, lambda s: s["DATA_DIR"] / "mail", about="the folder outgoing mail is put in"),
    Setting("FILES_DIR", _folder, lambda s: s["DATA_DIR"] / "files", about="the folder uploaded files are kept in"),
    Setting("UPLOAD_LIMIT_MB", _whole(1, 1000), 20, about="the largest file a person may hand in, in MiB"),
    Setting("SERVICE_NAME", default="中介超市", about="the name in the header"),
    Setting("CITY_NAME", default="贵港市", about="the city whose service this is"),
    Setting("DEFAULT_LOCALE", _one_of(*LOCALES), "zh_Hans", about="the language of a visitor who has not chosen"),
    Setting("SESSION_HOURS", _whole(1, 24 * 30), 12, about="how long a sign-in lasts, in hours"),
    Setting("COOKIE_SECURE", _yes_or_no, lambda s: s["ENV"] == "production", about="send cookies over HTTPS only"),
    Setting(
        "SEARCH_URL",
        _search,
        lambda s: "off" if s["ENV"] == "test" else str(s["DATA_DIR"] / "search"),
        about="http(s)://… of an Elasticsearch, the folder of the embedded index, or off",
    ),
    Setting("OUTSIDE_SOURCES", _one_of("off", "drand"), "off", about="outside values the service reads itself, or off"),
    Setting("DRAND_URL", _relay, "https://api.drand.sh", about="the drand relay it reads them from"),
    Setting("TRUSTED_PROXIES", _whole(0, 10), 0, about="how many reverse proxies stand in front"),
)
