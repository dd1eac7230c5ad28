"""The review of each published rating, the queue by risk, and the monthly draw of a sample."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, case, func, select
from sqlalchemy.orm import Mapped, aliased, joinedload, mapped_column, relationship

from app.accounts.models import Membership, SignIn, one_of
from app.infra.db import Row, session
from app.infra.record import Living
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.rings import Seen
from app.objections.models import Objection
from app.ratings.models import Rating
from app.ratings.rules import RatingState
from app.reviews.rules import LIFE, MAY_READ, WAITS, ReviewState
from app.services.models import Pause
from app.services.rules import PauseState

DENIED = [PauseState.REFUSED, PauseState.VETOED]


class Review(Living, Row):
    """What the service noticed of one published rating: flags with their numbers, the risk from 0 to 100, and whether
    it was drawn at random. `month` is that of its publication (kernel/scores)."""

    LIFE, MAY_READ = LIFE, MAY_READ

    rating_id: Mapped[int] = mapped_column(ForeignKey(Rating.id), unique=True)
    sector_code: Mapped[str]
    month: Mapped[int] = mapped_column(index=True)
    risk: Mapped[int]
    flags: Mapped[dict[str, Any]]
    sampled: Mapped[bool] = mapped_column(default=False)
    text_key: Mapped[str | None] = mapped_column(index=True)
    note: Mapped[str | None]

    rating: Mapped[Rating] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", ReviewState), "known_state"),
        Index("ix_review_queue", "sector_code", "state", "risk"),
    )

    @property
    def thread(self) -> str:
        return f"review:{self.id}"


class SampleDraw(Row):
    """The draw of one month: its commitment is published before, its seed after."""

    month: Mapped[int] = mapped_column(unique=True)
    seed: Mapped[str]
    commitment: Mapped[str]
    drawn_at: Mapped[datetime | None]
    among: Mapped[int] = mapped_column(default=0)
    drawn: Mapped[list[Any]] = mapped_column(default=list)


def queue(sector: str | None, limit: int = 50) -> list[Review]:
    """What waits for the regulator of a sector, the greatest risk first; a rating that was set aside waits no more."""
    rating = joinedload(Review.rating)
    eager = (rating.joinedload(Rating.by), rating.joinedload(Rating.about), rating.joinedload(Rating.job))
    waits = (Review.sector_code == sector, Review.state.in_(list(WAITS)), Rating.state == RatingState.GIVEN)
    query = select(Review).join(Review.rating).where(*waits).options(*eager[:2], eager[2].joinedload(Job.item))
    query = query.order_by(Review.risk.desc(), Review.id)
    return list(session.scalars(query.limit(limit)))


def review_of(rating_id: int) -> Review | None:
    return session.scalar(select(Review).where(Review.rating_id == rating_id))


def draws(limit: int = 24) -> list[SampleDraw]:
    return list(session.scalars(select(SampleDraw).order_by(SampleDraw.month.desc()).limit(limit)))


def reviews_of(month: int) -> list[Review]:
    """Every review of a month, for the draw."""
    eager = joinedload(Review.rating).joinedload(Rating.job)
    return list(session.scalars(select(Review).where(Review.month == month).options(eager).order_by(Review.id)))


A_DAY, YEAR = timedelta(days=1), timedelta(days=365)
OTHER = aliased(Rating)


def _compared(rating: Rating, *same: Any) -> tuple[int, int]:
    """How many ratings of the same side count and fit the conditions, and their mean, half up."""
    counting = (Rating.state == RatingState.GIVEN, Job.state == State.ARCHIVED)
    query = select(func.count(), func.sum(Rating.points)).select_from(Rating).join(Rating.job)
    many, total = session.execute(query.where(Rating.side == rating.side, *same, *counting)).one()
    return many, (2 * int(total) + many) // (2 * many) if many else 0


def _mutual(rating: Rating, high: int) -> tuple[int, int, int]:
    """Of the jobs that both units rated each other in: how many with high points both ways, of how many, and the mean
    of what this side gave."""
    pair = (Rating.by_id == rating.by_id, Rating.about_id == rating.about_id)
    both = case(((Rating.points >= high) & (OTHER.points >= high), 1), else_=0)
    query = select(func.sum(both), func.count()).select_from(Rating).join(Rating.job)
    query = query.join(OTHER, (OTHER.job_id == Rating.job_id) & (OTHER.side != Rating.side))
    highs, many = session.execute(query.where(*pair, Job.state == State.ARCHIVED)).one()
    return int(highs or 0), many, _compared(rating, *pair)[1]


def _near(rating: Rating) -> tuple[int, int]:
    """Others about the same unit within a day before and after, and how many are usual in two days (thousandths)."""
    others = (Rating.about_id == rating.about_id, Rating.side == rating.side, Rating.by_id != rating.by_id)
    counts = []
    for span in (A_DAY, YEAR):
        window = (Rating.given_at > rating.given_at - span, Rating.given_at < rating.given_at + A_DAY)
        counts.append(session.scalar(select(func.count()).select_from(Rating).where(*others, *window)) or 0)
    return counts[0], 2000 * counts[1] // 365


def same_words(review: Review, limit: int = 5) -> tuple[int, list[Rating]]:
    """The other published ratings with the same words: how many, and the latest of them."""
    same = (Review.text_key == review.text_key, Review.id != review.id)
    if review.text_key is None:
        return 0, []
    many = session.scalar(select(func.count()).select_from(Review).where(*same)) or 0
    query = select(Rating).join(Review, Review.rating_id == Rating.id).where(*same)
    eager = (joinedload(Rating.by), joinedload(Rating.about), joinedload(Rating.job).joinedload(Job.item))
    query = query.options(*eager).order_by(Rating.given_at.desc(), Rating.id.desc()).limit(limit)
    return many, list(session.scalars(query)) if many else []


def _shared(rating: Rating) -> list[str]:
    """What both units have in common."""
    one, other = rating.by, rating.about
    found = [
        name
        for name, column in (("telephone", "contact_phone"), ("address", "address"))
        if getattr(one, column) and getattr(one, column) == getattr(other, column)
    ]
    people, networks = [], []
    for unit in (one, other):
        people.append(set(session.scalars(select(Membership.user_id).where(Membership.unit_id == unit.id))))
        signed = select(SignIn.address).join(Membership, SignIn.membership_id == Membership.id)
        recent = (Membership.unit_id == unit.id, SignIn.right, SignIn.at > rating.given_at - YEAR / 4)
        networks.append(set(session.scalars(signed.where(*recent).distinct())))
    found += ["person"] if people[0] & people[1] else []
    return found + (["network"] if networks[0] & networks[1] else [])


def seen_of(rating: Rating, key: str | None, high: int) -> Seen:
    """What is known beside a rating, for its flags."""
    refused = select(func.count()).select_from(Pause).where(Pause.job_id == rating.job_id, Pause.state.in_(DENIED))
    objected = select(func.count()).select_from(Objection).where(Objection.job_id == rating.job_id)
    same = select(func.count()).select_from(Review).where(Review.text_key == key, Review.rating_id != rating.id)
    return Seen(
        points=rating.points,
        others=_compared(rating, Rating.about_id == rating.about_id, Rating.by_id != rating.by_id),
        own=_compared(rating, Rating.by_id == rating.by_id, Rating.id != rating.id),
        mutual=_mutual(rating, high),
        disputes=rating.job.rework_rounds + sum(session.scalar(query) or 0 for query in (refused, objected)),
        same_text=(session.scalar(same) or 0) if key else 0,
        near=_near(rating),
        shared=_shared(rating),
    )
