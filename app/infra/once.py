"""One effect per form: the one-time token of a submitted form, and where its answer led."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Row, run, session


class Submission(Row):
    """A form that was submitted. The token is unique, so the second of two submissions waits for the first."""

    token: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    location: Mapped[str] = mapped_column(default="")


CLAIM = {
    dialect: insert(Submission).values(location="").on_conflict_do_nothing().returning(Submission.id)
    for dialect, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}
LEADS_TO = update(Submission).where(Submission.token == bindparam("sent")).values(location=bindparam("led"))


def claim(token: str, now: datetime) -> bool:
    """Take the token inside the current transaction; False when another submission has it."""
    return run(CLAIM[session.get_bind().dialect.name], token=token, at=now).first() is not None


def leads_to(token: str, location: str) -> None:
    """Say where the answer of a submission led."""
    run(LEADS_TO, sent=token, led=location)


def led_to(token: str) -> str:
    """Where the first submission of this token led."""
    return session.scalar(select(Submission.location).where(Submission.token == token)) or ""
