"""Agencies with their papers, and the listings in which they promise against the unified standard."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    bindparam,
    event,
    false,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, contains_eager, joinedload, mapped_column, relationship, validates

from app.accounts.models import Unit, one_of
from app.agencies.rules import IN_MARKET, LIFE, MAY_READ, MAY_READ_PAPER, MAY_TAKE_DOWN, TO_CHECK, State
from app.catalogue.models import Item, Standard
from app.districts.models import within
from app.infra.db import Cents, Row, session
from app.infra.files import File
from app.infra.plain import plain
from app.infra.record import Living

CURRENT, CHECKED = text("current"), text("checked")


class Agency(Living, Row):
    """An intermediary agency. It shares its key with its unit, so an actor's unit is its agency.

    What an admitted agency changes of its papers stands beside them, unchecked, until the operator has accepted it:
    rows of Enclosure, Qualification and Professional that are not `checked`, and `next_representative`.

    `papers_until`, `plain_papers` and `plain_certificates` sum up its checked papers, so that who may enter a job is
    asked of one row: the first day on which a qualification ends, a line "kind<tab>grade" for each qualification and
    a line for each professional's certificate. They are written by SUM_UP alone.
    """

    LIFE, MAY_READ = LIFE, MAY_READ

    id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    introduction: Mapped[str] = mapped_column(default="")
    legal_representative: Mapped[str] = mapped_column(default="")
    next_representative: Mapped[str | None]
    signed_by: Mapped[str | None]
    signed_at: Mapped[datetime | None]
    returned_because: Mapped[str | None]
    admitted_at: Mapped[datetime | None]
    papers_until: Mapped[date | None] = mapped_column(deferred=True)
    plain_papers: Mapped[str] = mapped_column(default="", server_default=text("''"), deferred=True)
    plain_certificates: Mapped[str] = mapped_column(default="", server_default=text("''"), deferred=True)

    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", State), "known_state"),
        CheckConstraint(f"state NOT IN {tuple(map(str, TO_CHECK))} OR due IS NOT NULL", "a_check_has_a_deadline"),
        CheckConstraint(
            f"state NOT IN {tuple(map(str, IN_MARKET))} OR signed_at IS NOT NULL", "the_admitted_have_signed"
        ),
        Index(None, "state", "due"),
    )


class Enclosure(Row):
    """A paper handed in with an application, by what it is: the business licence, or what the agency calls it."""

    MAY_READ = MAY_READ_PAPER
    LICENCE: ClassVar[str] = "licence"

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id), index=True)
    name: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id))
    checked: Mapped[bool] = mapped_column(default=False, server_default=false())

    file: Mapped[File] = relationship()

    __table_args__ = (UniqueConstraint("agency_id", "name", "checked"),)


class Qualification(Row):
    """A qualification (资质) of an agency, valid through its last day. `plain_…` is by what it is compared."""

    MAY_READ = MAY_READ_PAPER

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id))
    kind: Mapped[str]
    plain_kind: Mapped[str]
    grade: Mapped[str] = mapped_column(default="")
    plain_grade: Mapped[str] = mapped_column(default="")
    number: Mapped[str]
    valid_until: Mapped[date]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    checked: Mapped[bool] = mapped_column(default=False, server_default=false())

    file: Mapped[File | None] = relationship()

    __table_args__ = (
        UniqueConstraint("agency_id", "kind", "number", "checked"),
        Index("ix_qualification_held", "agency_id", "checked", "plain_kind", "plain_grade", "valid_until"),
    )

    @validates("kind", "grade")
    def _keep_plain(self, name: str, value: str) -> str:
        setattr(self, f"plain_{name}", plain(value))
        return value


class Professional(Row):
    """A practising professional. Once checked, a certificate number stands once in the market: one person, one agency
    (anti 挂证). `plain_certificate` is by what a certificate is compared."""

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id))
    name: Mapped[str]
    certificate: Mapped[str]
    plain_certificate: Mapped[str]
    number: Mapped[str]
    checked: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        UniqueConstraint("agency_id", "number", "checked"),
        Index("uq_professional_checked", "number", unique=True, sqlite_where=CHECKED, postgresql_where=CHECKED),
        Index("ix_professional_held", "agency_id", "checked", "plain_certificate"),
    )

    @validates("certificate")
    def _keep_plain(self, name: str, value: str) -> str:
        self.plain_certificate = plain(value)
        return value


def _lines(of: type[Any], line: Any) -> Any:
    """The lines of an agency's checked rows, each between line breaks; nothing where there is none."""
    lines = select(line.label("line")).where(of.agency_id == Agency.id, of.checked).correlate(Agency)
    sorted_lines = lines.order_by(line).subquery()
    joined = select("\n" + func.aggregate_strings(sorted_lines.c.line, "\n") + "\n")
    return func.coalesce(joined.scalar_subquery(), "")


# Sums up the checked papers of the agencies with these `ids`.
SUM_UP = (
    update(Agency)
    .where(Agency.id.in_(bindparam("ids", expanding=True)))
    .values(
        papers_until=select(func.min(Qualification.valid_until))
        .where(Qualification.agency_id == Agency.id, Qualification.checked)
        .scalar_subquery(),
        plain_papers=_lines(Qualification, Qualification.plain_kind + "\t" + Qualification.plain_grade),
        plain_certificates=_lines(Professional, Professional.plain_certificate),
    )
)


@event.listens_for(session, "after_flush")
def _sum_up(here: Session, context: Any) -> None:
    """Whoever writes a paper, its agency's sum is right before anybody reads it."""
    written = (*here.new, *here.dirty, *here.deleted)
    if ids := {one.agency_id for one in written if isinstance(one, Qualification | Professional)}:
        here.connection().execute(SUM_UP, {"ids": sorted(ids)})


# Each part of an application that is a list, and the columns by which a line of it is the same line.
PARTS: dict[type[Row], tuple[str, ...]] = {
    Enclosure: ("name",),
    Qualification: ("kind", "number"),
    Professional: ("number",),
}


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
        Index(
            "ix_listing_first",
            "item_id",
            "days",
            "fee_cents",
            "id",
            "agency_id",
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        CheckConstraint("days BETWEEN 1 AND 365", "days_make_sense"),
        CheckConstraint("accepts_evaluation", "the_evaluation_standard_is_accepted"),
    )


# A listing is current, in the words of its index: SQLite takes the index for no others.
IS_CURRENT = text("listing.current")

# An agency is admitted, as a query asks it.
IN_THE_MARKET = Agency.state.in_(IN_MARKET)


def checked(part: type[Any], agency_id: int) -> list[Any]:
    """The rows of a part that the operator has checked: what the market counts on."""
    return list(session.scalars(select(part).where(part.agency_id == agency_id, part.checked).order_by(part.id)))


def proposed(part: type[Any], agency_id: int) -> list[Any]:
    """The rows of a part that wait to be checked."""
    return list(session.scalars(select(part).where(part.agency_id == agency_id, ~part.checked).order_by(part.id)))


def stated(part: type[Any], agency_id: int) -> list[Any]:
    """The rows of a part as the agency states them now: what is checked, and in its place what it proposes."""
    lines = {key_of(one): one for one in checked(part, agency_id)}
    return list((lines | {key_of(one): one for one in proposed(part, agency_id)}).values())


def key_of(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in PARTS[type(row)])


def has_changes(agency: Agency) -> bool:
    """Whether something of its papers waits to be checked."""
    return agency.next_representative is not None or any(proposed(part, agency.id) for part in PARTS)


def registered_elsewhere(agency_id: int, numbers: Collection[str]) -> str | None:
    """The first of these certificate numbers that serves another agency."""
    query = select(Professional.number).where(Professional.number.in_(numbers), Professional.checked)
    return session.scalar(query.where(Professional.agency_id != agency_id).order_by(Professional.number).limit(1))


def exceeds(listing: Listing, standard: Standard | None) -> bool:
    """Whether a promise is longer or dearer than a standard allows: one made under an earlier version may be."""
    if standard is None:
        return False
    late = standard.days is not None and listing.days > standard.days
    return late or (standard.ceiling_cents is not None and (listing.fee_cents or 0) > standard.ceiling_cents)


def current_listing(agency_id: int, item_id: int) -> Listing | None:
    query = select(Listing).where(Listing.agency_id == agency_id, Listing.item_id == item_id, Listing.current)
    return session.scalar(query)


def listings_for(item_id: int, limit: int = 200) -> list[Listing]:
    """The current listings of an item by admitted agencies, fewest days and lowest fee first."""
    query = (
        select(Listing)
        .join(Agency)
        .where(Listing.item_id == item_id, Listing.current, Agency.state.in_(IN_MARKET))
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
    *,
    item_id: int | None = None,
    district: str = "",
    keyword: str = "",
    lower: Collection[int] = (),
    after: int | None = None,
    limit: int = 30,
) -> list[Agency]:
    """Admitted agencies by id, those ranked `lower` behind the others; all or those that list an item, are in a
    district or have a name with every word of a keyword; from behind the key `after`."""
    ranked = Agency.id.in_(sorted(lower))
    behind = ranked & (Agency.id > after) if after in lower else ranked | (Agency.id > (after or 0))
    query = select(Agency).join(Agency.unit).where(Agency.state.in_(IN_MARKET), behind)
    if item_id:
        query = query.where(Agency.id.in_(select(Listing.agency_id).where(Listing.item_id == item_id, Listing.current)))
    if district:
        query = query.where(Unit.district_code.in_(within(district)))
    for word in keyword.split():
        query = query.where(Unit.name.icontains(word, autoescape=True))
    eager = contains_eager(Agency.unit).joinedload(Unit.district)
    return list(session.scalars(query.options(eager).order_by(ranked, Agency.id).limit(limit)))


def to_check() -> list[Agency]:
    """Applications and changes that wait for the operator, the oldest deadline first."""
    query = select(Agency).where(Agency.state.in_(TO_CHECK)).options(joinedload(Agency.unit))
    return list(session.scalars(query.order_by(Agency.due)))
