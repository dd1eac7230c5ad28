"""Notices that say what days are, with their lines: every word ever said, and who said it, when and why."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import one_of
from app.calendars.rules import LIFE, MAY_READ, NoticeState
from app.infra.db import Row, session
from app.infra.record import Event, Living
from app.infra.recount import EVENTS
from app.kernel.workdays import Word


class CalendarNotice(Living, Row):
    """A notice about days: by whom (`kind`), its citation and where it can be read, why it is entered, the day it was
    published, if known, and the day from which it may be put into force. The present calendar is the word of the notice
    that was put into force last for a day (app/infra/almanac.py); a blackout stands beside it."""

    LIFE, MAY_READ = LIFE, MAY_READ

    kind: Mapped[str]
    source: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    published_on: Mapped[date | None]
    effective_from: Mapped[date]
    made_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(one_of("kind", Word), "known_kind"),
        CheckConstraint(one_of("state", NoticeState), "known_state"),
        CheckConstraint("source <> ''", "a_notice_has_its_source"),
    )


class CalendarLine(Row):
    """What a notice says of one day."""

    notice_id: Mapped[int] = mapped_column(ForeignKey(CalendarNotice.id))
    day: Mapped[date] = mapped_column(index=True)
    working: Mapped[bool]
    name: Mapped[str]

    notice: Mapped[CalendarNotice] = relationship()

    __table_args__ = (UniqueConstraint("notice_id", "day"),)


def lines_of(notice_id: int) -> list[CalendarLine]:
    """The days of a notice, in order."""
    query = select(CalendarLine).where(CalendarLine.notice_id == notice_id).order_by(CalendarLine.day)
    return list(session.scalars(query))


def drafts() -> list[CalendarNotice]:
    """The notices that wait to be put into force, the newest first."""
    query = select(CalendarNotice).where(CalendarNotice.state == NoticeState.DRAFT)
    return list(session.scalars(query.order_by(CalendarNotice.id.desc()).limit(50)))


def in_force_in(year: int) -> Sequence[Any]:
    """The notices in force that speak of days of a year, the last to come into force first, as (notice, number of its
    days in that year)."""
    within = CalendarLine.day.between(date(year, 1, 1), date(year, 12, 31))
    query = select(CalendarNotice, func.count()).join(CalendarLine, CalendarLine.notice_id == CalendarNotice.id)
    query = query.where(CalendarNotice.state == NoticeState.APPLIED, within).group_by(CalendarNotice.id)
    return session.execute(query.order_by(CalendarNotice.state_since.desc(), CalendarNotice.id.desc())).all()


def put_into_force(notice: CalendarNotice) -> Event | None:
    """The event by which a notice came into force; its facts tell how many deadlines it moved, kept, or made firm."""
    return session.scalar(select(Event).where(Event.thread_of == notice.thread, Event.name == "calendar_notice.apply"))


def deadlines_told(applied: Event, skip: int, limit: int) -> Sequence[Event]:
    """The events of the deadlines that a notice moved, offered earlier or made firm, past the first so many. As many as
    it told are looked for and no more: past them lies everything that happened since."""
    changes = applied.facts.get("changes", {})
    left = sum(changes.get(str(fate), 0) for fate in EVENTS) - skip
    told = or_(*(Event.name.endswith(f".{what}", autoescape=True) for what in EVENTS.values()))
    query = select(Event).where(Event.id > applied.id, Event.at == applied.at, told).order_by(Event.id)
    return session.scalars(query.offset(skip).limit(min(limit, left))).all() if left > 0 else []
