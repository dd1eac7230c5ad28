"""What keeps an agency from entering jobs: spans of days, for one item or for all."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.agencies.models import Agency
from app.catalogue.models import Item
from app.infra.db import Row, session


class Bar(Row):
    """From its first through its last day an agency enters no job of an item, or none at all where no item is named, as
    `says` says in a msgid. Written in the transaction that gives it cause: who may enter is read from one narrow
    index."""

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey(Item.id))
    first_day: Mapped[date]
    last_day: Mapped[date]
    says: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")

    item: Mapped[Item | None] = relationship()

    __table_args__ = (
        CheckConstraint("first_day <= last_day", "a_bar_ends_after_it_began"),
        Index(None, "last_day", "item_id", "agency_id"),
    )


def bar_on(today: date, agency_id: int, item_id: int) -> Bar | None:
    """The bar that keeps an agency from an item on a day; of several the one that ends last."""
    query = select(Bar).where(Bar.agency_id == agency_id, Bar.first_day <= today, Bar.last_day >= today)
    return session.scalar(
        query.where(Bar.item_id.is_(None) | (Bar.item_id == item_id)).order_by(Bar.last_day.desc()).limit(1)
    )


def bars_running(today: date, agency_id: int) -> list[Bar]:
    """The bars of an agency on a day, with their items."""
    query = select(Bar).where(Bar.agency_id == agency_id, Bar.first_day <= today, Bar.last_day >= today)
    return list(session.scalars(query.options(joinedload(Bar.item)).order_by(Bar.last_day.desc(), Bar.id)))
