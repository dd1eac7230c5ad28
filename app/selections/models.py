"""What the clock selected with its transcript, and the award."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, func, select, text, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.agencies.models import Agency, Listing
from app.entries.models import Entry
from app.infra import almanac
from app.infra.db import Cents, Row, session
from app.infra.moved import holds
from app.infra.record import Event
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Actor
from app.kernel.draw import Rule, Terms
from app.kernel.workdays import local_day
from app.methods.rules import CHOOSING, TIMED, Method
from app.panels.models import panel_of


class Selection(Row):
    """What the clock selected at closing: the public transcript of it (see docs/protocols/draw.md), made once a job."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), unique=True)
    made_at: Mapped[datetime]
    entries: Mapped[int]
    transcript: Mapped[dict[str, Any]]

    job: Mapped[Job] = relationship()


class Award(Row):
    """Who is selected, in which place of the published order, at what amount; one is current per job."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id))
    place: Mapped[int]
    amount_cents: Mapped[Cents]
    selected_at: Mapped[datetime]
    publicity_ends: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]

    entry: Mapped[Entry] = relationship()

    __table_args__ = (
        UniqueConstraint("job_id", "entry_id"),
        Index(
            "uq_award_current",
            "job_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


def rule_of(job: Job, now: datetime) -> Rule:
    """The choosing rule of a job: as the law had it on the day of its announcement, before that as the law has it now.
    What takes effect later changes nothing for a job that is announced."""
    known, day = almanac.almanac(), local_day(job.published_at or now)
    least = known.term(f"minimum_entries_{job.funds if job.method in CHOOSING else 'direct'}", day)
    if job.method != Method.AVERAGE_PRICE:
        return Rule(least.effective_from.isoformat(), int(least.value))
    drawn, drop = known.term("average_percentages", day), known.term("average_drop_from", day)
    since = max(least.effective_from, drawn.effective_from, drop.effective_from)
    percentages = tuple(int(one) for one in drawn.value.split(","))
    return Rule(since.isoformat(), int(least.value), percentages, int(drop.value))


def terms_of(job: Job, rule: Rule) -> Terms:
    """What was fixed when the job was announced, as its transcript says it."""
    panel = panel_of(job.id) if job.criteria else None
    return Terms(
        job=job.number or "",
        title=f"{job.project_name} {job.item.name}",
        method=job.method,
        funds=job.funds,
        closed_at=panel.closed_at if panel else job.due or job.state_since,
        rule=rule,
        commitment=job.commitment or "",
        criteria=tuple((one["name"], one["weight"]) for one in job.criteria),
        price_weight=job.price_weight or 0,
        reference_fee=job.reference_fee_cents,
        days_weight=100 - (job.price_weight or 0) if job.method in TIMED else 0,
        outside=job.outside,
    )


def selection_of(job_id: int) -> Selection | None:
    return session.scalar(select(Selection).where(Selection.job_id == job_id))


def eligible_at_closing(job_id: int) -> int | None:
    """How many agencies met every condition of a job when its entry closed, as the record says; None when it was not
    counted then."""
    closed = select(Event.facts).where(Event.thread_of == f"job:{job_id}", Event.name == "job.close")
    facts = session.scalar(closed.order_by(Event.id.desc()).limit(1))
    return facts.get("eligible") if facts else None


def ranking_of(job_id: int) -> list[str]:
    """The public codes of those in line, the first selected first."""
    selection = selection_of(job_id)
    return list(selection.transcript["ranking"]) if selection else []


def publicity_of(award: Award, job: Job) -> tuple[date, int]:
    """What the publicity of an award is counted from: day zero and working days, as the law had them then."""
    code = "publicity_urgent" if job.urgent else "publicity"
    return local_day(award.selected_at), almanac.number(code, award.selected_at)


def end_with_their_jobs() -> None:
    """Let each publicity that runs end as late as the deadline of its job."""
    due = holds(Job)
    put_off = and_(Award.job_id == Job.id, Award.ended_at.is_(None), Award.publicity_ends < due)
    moved = update(Award).where(put_off, Job.state == State.SELECTED).values(publicity_ends=due)
    session.execute(moved, execution_options={"synchronize_session": False})
    session.expire_all()


def held_awards(now: datetime) -> Sequence[Any]:
    """The awards that wait for the decision of an objection while their publicity still runs, each with its job."""
    held = select(Award, Job).join(Job, Job.id == Award.job_id).where(Job.state == State.OBJECTED)
    return session.execute(held.where(Award.ended_at.is_(None), Award.publicity_ends > now).order_by(Award.id)).all()


def current_award(job_id: int) -> Award | None:
    return session.scalar(select(Award).where(Award.job_id == job_id, Award.ended_at.is_(None)))


def quality_promised(job_id: int) -> str:
    """What the selected agency promises of the quality: the statement of its listing as its entry pinned it; "" when
    nobody is selected."""
    promise = select(Listing.quality).join(Entry, Entry.listing_id == Listing.id).join(Award)
    return session.scalar(promise.where(Award.job_id == job_id, Award.ended_at.is_(None))) or ""


def was_selected(actor: Actor, job: Job) -> bool:
    """Whether the actor's unit was selected for a job and is no longer."""
    ended = select(Award.id).join(Award.entry).where(Award.job_id == job.id, Award.ended_at.is_not(None))
    return session.scalar(ended.where(Entry.agency_id == actor.unit_id).limit(1)) is not None


def past_awards(job_id: int) -> list[Award]:
    """The awards of a job that ended, in their order, with their agencies."""
    query = select(Award).where(Award.job_id == job_id, Award.ended_at.is_not(None)).order_by(Award.place)
    return list(
        session.scalars(query.options(joinedload(Award.entry).joinedload(Entry.agency).joinedload(Agency.unit)))
    )


def places_held(job_id: int) -> int:
    """How many places of the published order have been selected so far, the current award among them."""
    return session.scalar(select(func.max(Award.place)).where(Award.job_id == job_id)) or 0


def next_in_line(job_id: int) -> str | None:
    """The name of the agency that would be selected next by the published order."""
    selection, place = selection_of(job_id), places_held(job_id)
    if selection is None or place >= len(selection.transcript["ranking"]):
        return None
    names = {line["code"]: line["name"] for line in selection.transcript["entrants"]}
    return str(names[selection.transcript["ranking"][place]])
