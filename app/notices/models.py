"""In-product notices: one per event and person, so a reaction that runs twice tells once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Unit, User
from app.infra.db import Row
from app.infra.record import Event
from app.notices.rules import MAY_READ


class Notice(Row):
    """What a person is told: an English msgid with its places, the page it is about, and whether it was read."""

    MAY_READ = MAY_READ

    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    kind: Mapped[str]
    says: Mapped[str]
    places: Mapped[dict[str, Any]]
    path: Mapped[str]
    due: Mapped[datetime | None]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("event_id", "user_id", "kind"),
        Index(
            "ix_notice_unread",
            "user_id",
            "unit_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )
