"""Credit events, the rules behind their points, and how an agency stands, derived from both."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.agencies.models import Agency
from app.catalogue.models import Item, Sector
from app.credit.rules import COUNTING, CREDIT_LIFE, MAY_READ, PENDING, CreditState
from app.infra import almanac
from app.infra.db import Row, session
from app.infra.files import File
from app.infra.record import Living
from app.jobs.models import Job
from app.jobs.rules import AT_WORK, BEFORE_CONTRACT, PUBLICITY, State
from app.kernel import credit
from app.kernel.credit import Account, Grade, Mark, Scale
from app.kernel.workdays import HERE

People = Mapping[str, list["CreditEvent"]]
# The numbers of the account and its publication, as terms.
NUMBERS = [f"credit_{one.name}" for one in fields(Scale)] + ["credit_publication"]
# What goes on although its agency is barred: from the selection to the delivered report.
RUNNING = PUBLICITY | BEFORE_CONTRACT | AT_WORK | {State.DELIVERED}


class CreditRule(Row):
    """What costs points, how many, from a day on. `measured` says that the system records it, `fraud` that it removes
    from the market; `mark` is R, L or D as of a term."""

    code: Mapped[str]
    points: Mapped[int]
    zh: Mapped[str]
    en: Mapped[str]
    measured: Mapped[bool]
    fraud: Mapped[bool]
    repairable: Mapped[bool]
    basis: Mapped[str]
    mark: Mapped[str]
    effective_from: Mapped[date]

    __table_args__ = (
        UniqueConstraint("code", "effective_from"),
        CheckConstraint("points >= 1", "points_are_positive"),
        CheckConstraint("NOT (fraud AND repairable)", "fraud_is_never_repaired"),
        CheckConstraint("mark IN ('R', 'L', 'D')", "known_mark"),
    )


class CreditEvent(Living, Row):
    """Something that costs an agency points: under which rule, in which service type and job, what is known of it.

    `points` are those in force on the day it happened. What the system measured has `measure`, its kind and place in
    the job, and says in `numbers` what fills `evidence`, a msgid. `professional` is the certificate number of the
    person it is about too. It counts from `effective_on`, and for its repaired share from `repaired_on`.
    """

    LIFE, MAY_READ = CREDIT_LIFE, MAY_READ

    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id))
    professional: Mapped[str] = mapped_column(default="")
    professional_name: Mapped[str] = mapped_column(default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey(Item.id))
    job_id: Mapped[int | None] = mapped_column(ForeignKey(Job.id), index=True)
    sector_code: Mapped[str] = mapped_column(ForeignKey(Sector.code))
    rule_id: Mapped[int] = mapped_column(ForeignKey(CreditRule.id))
    points: Mapped[int]
    happened_on: Mapped[date]
    measure: Mapped[str | None]
    evidence: Mapped[str]
    numbers: Mapped[dict[str, Any]]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    statement: Mapped[str] = mapped_column(default="")
    objection: Mapped[str] = mapped_column(default="")
    objection_file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    decision: Mapped[str] = mapped_column(default="")
    effective_on: Mapped[date | None]
    repair_plea: Mapped[str] = mapped_column(default="")
    repair_decision: Mapped[str] = mapped_column(default="")
    repaired_on: Mapped[date | None]

    agency: Mapped[Agency] = relationship()
    item: Mapped[Item | None] = relationship()
    job: Mapped[Job | None] = relationship()
    rule: Mapped[CreditRule] = relationship()
    file: Mapped[File | None] = relationship(foreign_keys=file_id)
    objection_file: Mapped[File | None] = relationship(foreign_keys=objection_file_id)
    recorded_by: Mapped[Unit | None] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", CreditState), "known_state"),
        CheckConstraint("state NOT IN ('noticed', 'stated', 'objected') OR due IS NOT NULL", "pending_has_a_deadline"),
        CheckConstraint(
            "state NOT IN ('in_effect', 'repair_asked', 'repaired') OR effective_on IS NOT NULL", "effect_has_its_day"
        ),
        CheckConstraint("state <> 'repaired' OR repaired_on IS NOT NULL", "repair_has_its_day"),
        CheckConstraint("points >= 1", "points_are_positive"),
        CheckConstraint("evidence <> ''", "an_event_has_evidence"),
        UniqueConstraint("agency_id", "job_id", "measure"),
        Index(None, "state", "due"),
        Index(None, "agency_id", "effective_on"),
        Index(None, "sector_code", "state"),
        Index(None, "professional"),
    )


def scale_on(day: date) -> Scale:
    """The numbers of the credit account in force on a day."""
    known = almanac.almanac()
    return Scale(**{one.name: int(known.term(f"credit_{one.name}", day).value) for one in fields(Scale)})


def scale_days(day: date) -> list[date]:
    """The days up to one from each of which other numbers of the account are in force, the first with all of them."""
    versions = [[term.effective_from for term in almanac.almanac().terms[code]] for code in NUMBERS]
    first = max(map(min, versions))
    return sorted({first}.union(since for one in versions for since in one if first < since <= day))


def rules_on(day: date) -> dict[str, CreditRule]:
    """What costs points on a day, by code, in the order it was shipped."""
    known = select(CreditRule).where(CreditRule.effective_from <= day)
    order = (CreditRule.effective_from, CreditRule.id)
    return {rule.code: rule for rule in session.scalars(known.order_by(*order))}


EAGER = (joinedload(CreditEvent.rule), joinedload(CreditEvent.item), joinedload(CreditEvent.job))


def events_of(agency_id: int) -> list[CreditEvent]:
    """Every credit event of an agency, whatever became of it, the newest first."""
    query = select(CreditEvent).where(CreditEvent.agency_id == agency_id).options(*EAGER)
    return list(session.scalars(query.order_by(CreditEvent.happened_on.desc(), CreditEvent.id.desc())))


def counting(event: CreditEvent) -> bool:
    """Whether an event has taken effect and was not revoked since."""
    return event.state in COUNTING


def marks_of(events: Iterable[CreditEvent]) -> list[Mark]:
    """The events in effect as the account reads them."""
    return [
        Mark(
            event.id,
            event.item.code if event.item else None,
            event.points,
            event.effective_on,
            event.rule.fraud,
            event.repaired_on,
        )
        for event in events
        if counting(event) and event.effective_on
    ]


def account_of(events: Iterable[CreditEvent], day: date) -> Account:
    """How an agency, or a professional, with these events stands on a day."""
    return credit.account(marks_of(events), day, scale_on)


def by_professional(events: Iterable[CreditEvent]) -> dict[str, list[CreditEvent]]:
    """The events that are about a professional too, by the number of the certificate."""
    found: dict[str, list[CreditEvent]] = {}
    for event in events:
        if event.professional:
            found.setdefault(event.professional, []).append(event)
    return found


def about(numbers: Collection[str]) -> dict[str, list[CreditEvent]]:
    """The events about professionals, whichever agency they served, by the numbers of their certificates."""
    if not numbers:
        return {}
    query = select(CreditEvent).where(CreditEvent.professional.in_(sorted(numbers))).options(*EAGER)
    return by_professional(session.scalars(query.order_by(CreditEvent.happened_on.desc(), CreditEvent.id.desc())))


def bars_on(events: Iterable[CreditEvent], day: date) -> list[credit.Bar]:
    """The bars that run on a day and follow from the events of an agency, or of a professional."""
    known = (mark for mark in marks_of(events) if mark.since <= day)
    return [bar for bar in credit.bars(known, scale_on) if day <= bar.last]


def _resting(events: Iterable[CreditEvent], day: date) -> dict[int, date]:
    """Which of somebody's events count on a day or are behind a bar that runs, and the last day of either."""
    marks, scale = marks_of(events), scale_on(day)
    found = {one.id: credit.last_day(one, scale.window) for one in marks if credit.weight(one, day, scale)}
    for bar in bars_on(events, day):
        for mark in credit.behind(bar, marks, scale_on):
            found[mark.id] = max(bar.last, found.get(mark.id, bar.last))
    return found


def public_until(events: Collection[CreditEvent], day: date, people: People) -> dict[int, date]:
    """Event in effect → the last day of its publication, as an agency's events stand on a day: that of its months, of
    its counting, of a bar that rests on it, of the agency or of one of `people` it is about (all events of each)."""
    known = {event.id: event.effective_on for event in events if counting(event) and event.effective_on}
    months = {id: number_on("credit_publication", since) for id, since in known.items()}
    until = {id: credit.months_after(since, months[id]) - credit.DAY for id, since in known.items()}
    for last in (_resting(events, day), *(_resting(people[number], day) for number in by_professional(events))):
        until |= {id: max(until[id], last[id]) for id in known.keys() & last.keys()}
    return until


def published(events: Collection[CreditEvent], day: date, people: People) -> list[CreditEvent]:
    """Of an agency's events those that everybody reads on a day."""
    until = public_until(events, day, people)
    return [one for one in events if one.id in until and one.effective_on and one.effective_on <= day <= until[one.id]]


def number_on(code: str, day: date) -> int:
    """A term's whole number in force on a day."""
    return almanac.number(code, datetime.combine(day, time(12), HERE))


@dataclass(frozen=True)
class Listed:
    """An agency on the credit list of a day: how it stands, and its published events."""

    agency: Agency
    account: Account
    events: list[CreditEvent]


def credit_list(day: date) -> list[Listed]:
    """The agencies with a published event on a day, the worst grade and the most points first."""
    query = select(CreditEvent).join(CreditEvent.agency).join(Agency.unit).where(*_within_reach(day))
    unit = contains_eager(CreditEvent.agency).contains_eager(Agency.unit)
    by_agency = _by_agency(session.scalars(query.options(unit, *EAGER).order_by(*IN_ORDER)))
    people = by_professional(event for events in by_agency.values() for event in events)
    rows = [Listed(events[0].agency, account_of(events, day), events) for events in by_agency.values()]
    shown = [Listed(row.agency, row.account, told) for row in rows if (told := published(row.events, day, people))]
    return sorted(shown, key=lambda row: (-RANKS[row.account.overall.grade], -row.account.overall.sum, row.agency.id))


IN_ORDER = (CreditEvent.agency_id, CreditEvent.effective_on, CreditEvent.id)


def _within_reach(day: date) -> tuple[ColumnElement[bool], ...]:
    """The events that may still count on a day, be published, or be behind a bar."""
    oldest = credit.months_after(day, -max(_reach(since) for since in scale_days(day)))
    return CreditEvent.state.in_(list(COUNTING)), CreditEvent.effective_on.between(oldest, day)


def _by_agency(events: Iterable[CreditEvent]) -> dict[int, list[CreditEvent]]:
    """The events of each agency, in their order; they come by agency."""
    return {id: list(own) for id, own in groupby(events, key=lambda event: event.agency_id)}


def _reach(day: date) -> int:
    """The months back to the oldest event that is published, by the numbers in force on a day."""
    scale = scale_on(day)
    suspended = scale.window + max(scale.suspended_months, scale.long_months)
    return max(suspended, scale.removed_months, number_on("credit_publication", day))


RANKS = {grade: rank for rank, grade in enumerate(Grade)}


def rank_of(day: date, among: Collection[int] | None = None) -> dict[int, int]:
    """Agency → how far down its grade ranks it on a day, 1 for ranked lower and more for worse; the others are not in
    it and rank 0. Of all agencies, or of those `among` them."""
    query = select(CreditEvent).where(*_within_reach(day))
    if among is not None:
        query = query.where(CreditEvent.agency_id.in_(among))
    by_agency = _by_agency(session.scalars(query.options(*EAGER[:2]).order_by(*IN_ORDER)))
    ranks = {id: RANKS[account_of(events, day).overall.grade] for id, events in by_agency.items()}
    return {id: rank for id, rank in ranks.items() if rank}


def running_jobs(agency_id: int, item_id: int | None) -> list[Job]:
    """The jobs of an agency that go on although it is barred, of one item or all."""
    query = select(Job).where(Job.agency_id == agency_id, Job.state.in_(list(RUNNING)))
    return list(session.scalars((query.where(Job.item_id == item_id) if item_id else query).order_by(Job.id)))


def items_supervised(sector: str | None) -> list[Item]:
    """The services of a sector, by code."""
    return list(session.scalars(select(Item).where(Item.sector_code == sector).order_by(Item.code)))


def jobs_served(agency_id: int, sector: str | None, limit: int = 200) -> list[Job]:
    """The jobs that an agency serves or served in a sector, the newest first."""
    query = select(Job).where(Job.agency_id == agency_id, Job.sector_code == sector).options(joinedload(Job.item))
    return list(session.scalars(query.order_by(Job.id.desc()).limit(limit)))


def measured_before(agency_id: int, job_id: int, measure: str) -> bool:
    """Whether the system has recorded this of a job already."""
    query = select(CreditEvent.id).where(
        CreditEvent.agency_id == agency_id, CreditEvent.job_id == job_id, CreditEvent.measure == measure
    )
    return session.scalar(query) is not None


def events_waiting(*, sector: str | None = None, agency_id: int | None = None) -> list[CreditEvent]:
    """What waits in a sector or for an agency: events not in effect yet and repairs asked for, the first due first."""
    waiting = [*PENDING, CreditState.REPAIR_ASKED]
    query = select(CreditEvent).where(CreditEvent.state.in_(waiting)).options(*EAGER)
    mine = CreditEvent.sector_code == sector if sector else CreditEvent.agency_id == agency_id
    unit = joinedload(CreditEvent.agency).joinedload(Agency.unit)
    return list(session.scalars(query.where(mine).options(unit).order_by(CreditEvent.due)))
