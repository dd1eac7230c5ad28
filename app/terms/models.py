"""Named queries over a year of the log: the steps that began a period or ended one, the pauses, how many entered; and
the history of the law's numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, select
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import Unit
from app.agencies.models import Agency
from app.credit.models import EAGER, CreditEvent
from app.credit.rules import COUNTING as COUNTED
from app.entries.models import Entry
from app.infra.almanac import Term
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Kind
from app.methods.rules import CHOOSING, Method
from app.ratings.models import Part, Rating
from app.ratings.rules import Party, RatingState, Side
from app.scores.models import Market, Tally
from app.selections.models import Selection
from app.services.models import COUNTING, Pause

YEAR = timedelta(days=365)

# The job an event tells of, and the agency where it tells of its papers.
JOB_TOLD = case((Event.thread_of.startswith("job:"), cast(func.substr(Event.thread_of, len("job:") + 1), Integer)))
OF_AGENCY = and_(Event.name.startswith("agency."), Unit.id == Event.subject_id)
ADOPTED, WITHDRAWN = "term.adopt", "term.withdraw"


def steps_told(names: Collection[str], now: datetime, sector: str | None) -> Sequence[Any]:
    """The events of these names in the last twelve months, in order, each with the job or agency it tells of; with a
    sector, those of its jobs alone."""
    query = (
        select(
            Event.name, Event.subject_id, Event.at, (Event.actor_kind == Kind.CLOCK).label("by_clock"),
            Event.facts["term"].as_string().label("term"), Event.facts["due"].as_string().label("due"),
            Event.facts["closing"].as_string().label("closing"),
            Job.id.label("job_id"), Job.number, Job.project_name, Unit.id.label("agency_id"), Unit.name.label("agency"),
        )
        .outerjoin(Job, Job.id == JOB_TOLD)
        .outerjoin(Unit, OF_AGENCY)
        .where(Event.name.in_(names), Event.at > now - YEAR)
        .order_by(Event.id)
    )  # fmt: skip
    return session.execute(query.where(Job.sector_code == sector) if sector else query).all()


def received(now: datetime, sector: str | None) -> Sequence[Any]:
    """When each entry of the last twelve months came: rows of job_id and received_at."""
    query = select(Entry.job_id, Entry.received_at).where(Entry.received_at > now - YEAR)
    return session.execute(query.join(Entry.job).where(Job.sector_code == sector) if sector else query).all()


def services_paused(now: datetime, sector: str | None) -> Sequence[Any]:
    """The jobs with a pause asked for in the last twelve months that counts."""
    stood = select(Pause.id).where(Pause.job_id == Job.id, Pause.state.in_(COUNTING), Pause.asked_at > now - YEAR)
    query = select(Job).where(stood.exists(), Job.service_due.is_not(None))
    return session.scalars(query.where(Job.sector_code == sector) if sector else query).all()


def pauses_counted(now: datetime) -> Sequence[Any]:
    """The counting pauses of those jobs, the first asked for first."""
    recent = select(Pause.job_id).where(Pause.state.in_(COUNTING), Pause.asked_at > now - YEAR)
    columns = (Pause.job_id, Pause.asked_at, Pause.ended_at, Pause.due)
    query = select(*columns).where(Pause.state.in_(COUNTING), Pause.job_id.in_(recent))
    return session.execute(query.order_by(Pause.asked_at)).all()


def chosen_among(now: datetime, sector: str | None) -> Sequence[Any]:
    """How many entries each choice among several of the last twelve months was made from."""
    query = (
        select(Selection.entries, Selection.made_at, Job.id, Job.number, Job.project_name, Job.funds, Job.published_at)
        .join(Job, Job.id == Selection.job_id)
        .where(Selection.made_at > now - YEAR, Job.method.in_(list(CHOOSING)))
        .order_by(Selection.id)
    )
    return session.execute(query.where(Job.sector_code == sector) if sector else query).all()


def drawn_by_average(now: datetime, sector: str | None) -> Sequence[Any]:
    """The transcripts of the last twelve months in which an average price selected somebody, each with its job."""
    query = (
        select(Selection.transcript, Selection.entries, Job.id, Job.number, Job.project_name)
        .join(Job, Job.id == Selection.job_id)
        .where(Selection.made_at > now - YEAR, Job.method == Method.AVERAGE_PRICE)
        .order_by(Selection.id)
    )
    found = session.execute(query.where(Job.sector_code == sector) if sector else query).all()
    return [row for row in found if row.transcript["failed"] is None]


def month_of_agencies() -> int | None:
    """The month that the published scores of agencies are of; None before there is any."""
    return session.scalar(select(Market.month).where(Market.side == Side.OWNER))


def tallies_of_agencies() -> Sequence[Any]:
    """The sums of the ratings of every agency by item and month, with its name."""
    query = select(Tally.unit_id, Unit.name, Tally.month, Tally.count, Tally.total, Tally.squares)
    query = query.join(Unit, Unit.id == Tally.unit_id).where(Tally.side == Side.OWNER)
    return session.execute(query.order_by(Tally.unit_id)).all()


def archived(now: datetime, sector: str | None) -> int:
    """How many jobs were archived in the last twelve months."""
    query = select(func.count()).select_from(Job).where(Job.state == State.ARCHIVED, Job.state_since > now - YEAR)
    return session.scalars(query.where(Job.sector_code == sector) if sector else query).one()


def scored_by_three(now: datetime, sector: str | None) -> Sequence[Any]:
    """The jobs archived in the last twelve months of which every party has given its part, each with its agency, the
    points of the owner and the levels of the others; the last first."""
    others = {party: aliased(Part) for party in (Party.REGULATOR, Party.CENTRE)}
    levels = (part.level.label(party) for party, part in others.items())
    query = select(
        Job.id, Job.number, Job.project_name, Job.state_since, Unit.id.label("agency_id"), Unit.name.label("agency"),
        Rating.points.label(Party.OWNER), *levels,
    )  # fmt: skip
    query = query.join(Rating, Rating.job_id == Job.id).join(Unit, Unit.id == Rating.about_id)
    for party, part in others.items():
        query = query.join(part, and_(part.job_id == Job.id, part.party == party))
    ended = (Job.state == State.ARCHIVED, Job.state_since > now - YEAR)
    query = query.where(*ended, Rating.side == Side.OWNER, Rating.state == RatingState.GIVEN)
    query = query.order_by(Job.state_since.desc(), Job.id)
    return session.execute(query.where(Job.sector_code == sector) if sector else query).all()


def events_in_effect(day: date) -> dict[Agency, list[CreditEvent]]:
    """The credit events of each agency that took effect by a day and were not revoked."""
    query = select(CreditEvent).where(CreditEvent.state.in_(list(COUNTED)), CreditEvent.effective_on <= day)
    unit = joinedload(CreditEvent.agency).joinedload(Agency.unit)
    found: dict[Agency, list[CreditEvent]] = {}
    for event in session.scalars(query.options(unit, *EAGER).order_by(CreditEvent.agency_id, CreditEvent.id)):
        found.setdefault(event.agency, []).append(event)
    return found


@dataclass(frozen=True)
class Version:
    """A number of the law, the day on which the next version takes its place, and when and by whom it was adopted; what
    the market came with was adopted by nobody."""

    term: Term
    until: date | None
    adopted_at: datetime | None
    by: str | None


def history() -> list[Version]:
    """Every version of every number, in the order of the law, the oldest version first; in one statement."""
    rows = session.execute(
        select(Term, Event.at, Unit.name)
        .outerjoin(Event, and_(Event.name == ADOPTED, Event.subject_id == Term.id))
        .outerjoin(Unit, Unit.id == Event.unit_id)
        .where(Term.withdrawn_because == "")
        .order_by(Term.id)
    ).all()
    order = {row.Term.code: place for place, row in reversed(list(enumerate(rows)))}
    rows = sorted(rows, key=lambda row: (order[row.Term.code], row.Term.effective_from))
    following = [row.Term for row in rows[1:]] + [None]
    return [
        Version(row.Term, after.effective_from if after and after.code == row.Term.code else None, row.at, row.name)
        for row, after in zip(rows, following, strict=True)
    ]


def changes() -> list[tuple[Term, Version]]:
    """Every version that took the place of another, behind that one; the last to take effect first."""
    pairs = [(one.term, other) for one, other in pairwise(history()) if one.term.code == other.term.code]
    return sorted(pairs, key=lambda pair: pair[1].term.effective_from, reverse=True)


def withdrawn() -> Sequence[Any]:
    """The versions that were announced and withdrawn before their day, the last first, as (Term, at, who)."""
    told = select(Term, Event.at, Unit.name).join(Event, and_(Event.name == WITHDRAWN, Event.subject_id == Term.id))
    return session.execute(told.join(Unit, Unit.id == Event.unit_id).order_by(Event.id.desc())).all()


def first_version(code: str) -> Term:
    """The row by which those who adopt versions of a number wait for each other."""
    return session.scalars(select(Term).where(Term.code == code).order_by(Term.id).limit(1)).one()


def version_from(code: str, day: date) -> Term | None:
    """The version of a number that takes effect on a day."""
    here = (Term.code == code, Term.effective_from == day, Term.withdrawn_because == "")
    return session.scalar(select(Term).where(*here))
