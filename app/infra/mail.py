"""Outgoing mail. The default transport puts a file per message into a folder, for a city's own relay to take."""

import os
from collections.abc import Callable, Mapping
from email.header import Header
from email.mime.text import MIMEText
from pathlib import Path

_place: dict[str, Path] = {"folder": Path("mail")}
_tongue: dict[str, Callable[[str], str]] = {"say": str}


def keep_in(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _place["folder"] = folder


def speak(say: Callable[[str], str]) -> None:
    """Say how an English msgid is told in the language mails are written in."""
    _tongue["say"] = say


def told(text: str, places: Mapping[str, object]) -> str:
    """A msgid in the language of mails, its places filled, lists of msgids among them."""
    say = _tongue["say"]
    listed = {name: say(" and ").join(map(say, one)) for name, one in places.items() if isinstance(one, list)}
    return say(text) % {**places, **listed}


def send(key: str, *, to: str, subject: str, text: str) -> None:
    """Write the message under its key; a key that was sent before is not sent twice."""
    message = MIMEText(text, "plain", "utf-8")
    message["To"], message["Message-ID"] = to, f"<{key}@market.invalid>"
    message["Subject"] = Header(" ".join(subject.split()), "utf-8", header_name="Subject").encode()
    target = _place["folder"] / f"{key}.eml"
    if target.exists():
        return
    draft = target.with_suffix(f".{os.getpid()}.part")
    draft.write_bytes(bytes(message))
    draft.replace(target)
