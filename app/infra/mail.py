"""Outgoing mail. The default transport puts a file per message into a folder, for a city's own relay to take."""

import os
from email.message import EmailMessage
from pathlib import Path

_place: dict[str, Path] = {"folder": Path("mail")}


def keep_in(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _place["folder"] = folder


def send(key: str, *, to: str, subject: str, text: str) -> None:
    """Write the message under its key; a key that was sent before is not sent twice."""
    message = EmailMessage()
    message["To"], message["Subject"], message["Message-ID"] = to, " ".join(subject.split()), f"<{key}@market.invalid>"
    message.set_content(text)
    target = _place["folder"] / f"{key}.eml"
    if target.exists():
        return
    draft = target.with_suffix(f".{os.getpid()}.part")
    draft.write_bytes(bytes(message))
    draft.replace(target)
