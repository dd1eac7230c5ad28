"""Agencies with their papers, and the listings in which they promise against the unified standard."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.agencies.rules import LIFE, MAY_READ, MAY_TAKE_DOWN, State
from app.catalogue.models import Item, Standard
from app.districts.models import within
from app.infra.db import Cents, Row, session
from app.infra.files import File
from app.infra.record import Living

CURRENT = text("current")


class Agency(Living, Row):
    """An intermediary agency. It shares its key with its unit, so an actor's unit is its agency."""

    LIFE, MAY_READ = LIFE, MAY_READ

    id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    introduction: Mapped[str] = mapped_column(default="")
    legal_representative: Mapped[str] = mapped_column(default="")
    licence_file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    signed_by: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    returned_because: Mapped[str | None]
    admitted_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    licence_file: Mapped[File | None] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", State), "known_state"),
        CheckConstraint("state <> 'submitted' OR due IS NOT NULL", "a_check_has_a_deadline"),
        CheckConstraint("state <> 'admitted' OR signed_at IS NOT NULL", "the_admitted_have_signed"),
        Index(None, "state", "due"),
    )


class Qualification(Row):
    """A qualification (资质) of an agency, valid through its last day."""

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id), index=True)
    kind: Mapped[str]
    grade: Mapped[str] = mapped_column(default="")
    number: Mapped[str]
    valid_until: Mapped[date]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))

    file: Mapped[File | None] = relationship()

    __table_args__ = (UniqueConstraint("agency_id", "kind", "number"),)


class Professional(Row):
    """A practising professional. A certificate number stands once in the market: one person, one agency (anti 挂证)."""

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id), index=True)
    name: Mapped[str]
    certificate: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)


class Listing(Row):
    """An agency's promise for an item: one row per version, the newest is current until it is taken down. Awards pin a
    version. `fee_cents` is at most the standard's ceiling, `days` at most its service time."""

    MAY_READ = MAY_TAKE_DOWN

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id))
    item_id: Mapped[int] = mapped_column(ForeignKey(Item.id), index=True)
    version: Mapped[int]
    standard_id: Mapped[int] = mapped_column(ForeignKey(Standard.id))
    days: Mapped[int]
    fee_cents: Mapped[Cents | None]
    quality: Mapped[str]
    accepts_evaluation: Mapped[bool]
    listed_at: Mapped[datetime]
    current: Mapped[bool] = mapped_column(default=True)

    agency: Mapped[Agency] = relationship()
    item: Mapped[Item] = relationship()
    standard: Mapped[Standard] = relationship()

    __table_args__ = (
        UniqueConstraint("agency_id", "item_id", "version"),
        Index(
            "uq_listing_current", "agency_id", "item_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
        ),
        CheckConstraint("days BETWEEN 1 AND 365", "days_make_sense"),
        CheckConstraint("accepts_evaluation", "the_evaluation_standard_is_accepted"),
    )


def qualifications_of(agency_id: int) -> list[Qualification]:
    return list(
        session.scalars(select(Qualification).where(Qualification.agency_id == agency_id).order_by(Qualification.id))
    )


def professionals_of(agency_id: int) -> list[Professional]:
    return list(
        session.scalars(select(Professional).where(Professional.agency_id == agency_id).order_by(Professional.id))
    )


def current_listing(agency_id: int, item_id: int) -> Listing | None:
    query = select(Listing).where(Listing.agency_id == agency_id, Listing.item_id == item_id, Listing.current)
    return session.scalar(query)


def listings_for(item_id: int, limit: int = 200) -> list[Listing]:
    """The current listings of an item by admitted agencies, fewest days and lowest fee first."""
    query = (
        select(Listing)
        .join(Agency)
        .where(Listing.item_id == item_id, Listing.current, Agency.state == State.ADMITTED)
        .options(contains_eager(Listing.agency).joinedload(Agency.unit))
        .order_by(Listing.days, Listing.fee_cents, Listing.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def listings_of(agency_id: int) -> list[Listing]:
    """An agency's current listings with item and standard."""
    query = select(Listing).where(Listing.agency_id == agency_id, Listing.current)
    return list(
        session.scalars(query.options(joinedload(Listing.item), joinedload(Listing.standard)).order_by(Listing.item_id))
    )


def admitted_agencies(
    *, item_id: int | None = None, district: str = "", keyword: str = "", after: int | None = None, limit: int = 30
) -> list[Agency]:
    """Admitted agencies by id, all or those that list an item, sit in a district or have a name with every word of a
    keyword, from behind the key `after`."""
    query = select(Agency).join(Agency.unit).where(Agency.state == State.ADMITTED, Agency.id > (after or 0))
    if item_id:
        query = query.where(Agency.id.in_(select(Listing.agency_id).where(Listing.item_id == item_id, Listing.current)))
    if district:
        query = query.where(Unit.district_code.in_(within(district)))
    for word in keyword.split():
        query = query.where(Unit.name.icontains(word, autoescape=True))
    eager = contains_eager(Agency.unit).joinedload(Unit.district)
    return list(session.scalars(query.options(eager).order_by(Agency.id).limit(limit)))


def to_check() -> list[Agency]:
    """Applications that wait for the operator, the oldest deadline first."""
    query = select(Agency).where(Agency.state == State.SUBMITTED).options(joinedload(Agency.unit))
    return list(session.scalars(query.order_by(Agency.due)))
