"""Lines of blacklists that other authorities keep."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.agencies.models import Agency
from app.blacklists.rules import LISTING_LIFE, MAY_READ, ListingState
from app.infra.db import Row, session
from app.infra.plain import plain
from app.infra.record import Living


class BlacklistLine(Living, Row):
    """One line of another authority's blacklist, as it was imported; it bars nobody before a regulator confirms it."""

    LIFE, MAY_READ = LISTING_LIFE, MAY_READ

    code: Mapped[str]
    name: Mapped[str]
    reason: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    source: Mapped[str]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey(Agency.id), index=True)
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    decision: Mapped[str] = mapped_column(default="")

    agency: Mapped[Agency | None] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", ListingState), "known_state"),
        CheckConstraint("state = 'unknown' OR agency_id IS NOT NULL", "what_is_matched_has_an_agency"),
        CheckConstraint("first_day <= last_day", "a_line_ends_after_it_began"),
        UniqueConstraint("code", "source", "first_day"),
        Index(None, "state", "due"),
    )

    @property
    def names_another(self) -> bool:
        """Whether the agency with its code goes by another name: spaces and the width of characters aside."""
        return self.agency is not None and plain(self.name) != plain(self.agency.unit.name)


WITH_AGENCY = joinedload(BlacklistLine.agency).joinedload(Agency.unit)


def lines_known(limit: int = 500) -> list[BlacklistLine]:
    """Every line that was imported, those to be reviewed first, then the newest."""
    order = (BlacklistLine.state != ListingState.TO_REVIEW, BlacklistLine.id.desc())
    return list(session.scalars(select(BlacklistLine).options(WITH_AGENCY).order_by(*order).limit(limit)))


def same_line(code: str, source: str, first_day: date) -> BlacklistLine | None:
    """The line imported before that is the same."""
    same = (BlacklistLine.code == code, BlacklistLine.source == source, BlacklistLine.first_day == first_day)
    return session.scalar(select(BlacklistLine).where(*same))


def agency_with_code(code: str) -> Agency | None:
    return session.scalar(select(Agency).join(Agency.unit).where(Unit.code == code))


def lines_to_review() -> list[BlacklistLine]:
    """The lines that wait for a regulator, the oldest first."""
    query = select(BlacklistLine).where(BlacklistLine.state == ListingState.TO_REVIEW).options(WITH_AGENCY)
    return list(session.scalars(query.order_by(BlacklistLine.id)))
