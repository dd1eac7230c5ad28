"""Named queries over everything: the market's figures, and what waits for whom."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import Unit, User
from app.agencies.models import Agency
from app.agencies.rules import IN_MARKET
from app.catalogue.models import Item, Standard
from app.districts.models import District
from app.entries.models import Entry
from app.entries.rules import EntryState
from app.infra import almanac
from app.infra.db import run, session
from app.infra.moved import held
from app.infra.seen import Rows, Seen, all_of
from app.inquiries.models import ASKED
from app.jobs.models import Job
from app.jobs.rules import ENDED, MAY_READ, State
from app.kernel.act import Actor, Kind
from app.kernel.scores import POINT
from app.kernel.workdays import local_day
from app.methods.rules import CHOOSING, PRICED, SCORED
from app.ratings.models import Rating
from app.ratings.rules import MAY_READ as MAY_READ_RATING
from app.ratings.rules import Side
from app.scores.models import Score, scores_over_all
from app.selections.models import Award, Selection
from app.selections.rules import ABANDONED
from app.services.models import Alteration, Pause
from app.services.rules import AlterationState, PauseState

YEAR = timedelta(days=365)


@dataclass
class Told:
    """A job with the rows around it, the selection made for it, the pause and the new days asked for and not answered
    yet, both ratings, and how many questions were asked: what its page reads, in one statement. All of it is only seen,
    and none of it can be changed."""

    job: Any
    selection: Any
    asked: list[Any]
    by_owner: Any
    by_agency: Any
    inquiries: int

    @staticmethod
    def load(id: int) -> "Told | None":
        values = run(TOLD, id=id).first()
        if values is None:
            return None
        rows = SHOWN.see(values)
        job, agent = rows["job"], rows["agent"]
        vars(job).update({name: rows[name] for name in ("owner", "run_by", "item", "standard", "district")})
        vars(job).update(held(Job, job))
        job.LIFE, job.agency = Job.LIFE, agent and Seen(unit=agent)
        waiting = ((rows["pausing"], Pause.LIFE), (rows["altering"], Alteration.LIFE))
        asked = [Seen(**vars(row), LIFE=life, job=job) for row, life in waiting if row]
        return Told(job, rows["selection"], asked, rows["by_owner"], rows["by_agency"], values.inquiries)

    @staticmethod
    def MAY_READ(actor: Actor, told: "Told") -> bool:
        return MAY_READ(actor, told.job)

    def ratings(self, actor: Actor) -> list[Seen]:
        """The ratings the actor may read, each with its score and the names of who gave it and whom it is about."""
        owner, agency = self.job.owner.name, self.job.agency.unit.name if self.job.agency else ""
        both = ((self.by_owner, owner, agency), (self.by_agency, agency, owner))
        given = [self._rating(*one) for one in both if one[0]]
        return [rating for rating in given if MAY_READ_RATING(actor, rating)]

    def _rating(self, row: Seen, by: str, about: str) -> Seen:
        return Seen(**vars(row), LIFE=Rating.LIFE, job=self.job, score=row.points / 100, by=by, about=about)


OWNER, AGENT = aliased(Unit), aliased(Unit)
BY_OWNER, BY_AGENCY = aliased(Rating), aliased(Rating)
SHOWN = Rows(
    job=all_of(Job),
    owner=(OWNER.id, OWNER.name),
    agent=(AGENT.id, AGENT.name),
    run_by=(User.id, User.name),
    district=(District.id, District.name),
    item=(Item.id, Item.code, Item.name, Item.legal_basis, Item.qualification),
    standard=(
        Standard.id, Standard.version, Standard.days, Standard.baseline_days, Standard.ceiling_cents,
        Standard.checklist, Standard.axes,
    ),
    selection=(Selection.id, Selection.transcript),
    pausing=(Pause.id, Pause.state, Pause.asked_by_id, Pause.due),
    altering=(Alteration.id, Alteration.state, Alteration.asked_by_id, Alteration.due),
    by_owner=all_of(BY_OWNER),
    by_agency=all_of(BY_AGENCY),
)  # fmt: skip
TOLD = (
    select(*SHOWN.columns, ASKED)
    .select_from(Job)
    .join(OWNER, OWNER.id == Job.owner_id)
    .join(User, User.id == Job.run_by_id)
    .join(District, District.code == Job.district_code)
    .join(Item, Item.id == Job.item_id)
    .join(Standard, Standard.id == Job.standard_id)
    .outerjoin(AGENT, AGENT.id == Job.agency_id)
    .outerjoin(Selection, Selection.job_id == Job.id)
    .outerjoin(Pause, (Pause.job_id == Job.id) & (Pause.state == PauseState.ASKED))
    .outerjoin(Alteration, (Alteration.job_id == Job.id) & (Alteration.state == AlterationState.ASKED))
    .outerjoin(BY_OWNER, (BY_OWNER.job_id == Job.id) & (BY_OWNER.side == Side.OWNER))
    .outerjoin(BY_AGENCY, (BY_AGENCY.job_id == Job.id) & (BY_AGENCY.side == Side.AGENCY))
    .where(Job.id == bindparam("id"))
)


@dataclass(frozen=True)
class Figures:
    """The market of the last twelve months: counts, average working days of service and of the baseline before the
    reform, both over the jobs whose item has a baseline, share delivered on time, and what competition saved against
    the ceilings, in cents. None: nothing yet."""

    agencies: int
    jobs: int
    delivered: int
    average_days: float | None
    baseline_days: float | None
    on_time: float | None
    ceiling_cents: int
    amount_cents: int

    @property
    def price_share(self) -> float | None:
        return self.amount_cents / self.ceiling_cents if self.ceiling_cents else None

    @property
    def saved_cents(self) -> int:
        return self.ceiling_cents - self.amount_cents


def figures(now: datetime) -> Figures:
    """The figures of the home page in four statements, whatever the number of jobs."""
    calendar = almanac.calendar()
    agencies = select(func.count()).select_from(Agency).where(Agency.state.in_(IN_MARKET))
    jobs = select(func.count()).select_from(Job).where(Job.published_at > now - YEAR)
    done = session.execute(
        select(Job.clock_start, Job.delivered_at, Job.service_due, Standard.baseline_days)
        .join(Standard, Job.standard_id == Standard.id)
        .where(Job.delivered_at > now - YEAR, Job.clock_start.is_not(None))
    ).all()
    compared = [row for row in done if row.baseline_days]
    used = [calendar.between(row.clock_start, local_day(row.delivered_at)) for row in compared]
    on_time = [row.delivered_at < row.service_due for row in done if row.service_due]
    sums = select(func.sum(Job.ceiling_cents), func.sum(Job.amount_cents)).where(
        Job.amount_cents.is_not(None),
        Job.method.in_(list(PRICED)) | (Job.method.in_(list(SCORED)) & (Job.price_weight > 0)),
        Job.published_at > now - YEAR,
    )
    ceiling, amount = session.execute(sums).one()
    return Figures(
        agencies=session.scalar(agencies) or 0,
        jobs=session.scalar(jobs) or 0,
        delivered=len(done),
        average_days=_mean(used),
        baseline_days=_mean([row.baseline_days for row in compared]),
        on_time=_mean(on_time),
        ceiling_cents=int(ceiling or 0),
        amount_cents=int(amount or 0),
    )


@dataclass(frozen=True)
class Directs:
    """The direct selections announced in the last twelve months, in one sector or all: how many of how many jobs, and
    how many on each ground and by each owner, the most first."""

    jobs: int
    direct: int
    by_ground: dict[str, int]
    by_owner: dict[str, int]

    @property
    def share(self) -> float | None:
        return self.direct / self.jobs if self.jobs else None


def directs(now: datetime, sector: str | None = None) -> Directs:
    """The count of direct selections, in one statement: only they have a ground."""
    seen = [Job.published_at > now - YEAR, *([Job.sector_code == sector] if sector else [])]
    query = select(Unit.name, Job.direct_ground, func.count().label("many")).select_from(Job).join(Job.owner)
    jobs, grounds, owners = 0, Counter[str](), Counter[str]()
    for owner, ground, many in session.execute(query.where(*seen).group_by(Unit.name, Job.direct_ground)):
        jobs += many
        if ground:
            grounds[ground] += many
            owners[owner] += many
    return Directs(jobs, grounds.total(), dict(grounds.most_common()), dict(owners.most_common()))


def direct_jobs(sector: str | None = None, limit: int = 50) -> list[Job]:
    """The jobs that name their agency, of one sector or all, the latest announced first."""
    where = [Job.sector_code == sector] if sector else []
    query = select(Job).where(Job.published_at.is_not(None), Job.method.not_in(list(CHOOSING)), *where)
    eager = (joinedload(Job.item), joinedload(Job.owner), joinedload(Job.agency).joinedload(Agency.unit))
    return list(session.scalars(query.options(*eager).order_by(Job.published_at.desc(), Job.id.desc()).limit(limit)))


def open_jobs(agency_id: int | None = None, limit: int = 10) -> list[Job]:
    """The jobs open for entry, the first to close first; for an agency those among several that it has not entered."""
    query = select(Job).where(Job.state == State.OPEN).order_by(Job.due).limit(limit)
    if agency_id:
        query = query.where(Job.named_agency_id.is_(None), ~_entered(agency_id))
    return list(session.scalars(query.options(joinedload(Job.item), joinedload(Job.district))))


def live_jobs(actor: Actor, limit: int = 300) -> list[Job]:
    """The jobs an actor's unit has a part in that have not ended, failed ones until they are posted again; the nearest
    deadline first."""
    again = aliased(Job)
    reposted = select(again.id).where(again.repost_of_id == Job.id, again.state != State.WITHDRAWN).exists()
    query = select(Job).where(_mine(actor), Job.state.not_in(list(ENDED)) | ((Job.state == State.FAILED) & ~reposted))
    agency = joinedload(Job.agency).joinedload(Agency.unit)
    eager = (joinedload(Job.item), joinedload(Job.district), joinedload(Job.owner), agency)
    return list(session.scalars(query.options(*eager).order_by(Job.due.is_(None), Job.due, Job.id).limit(limit)))


@dataclass(frozen=True)
class Standing:
    """What stands on record of an agency over the last twelve months: reports delivered, the share in time, awards
    abandoned; and what the owners say: how many ratings count, and the published score with both ends of its interval,
    from 1 to 5. None: nothing yet, or too few to tell."""

    delivered: int
    on_time: float | None
    abandoned: int
    ratings: int = 0
    score: float | None = None
    lower: float | None = None
    upper: float | None = None


def standings(agency_ids: list[int], now: datetime) -> dict[int, Standing]:
    """The standing of each agency, in two statements."""
    delivered = (Job.agency_id == Unit.id, Job.delivered_at > now - YEAR)
    reports = select(func.count()).select_from(Job).where(*delivered)
    in_time = reports.where(Job.delivered_at < Job.service_due)
    given_up = (
        select(func.count())
        .select_from(Award)
        .join(Entry)
        .where(Entry.agency_id == Unit.id, Award.ended_because == ABANDONED, Award.ended_at > now - YEAR)
    )
    counts = [query.correlate(Unit).scalar_subquery() for query in (reports, in_time, given_up)]
    rows = session.execute(select(Unit.id, *counts).where(Unit.id.in_(agency_ids))).all()
    said = scores_over_all(agency_ids)
    return {
        id: Standing(done, early / done if done else None, abandoned, *_told(said.get(id)))
        for id, done, early, abandoned in rows
    }


def finished_jobs(sector: str | None, limit: int = 20) -> list[Job]:
    """The archived jobs of a sector, the latest first."""
    query = select(Job).where(Job.state == State.ARCHIVED, Job.sector_code == sector)
    eager = (joinedload(Job.item), joinedload(Job.owner), joinedload(Job.agency).joinedload(Agency.unit))
    return list(session.scalars(query.options(*eager).order_by(Job.state_since.desc(), Job.id.desc()).limit(limit)))


def _told(score: Score | None) -> tuple[Any, ...]:
    """How many ratings count, and the published figures in points."""
    if score is None:
        return ()
    return score.count, *(one and one / POINT for one in (score.score, score.lower, score.upper))


def _mine(actor: Actor) -> Any:
    if actor.kind == Kind.OPERATOR:
        unread = Job.outside_source.is_not(None) & Job.outside_value.is_(None)
        waits = [State.SUBMITTED, State.SCORING, State.SUSPENDED]
        return Job.state.in_(waits) | ((Job.state == State.AWAITING) & unread)
    chaired = (Job.chair_id == actor.user_id) & (Job.state == State.SCORING)
    if actor.kind == Kind.REGULATOR:
        return ((Job.sector_code == actor.sector) & Job.published_at.is_not(None)) | chaired
    named = (Job.named_agency_id == actor.unit_id) & (Job.state == State.OPEN) & ~_entered(actor.unit_id)
    return or_(Job.owner_id == actor.unit_id, Job.agency_id == actor.unit_id, chaired, named)


def _entered(agency_id: int | None) -> Any:
    mine = (Entry.job_id == Job.id, Entry.agency_id == agency_id, Entry.state == EntryState.ENTERED)
    return select(Entry.id).where(*mine).exists()


def _mean(values: list[Any]) -> float | None:
    return sum(values) / len(values) if values else None
