"""Reading outside values over the network, where an installation allows it (OUTSIDE_SOURCES); off by default."""

import json
import re
from hashlib import sha256
from urllib.request import urlopen

from app.kernel.outside import CHAIN, Named

TIMEOUT = 10.0  # seconds
LONGEST_ANSWER = 10_000  # bytes

_allowed: dict[str, str] = {}
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


class Unreadable(Exception):
    """The source does not answer, or not with a value."""


def allow(sources: str, drand: str) -> None:
    """Take from the settings which sources are read (off or drand), and the address of a drand relay."""
    _allowed.clear()
    if sources != "off":
        _allowed[sources] = drand.rstrip("/")


def reads(source: str | None) -> bool:
    return source in _allowed


def read(value: Named) -> str:
    """The value of a drand round as the relay tells it; its randomness must be the SHA-256 of its signature. Unreadable
    when there is none yet, or the answer is not one."""
    url = f"{_allowed['drand']}/{CHAIN}/public/{value.number}"  # config.py lets only HTTPS through
    try:
        with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310
            told = json.loads(answer.read(LONGEST_ANSWER))
    except (OSError, ValueError) as error:
        raise Unreadable(f"drand round {value.number}: {error}") from error
    found, signature = (str(told.get(name)) if isinstance(told, dict) else "" for name in ("randomness", "signature"))
    if not _HEX.fullmatch(signature) or told.get("round") != value.number:
        raise Unreadable(f"drand round {value.number}: the answer is not that round")
    if sha256(bytes.fromhex(signature)).hexdigest() != found:
        raise Unreadable(f"drand round {value.number}: its randomness is not the hash of its signature")
    return found
