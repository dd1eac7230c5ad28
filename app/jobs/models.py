"""The job: an owner's posting, what it pins at each step, and the one deadline it is waiting for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, and_, bindparam, or_, select
from sqlalchemy.orm import Mapped, column_property, joinedload, mapped_column, relationship

from app.accounts.models import Unit, User, one_of
from app.agencies.models import Agency
from app.catalogue.models import Item, Sector, Standard
from app.districts.models import District, within
from app.infra import almanac
from app.infra.db import Cents, Row, run, session
from app.infra.moved import Promised, holds
from app.infra.record import Event
from app.infra.sealing import Sealed
from app.jobs.rules import LIFE, MAY_READ, State, after_closing, paused, serving
from app.kernel.act import VISITOR, Actor, Kind, Role
from app.kernel.law import the_clock
from app.kernel.lights import Light, light
from app.kernel.workdays import HERE
from app.methods.models import MethodTerms
from app.methods.rules import Funds, IfAbandoned, Method


class Job(MethodTerms, Promised, Sealed, Row):
    """One posting of one service item for one project. A draft may lack its ceiling and days.

    `days` working days and `ceiling_cents` bound every entry (a random draw is served at the ceiling, as its fixed
    price); where days are offered too, `least_days` bounds them below, and the price counts `price_weight` of 100
    points. Where a panel scores, `criteria` (name, weight, descriptor) count the rest; with `two_envelopes` the prices
    stay closed until `quality_closed_at`, the consensus under the chair, `chair_id`. `standard_id` is the version in
    force when submitted. What opens the entries stands in infra/sealing.
    `agency_id` is the agency selected now; `amount_cents` what it is paid; `agreed_days` what it promised;
    `payment_days` the calendar days after the acceptance that its contract gives for the payment, if it names any.
    `clock_start` is day zero of the service clock, `delivered_at` the first delivery. `trips` counts the steps for
    which somebody had to come in person.
    """

    LIFE, MAY_READ, PROMISED = LIFE, MAY_READ, frozenset({State.IN_SERVICE})

    number: Mapped[str | None] = mapped_column(unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    run_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    item_id: Mapped[int] = mapped_column(ForeignKey(Item.id), index=True)
    sector_code: Mapped[str] = mapped_column(ForeignKey(Sector.code))
    standard_id: Mapped[int] = mapped_column(ForeignKey(Standard.id))
    project_name: Mapped[str]
    project_code: Mapped[str] = mapped_column(default="")
    district_code: Mapped[str] = mapped_column(ForeignKey(District.code), index=True)
    funds: Mapped[str]
    need: Mapped[str]
    ceiling_cents: Mapped[Cents | None]
    days: Mapped[int | None]
    require: Mapped[list[Any]]
    method: Mapped[str]
    floor_cents: Mapped[Cents | None]
    price_weight: Mapped[int | None]
    least_days: Mapped[int | None]
    criteria: Mapped[list[Any]] = mapped_column(default=list)
    two_envelopes: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False)
    urgent_reason: Mapped[str] = mapped_column(default="")
    if_abandoned: Mapped[str] = mapped_column(default=IfAbandoned.NEXT)
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    repost_of_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    round: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    returned_because: Mapped[str | None]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    chair_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    quality_closed_at: Mapped[datetime | None]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey(Agency.id), index=True)
    amount_cents: Mapped[Cents | None]
    agreed_days: Mapped[int | None]
    payment_days: Mapped[int | None]
    contract_by_id: Mapped[int | None]
    defects_named: Mapped[bool] = mapped_column(default=False)
    clock_start: Mapped[date | None]
    delivered_at: Mapped[datetime | None]
    rework_rounds: Mapped[int] = mapped_column(default=0)
    accepted_at: Mapped[datetime | None]
    awarded_at: Mapped[datetime | None]
    trips: Mapped[int] = mapped_column(default=0)
    owner_rated: Mapped[bool] = mapped_column(default=False)
    agency_rated: Mapped[bool] = mapped_column(default=False)

    owner: Mapped[Unit] = relationship()
    run_by: Mapped[User] = relationship(foreign_keys=run_by_id)
    item: Mapped[Item] = relationship()
    standard: Mapped[Standard] = relationship()
    district: Mapped[District] = relationship()
    agency: Mapped[Agency | None] = relationship(foreign_keys=[agency_id])

    # The people that the item asks for: without the item, which is much longer.
    require_staff: Mapped[list[Any]] = column_property(
        select(Item.require_staff).where(Item.id == item_id).correlate_except(Item).scalar_subquery(),
        deferred=True,
        group="shared",
    )

    @property
    def after_closing(self) -> str:
        return after_closing(self)

    __table_args__ = (
        CheckConstraint(one_of("state", State), "known_state"),
        CheckConstraint(one_of("method", Method), "known_method"),
        CheckConstraint(one_of("funds", Funds), "known_funds"),
        CheckConstraint(one_of("if_abandoned", IfAbandoned), "known_if_abandoned"),
        CheckConstraint(
            "floor_cents IS NULL OR (floor_cents > 0 AND floor_cents <= ceiling_cents)", "a_floor_is_below_the_ceiling"
        ),
        CheckConstraint(
            "published_at IS NULL OR (ceiling_cents > 0 AND days BETWEEN 1 AND 365)", "a_published_job_is_complete"
        ),
        CheckConstraint(
            "published_at IS NULL OR method <> 'price_and_days' OR price_weight BETWEEN 1 AND 99",
            "price_and_days_have_weights",
        ),
        CheckConstraint("NOT two_person OR officer_id IS NOT NULL", "two_persons_have_an_officer"),
        CheckConstraint("NOT urgent OR urgent_reason <> ''", "urgency_has_a_reason"),
        CheckConstraint(
            "state <> 'open' OR (due IS NOT NULL AND commitment IS NOT NULL)", "open_has_a_deadline_and_a_commitment"
        ),
        CheckConstraint(
            "state NOT IN ('awarded', 'in_service', 'delivered', 'accepted') "
            "OR (agency_id IS NOT NULL AND due IS NOT NULL)",
            "an_award_has_an_agency",
        ),
        # What a changed calendar moves is found in the index alone.
        Index("ix_job_state_due", "state", "due", "counted_from", "counted_days"),
        *MethodTerms.CHECKS,
    )


class Avoidance(Row):
    """An agency that may not enter a job (回避), with the compulsory, published reason."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id))
    reason: Mapped[str]

    agency: Mapped[Agency] = relationship()

    __table_args__ = (UniqueConstraint("job_id", "agency_id"), CheckConstraint("reason <> ''", "avoiding_has_a_reason"))


class NumberSeries(Row):
    """The last number given out in a year; its row is locked while the next is taken."""

    year: Mapped[int] = mapped_column(unique=True)
    last: Mapped[int]


def avoided(job_id: int) -> list[Avoidance]:
    query = (
        select(Avoidance)
        .where(Avoidance.job_id == job_id)
        .options(joinedload(Avoidance.agency).joinedload(Agency.unit))
    )
    return list(session.scalars(query))


def drafts_of(owner_id: int) -> list[Job]:
    """The unit's postings that are not submitted yet, newest first."""
    query = select(Job).where(Job.owner_id == owner_id, Job.state.in_([State.DRAFT, State.RETURNED]))
    return list(session.scalars(query.options(joinedload(Job.item)).order_by(Job.id.desc()).limit(100)))


def outside_awaited(closings: Collection[datetime]) -> list[Job]:
    """The jobs that close at one of these instants and wait for a public value of a later day."""
    waiting = select(Job).where(Job.state == State.OPEN, Job.due.in_(closings), Job.outside_source.is_not(None))
    return list(session.scalars(waiting))


def reposts_of(job_id: int) -> list[Job]:
    """The later rounds of a failed job that were not withdrawn; there is at most one."""
    return list(session.scalars(select(Job).where(Job.repost_of_id == job_id, Job.state != State.WITHDRAWN)))


STORY = (
    select(Event.name, Event.at, Event.facts, Event.unit_id, Unit.name.label("who"))
    .outerjoin(Unit, Unit.id == Event.unit_id)
    .where(Event.thread_of == bindparam("thread"))
    .order_by(Event.id)
)


def story_of(job_id: int) -> Sequence[Any]:
    """Everything on record about a job, oldest first: rows of name, at, facts, and which unit acted."""
    return run(STORY, thread=f"job:{job_id}").all()


@dataclass(frozen=True)
class Wanted:
    """What a list of jobs is narrowed down to; empty means all. `agency` are the jobs an agency serves, `owner` those
    of an owner, `unit` those a unit owns or serves, published or not; without it only published jobs are listed.
    `after` is the id of the last job seen."""

    item: int | None = None
    stage: str = ""
    district: str = ""
    state: str = ""
    method: str = ""
    keyword: str = ""
    agency: int | None = None
    owner: int | None = None
    unit: int | None = None
    after: int | None = None


SHAPES_KEPT = 256


def jobs_listed(wanted: Wanted, *more: Any, limit: int = 20) -> Sequence[Any]:
    """One page of jobs, newest first, as rows of columns in one statement; `more` are further columns of the caller."""
    asked = {name: value for name, value in vars(wanted).items() if value}
    query = _listing(frozenset(asked.keys() - {"keyword"}), more)
    for word in wanted.keyword.split():
        told = (Job.project_name, Item.name, Job.number)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in told)))
    return run(query, **asked, limit=limit).all()


@lru_cache(SHAPES_KEPT)
def _listing(asked: frozenset[str], more: tuple[Any, ...]) -> Any:
    """The statement of a list narrowed down by these fields of Wanted, their values left open."""
    since = Job.created_at if "unit" in asked else Job.published_at
    columns = (
        Job.id, Job.number, Job.project_name, Job.state, Job.state_since, holds(Job).label("due"), Job.method,
        Job.funds, Job.days, Job.ceiling_cents, Job.amount_cents, Job.urgent, Job.clock_start, Item.name.label("item"),
        District.name.label("district"),
    )  # fmt: skip
    unit, after = bindparam("unit", type_=Integer), bindparam("after", type_=Integer)
    last = select(since).where(Job.id == after).correlate(None).scalar_subquery()
    conditions = {
        "unit": or_(Job.owner_id == unit, Job.agency_id == unit),
        "agency": Job.agency_id == bindparam("agency"),
        "owner": Job.owner_id == bindparam("owner"),
        "item": Job.item_id == bindparam("item"),
        "stage": Item.stage == bindparam("stage"),
        "district": Job.district_code.in_(within(bindparam("district"))),
        "state": Job.state == bindparam("state"),
        "method": Job.method == bindparam("method"),
        "after": or_(since < last, and_(since == last, Job.id < after)),
    }
    seen = [since.is_not(None), *(conditions[name] for name in sorted(asked))]
    query = select(*columns, *more).join(Job.item).join(Job.district).where(*seen)
    return query.order_by(since.desc(), Job.id.desc()).limit(bindparam("limit"))


def light_of(row: Any, now: datetime) -> Light | None:
    """The light beside the deadline a job (or a row of the list) waits for, grey while it is paused; None when it waits
    for none, or for the clock, which acts at once. A step back may find the deadline past: then it is red."""
    return lights_of([row], now)[row.id]


def began(row: Any) -> datetime:
    """When the limit of a deadline began: that of a service when its clock did, also when it was paused since."""
    return datetime.combine(row.clock_start, time(), HERE) if serving(VISITOR, row) else row.state_since


def lights_of(rows: Sequence[Any], now: datetime) -> dict[int, Light | None]:
    """The lights of a list, by the ids of its rows."""
    calendar = almanac.calendar()
    share, left = almanac.number("light_share", now), almanac.number("light_days", now)
    limits = {"yellow_from_percent": share, "yellow_days_left": left}
    lights: dict[int, Light | None] = {}
    for row in rows:
        stopped = paused(VISITOR, row)
        turn = getattr(row, "LIFE", LIFE).turn(row.state)
        at_once = turn is not None and turn.who is the_clock
        waits = stopped or (row.due is not None and (row.due > row.state_since or not at_once))
        lights[row.id] = light(calendar, began(row), row.due, now, paused=stopped, **limits) if waits else None
    return lights


def awaited(job: Job) -> list[str]:
    """The names of the parties whose turn it is, by asking the law as if their administrators acted."""
    turn = LIFE.turn(job.state)
    sides = [(Kind.OWNER, job.owner), (Kind.AGENCY, job.agency and job.agency.unit)]
    actors = [(Actor(None, unit.id, kind, Role.ADMINISTRATOR), unit.name) for kind, unit in sides if unit]
    return [name for actor, name in actors if turn and turn.who(actor, job)]
