"""The job: an owner's posting, what it pins at each step, and the one deadline it is waiting for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Unit, User, one_of
from app.agencies.models import Agency
from app.catalogue.models import Item, Sector, Standard
from app.districts.models import District
from app.infra.db import Cents, Row, session
from app.infra.record import Living
from app.jobs.rules import LIFE, MAY_READ, Funds, IfAbandoned, Method, State


class Job(Living, Row):
    """One posting of one service item for one project. A draft may lack its ceiling and days.

    `days` working days and `ceiling_cents` bound every entry (a random draw is served at the ceiling, as its fixed
    price). `standard_id` is the version in force when submitted. `commitment` is the published SHA-256 of `secret`,
    which is published with the transcript. `agency_id` is the agency selected now; `amount_cents` what it is paid;
    `agreed_days` what it promised. `clock_start` is day zero of the service clock, `delivered_at` the first delivery.
    """

    LIFE, MAY_READ = LIFE, MAY_READ

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
    commitment: Mapped[str | None]
    secret: Mapped[str | None]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey(Agency.id), index=True)
    amount_cents: Mapped[Cents | None]
    agreed_days: Mapped[int | None]
    contract_by_id: Mapped[int | None]
    defects_named: Mapped[bool] = mapped_column(default=False)
    clock_start: Mapped[date | None]
    delivered_at: Mapped[datetime | None]
    service_due: Mapped[datetime | None]
    rework_rounds: Mapped[int] = mapped_column(default=0)
    accepted_at: Mapped[datetime | None]
    owner_rated: Mapped[bool] = mapped_column(default=False)
    agency_rated: Mapped[bool] = mapped_column(default=False)

    owner: Mapped[Unit] = relationship()
    run_by: Mapped[User] = relationship()
    item: Mapped[Item] = relationship()
    standard: Mapped[Standard] = relationship()
    district: Mapped[District] = relationship()
    agency: Mapped[Agency | None] = relationship()

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
        CheckConstraint("NOT urgent OR urgent_reason <> ''", "urgency_has_a_reason"),
        CheckConstraint(
            "state <> 'open' OR (due IS NOT NULL AND commitment IS NOT NULL)", "open_has_a_deadline_and_a_commitment"
        ),
        CheckConstraint(
            "state NOT IN ('awarded', 'in_service', 'delivered', 'accepted') "
            "OR (agency_id IS NOT NULL AND due IS NOT NULL)",
            "an_award_has_an_agency",
        ),
        Index(None, "state", "due"),
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


def whole_job(id: int) -> Job | None:
    """A job with all a page shows of it, in one statement."""
    query = (
        select(Job)
        .where(Job.id == id)
        .options(
            joinedload(Job.owner),
            joinedload(Job.item).joinedload(Item.sector),
            joinedload(Job.standard),
            joinedload(Job.district),
            joinedload(Job.agency).joinedload(Agency.unit),
            joinedload(Job.run_by),
        )
    )
    return session.scalar(query)


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
