"""What keeps an agency from entering jobs, and a professional from counting among its staff: spans of days, for one
item or for all."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Unit
from app.agencies.models import Agency, Professional
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


class PersonalBar(Row):
    """From its first through its last day a professional, by the number of the certificate, counts as nobody's staff
    for an item, or for none at all where no item is named. Written as a bar is."""

    number: Mapped[str]
    item_id: Mapped[int | None] = mapped_column(ForeignKey(Item.id))
    first_day: Mapped[date]
    last_day: Mapped[date]
    says: Mapped[str]

    __table_args__ = (
        CheckConstraint("first_day <= last_day", "a_bar_ends_after_it_began"),
        Index(None, "number"),
        Index(None, "last_day"),
    )


def personally_barred(today: Any, item_id: Any) -> ColumnElement[bool]:
    """That a personal bar holds for an item on a day."""
    of_item = PersonalBar.item_id.is_(None) | (PersonalBar.item_id == item_id)
    return and_(PersonalBar.first_day <= today, PersonalBar.last_day >= today, of_item)


def staff_barred(today: date, agency_id: int, item_id: int) -> list[tuple[Professional, PersonalBar]]:
    """The checked people of an agency who do not count for an item on a day, each with the bar that ends last."""
    query = select(Professional, PersonalBar).join(PersonalBar, PersonalBar.number == Professional.number)
    own = (Professional.agency_id == agency_id, Professional.checked, personally_barred(today, item_id))
    rows = session.execute(query.where(*own).order_by(Professional.id, PersonalBar.last_day))
    return list({person.id: (person, bar) for person, bar in rows}.values())


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


def barred_among(today: date, agency_ids: Collection[int]) -> dict[int, Bar]:
    """Agency → what keeps it from entering jobs on a day, of those among them that are barred: of several bars one that
    holds for every item, and of those the one that ends last."""
    query = select(Bar).where(Bar.agency_id.in_(agency_ids), Bar.first_day <= today, Bar.last_day >= today)
    order = (Bar.item_id.is_(None), Bar.last_day, Bar.id)
    return {bar.agency_id: bar for bar in session.scalars(query.options(joinedload(Bar.item)).order_by(*order))}


def bars_besides(today: date, says: Collection[str]) -> list[tuple[Bar, Unit]]:
    """The bars that run on a day for another reason than these, with the units of the agencies, by code and days."""
    query = select(Bar, Unit).join(Unit, Unit.id == Bar.agency_id)
    held = (Bar.says.not_in(says), Bar.first_day <= today, Bar.last_day >= today)
    rows = session.execute(query.where(*held).order_by(Unit.code, Bar.first_day, Bar.last_day, Bar.id))
    return [(bar, unit) for bar, unit in rows]


def people_barred(today: date, agency_id: int) -> dict[int, PersonalBar]:
    """Professional → why the person does not count among the staff on a day, of an agency's people, in the same order
    of precedence."""
    query = select(Professional.id, PersonalBar).join(PersonalBar, PersonalBar.number == Professional.number)
    holds = (Professional.agency_id == agency_id, PersonalBar.first_day <= today, PersonalBar.last_day >= today)
    order = (PersonalBar.item_id.is_(None), PersonalBar.last_day, PersonalBar.id)
    return {row[0]: row[1] for row in session.execute(query.where(*holds).order_by(*order))}
