"""One effect per form: the one-time token of a submitted form, and where its answer led."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Row, session


class Submission(Row):
    """A form that was submitted. The token is unique, so the second of two submissions waits for the first."""

    token: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    location: Mapped[str] = mapped_column(default="")


def claim(token: str, now: datetime) -> Submission | None:
    """Take the token inside the current transaction; None when another submission has it."""
    submission = Submission(token=token, at=now)
    try:
        with session.begin_nested():
            session.add(submission)
    except IntegrityError:
        return None
    return submission


def led_to(token: str) -> str:
    """Where the first submission of this token led."""
    return session.scalar(select(Submission.location).where(Submission.token == token)) or ""
