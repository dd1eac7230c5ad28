"""One effect per form: the one-time token of a submitted form, and where its answer led."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Row, session


class Submission(Row):
    """A form that was submitted. The token is unique, so the second of two submissions waits for the first."""

    token: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    location: Mapped[str] = mapped_column(default="")


def claim(token: str, now: datetime) -> bool:
    """Take the token inside the current transaction; False when another submission has it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Submission).values(token=token, at=now, location="")
    return session.execute(row.on_conflict_do_nothing().returning(Submission.id)).first() is not None


def leads_to(token: str, location: str) -> None:
    """Say where the answer of a submission led."""
    session.execute(update(Submission).where(Submission.token == token).values(location=location))


def led_to(token: str) -> str:
    """Where the first submission of this token led."""
    return session.scalar(select(Submission.location).where(Submission.token == token)) or ""
