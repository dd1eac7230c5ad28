"""Enter a notice about days, see what it changes, put it into force: one act that derives every open deadline anew."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.calendars.models import CalendarLine, CalendarNotice, drafts, lines_of
from app.calendars.rules import KINDS, MAY_ENTER, Line, NoticeState, in_draft, read_lines
from app.infra import almanac, moved, recount
from app.infra.almanac import CalendarDay
from app.infra.db import gate, session
from app.infra.record import advance, record
from app.infra.recount import Fate, Move
from app.infra.shipped import rows, terms_in_force
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.service_clock import Hours
from app.kernel.words import N_
from app.kernel.workdays import HERE, Calendar, Word, load_calendar, local_day

LEAST_REASON = 5
MOST_PREVIEWED = 3  # notices of a desk whose effect is derived at once
NOT_YOURS = N_("Only the operator may change the calendar.")
STILL_WRITTEN = N_("The deadlines that the notice before moved are still being written down. Look again in a minute.")


@dataclass(frozen=True)
class Preview:
    """What putting a notice into force would change, the mark by which it is known again, and the instant from which it
    comes too late for something: the first deadline it would move, else the beginning of its first day; and the
    calendar as it would be."""

    moves: tuple[Move, ...]
    mark: str
    by: datetime
    calendar: Calendar

    @property
    def counts(self) -> dict[str, int]:
        """How many deadlines have which fate."""
        found: Counter[str] = Counter()
        for move in self.moves:
            found[str(move.fate)] += move.rows
        return dict(found)


def working_time(now: datetime) -> tuple[Calendar, Hours]:
    """The calendar and working hours in force: the database's, or the shipped ones while no database is set up."""
    try:
        return almanac.calendar(), almanac.hours(now)
    except (KeyError, OperationalError, ProgrammingError):
        session.rollback()
        return load_calendar(rows("calendar.csv")), Hours.read(terms_in_force(local_day(now))["working_hours"])


def enter(act: Act, *, lines: str, **stated: Any) -> CalendarNotice:
    """Enter a notice; nothing changes yet. `lines` are its days as typed (rules.read_lines), `stated` the columns kind,
    source, url, reason, published_on and effective_from."""
    if not MAY_ENTER(act.actor):
        raise NotAllowed(NOT_YOURS)
    found = _checked(lines, stated)
    notice = CalendarNotice(made_at=act.now, state=NoticeState.DRAFT, state_since=act.now, **stated)
    record(act, "calendar_notice.enter", notice, kind=notice.kind, days=len(found))
    _keep(notice, found)
    return notice


def edit(act: Act, notice: CalendarNotice, *, lines: str, **stated: Any) -> None:
    """Change a notice that is not in force yet: what it says is then as typed, whole."""
    if not MAY_ENTER(act.actor):
        raise NotAllowed(NOT_YOURS)
    notice.lock()
    if not in_draft(act.actor, notice):
        text = N_("This notice is “%(state)s” and stays as it is. Enter another one that says otherwise.")
        raise WrongState(text, state=notice.LIFE.label(notice.state))
    found = _checked(lines, stated)
    for name, value in stated.items():
        setattr(notice, name, value)
    session.execute(delete(CalendarLine).where(CalendarLine.notice_id == notice.id))
    _keep(notice, found)
    record(act, "calendar_notice.edit", notice, kind=notice.kind, days=len(found))


def drop(act: Act, notice: CalendarNotice) -> None:
    advance(act, notice, "drop")


def preview(now: datetime, notice: CalendarNotice) -> Preview:
    """What putting a notice into force now would make of the open deadlines. Not to be said before all rows say what
    the notice before made of them (`moved.pending`)."""
    if moved.pending():
        raise WrongState(STILL_WRITTEN)
    lines = lines_of(notice.id)
    old, new = almanac.calendar(fresh=True), almanac.calendar_of(_with(notice, lines))
    found = tuple(recount.moves(old, new, lines[0].day, now))
    told = [(m.model.__name__, m.state, str(m.before), str(m.after), str(m.fate), m.rows, m.id or 0) for m in found]
    said = [(str(line.day), line.working, line.name) for line in lines]
    mark = sha256(repr((almanac.revision()[:3], notice.kind, notice.source, said, told)).encode()).hexdigest()
    first = datetime.combine(lines[0].day, time(), HERE)
    return Preview(found, mark, min((one.before for one in found if one.fate == Fate.MOVES), default=first), new)


def waiting(now: datetime) -> list[tuple[CalendarNotice, Preview | None]]:
    """The notices that wait to be put into force, the newest MOST_PREVIEWED of them with what they would change, if
    that can be said now."""
    found = drafts()
    most = 0 if not found or moved.pending() else MOST_PREVIEWED
    return [(one, preview(now, one) if n < most else None) for n, one in enumerate(found)]


def apply(act: Act, notice: CalendarNotice, *, seen: str) -> None:
    """Put a notice into force and derive every open deadline anew: from the commit on each holds as derived, also where
    very many rows are written down after it. `seen` is the mark of the preview that was agreed
    to: when it would change anything else by now, nothing happens."""
    gate(almanac.GATE, shared=False)
    notice.lock()
    notice.LIFE.check(act, notice, "apply")
    if local_day(act.now) < notice.effective_from:
        text = N_("This notice holds from %(day)s on. Put it into force on that day, or change the day.")
        raise WrongState(text, day=notice.effective_from)
    found = preview(act.now, notice)
    if found.mark != seen:
        raise WrongState(N_("What this notice changes is no longer what you saw. Look again, then decide."))
    project(act, notice, lines_of(notice.id))
    advance(act, notice, "apply", changes=found.counts)
    recount.carry_out(act, found.moves, notice=notice.id)


def project(act: Act, notice: CalendarNotice, lines: Sequence[CalendarLine]) -> None:
    """Let the words of a notice be the present ones. Those of before stay, for what ended under them."""
    shuts = notice.kind == Word.BLACKOUT
    known = {row.day: row for row in almanac.words() if (row.kind == Word.BLACKOUT) == shuts}
    change = (session.scalar(select(func.max(CalendarDay.changed))) or 0) + 1
    for line in lines:
        if line.day in known:
            known[line.day].replaced = change
    session.flush()
    about = {"source": notice.source, "kind": notice.kind, "changed": change, "since": act.now}
    session.add_all(CalendarDay(day=line.day, working=line.working, name=line.name, **about) for line in lines)
    session.flush()
    almanac.forget()


def load(shipped: Callable[[str], list[dict[str, str]]], standards: object, now: datetime) -> None:
    """The shipped notices that are not there yet, one for each source. They are in force at once where they say nothing
    new or there is no calendar; else they wait for the operator, who sees first what they change."""
    scopes = {row["source"]: row["scope"] for row in shipped("calendar_sources.csv")}
    said: dict[str, list[Line]] = {}
    for row in shipped("calendar.csv"):
        line = Line(date.fromisoformat(row["day"]), row["working"] == "1", row["name"])
        said.setdefault(row["source"], []).append(line)
    known = set(session.scalars(select(CalendarNotice.source)))
    words = {(row.day, row.working, row.source) for row in almanac.words()}
    first = not words
    for source, lines in said.items():
        if source in known:
            continue
        kind = Word.REGIONAL if scopes.get(source) == "guangxi" else Word.NATIONAL
        there = all((line.day, line.working, source) in words for line in lines)
        state = NoticeState.APPLIED if first or there else NoticeState.DRAFT
        known_of = {"made_at": now, "state": state, "state_since": now, "effective_from": lines[0].day}
        notice = CalendarNotice(kind=kind, source=source, published_on=None, **known_of)
        session.add(notice)
        session.flush()
        kept = _keep(notice, lines)
        if first:
            session.add_all(
                CalendarDay(day=one.day, working=one.working, name=one.name, source=source, kind=kind) for one in kept
            )
    session.flush()
    almanac.forget()


def _checked(lines: str, stated: dict[str, Any]) -> list[Line]:
    found, wrong = read_lines(lines)
    if wrong:
        raise Invalid(wrong[0].says, field="lines", **wrong[0].places)
    if stated["kind"] not in KINDS:
        raise Invalid(N_("Say whose notice it is."), field="kind")
    if not stated["source"].strip():
        raise Invalid(N_("Name the notice, with its number if it has one."), field="source")
    if len(stated["reason"].strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field="reason", n=LEAST_REASON)
    if stated["url"] and not stated["url"].startswith(("https://", "http://")):
        raise Invalid(N_("Write the address like https://www.gov.cn/…, or leave it empty."), field="url")
    return found


def _keep(notice: CalendarNotice, lines: Sequence[Line]) -> list[CalendarLine]:
    kept = [CalendarLine(notice_id=notice.id, day=one.day, working=one.working, name=one.name) for one in lines]
    session.add_all(kept)
    session.flush()
    return kept


def _with(notice: CalendarNotice, lines: Sequence[CalendarLine]) -> list[CalendarDay]:
    """The words of the calendar as they would be with a notice; what is new of them is kept nowhere."""
    said = {(row.kind == Word.BLACKOUT, row.day): row for row in almanac.words()}
    for line in lines:
        word = CalendarDay(day=line.day, working=line.working, name=line.name, source=notice.source, kind=notice.kind)
        said[notice.kind == Word.BLACKOUT, line.day] = word
    return list(said.values())
