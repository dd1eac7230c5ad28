"""In-product notices: one per event and person, so a reaction that runs twice tells once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Unit, User
from app.infra.db import Row, session
from app.infra.record import Event
from app.kernel.act import Actor
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


def inbox(actor: Actor, after: int | None = None, limit: int = 50) -> list[Notice]:
    """What a person is told in the unit they act for, newest first, from behind the key `after`."""
    mine = select(Notice).where(Notice.user_id == actor.user_id, Notice.unit_id == actor.unit_id)
    if after:
        mine = mine.where(Notice.id < after)
    return list(session.scalars(mine.order_by(Notice.id.desc()).limit(limit)))
