"""What is written anew in the index: after which event which rows, and which look other when a day begins."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, and_, select

from app.agencies.models import Listing
from app.catalogue.models import Standard
from app.credit.models import CreditEvent, rank_of
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.ratings.models import Rating
from app.ratings.rules import Side
from app.scores.models import Market, Score
from app.selections.models import Selection

Ids = Collection[int]


def the_subject(event: Event) -> Ids:
    return [event.subject_id]


def its_listings(event: Event) -> Ids:
    return session.scalars(select(Listing.id).where(Listing.agency_id == event.subject_id, Listing.current)).all()


def versions_of_it(event: Event) -> Ids:
    """A listing with those that it takes the place of."""
    now = session.get_one(Listing, event.subject_id)
    same = and_(Listing.agency_id == now.agency_id, Listing.item_id == now.item_id)
    return session.scalars(select(Listing.id).where(same)).all()


def its_item(event: Event) -> Ids:
    return session.scalars(select(Standard.item_id).where(Standard.id == event.subject_id)).all()


def the_accused(event: Event) -> Ids:
    return [session.get_one(CreditEvent, event.subject_id).agency_id]


def listings_of_the_accused(event: Event) -> Ids:
    of = select(CreditEvent.agency_id).where(CreditEvent.id == event.subject_id).scalar_subquery()
    return session.scalars(select(Listing.id).where(Listing.agency_id == of, Listing.current)).all()


def its_result(event: Event) -> Ids:
    return session.scalars(select(Selection.id).where(Selection.job_id == event.subject_id)).all()


def the_served(event: Event) -> Ids:
    job = session.get_one(Job, event.subject_id)
    return [job.agency_id] if job.agency_id else []


def listing_served(event: Event) -> Ids:
    job = session.get_one(Job, event.subject_id)
    same = and_(Listing.agency_id == job.agency_id, Listing.item_id == job.item_id)
    return session.scalars(select(Listing.id).where(same, Listing.current)).all()


def the_rated(event: Event) -> Ids:
    """The agency whose rating was set aside, or counts again."""
    rating = session.get_one(Rating, event.subject_id)
    return [rating.about_id] if rating.side == Side.OWNER else []


def listing_rated(event: Event) -> Ids:
    rating = session.get_one(Rating, event.subject_id)
    same = and_(Listing.agency_id == rating.about_id, Listing.item_id == rating.job.item_id)
    return session.scalars(select(Listing.id).where(same, Listing.current)).all()


def the_scored(event: Event) -> Ids:
    """The agencies that have a score, after all scores that owners give were made anew."""
    return session.scalars(select(Score.unit_id).where(_of_agencies(event)).distinct()).all()


def listings_scored(event: Event) -> Ids:
    same = and_(Score.unit_id == Listing.agency_id, Score.item_id == Listing.item_id)
    return session.scalars(select(Listing.id).join(Score, same).where(_of_agencies(event), Listing.current)).all()


def _of_agencies(event: Event) -> ColumnElement[bool]:
    made = select(Market.side).where(Market.id == event.subject_id, Market.side == Side.OWNER)
    return Score.side == made.scalar_subquery()


def of_another_standard(before: date, today: date) -> Ids:
    """The items of which a standard has come into force since a day."""
    since = Standard.effective_from > before, Standard.effective_from <= today
    return session.scalars(select(Standard.item_id).where(*since).distinct()).all()


def of_another_grade(before: date, today: date) -> Ids:
    """The agencies that were ranked lower on one of two days alone."""
    return rank_of(before).keys() ^ rank_of(today).keys()


def listings_of_another_grade(before: date, today: date) -> Ids:
    of = Listing.agency_id.in_(of_another_grade(before, today))
    return session.scalars(select(Listing.id).where(of, Listing.current)).all()


PUBLISHED, MARKET = ("job.conclude", "job.archive"), "market.score"
SET_ASIDE = ("rating.set_aside", "rating.restore")
OF_AGENCIES = {
    "agency.": the_subject,
    "credit_event.": the_accused,
    **dict.fromkeys(PUBLISHED, the_served),
    **dict.fromkeys(SET_ASIDE, the_rated),
    MARKET: the_scored,
}
OF_LISTINGS = {
    "listing.": versions_of_it,
    "agency.": its_listings,
    "credit_event.": listings_of_the_accused,
    **dict.fromkeys(PUBLISHED, listing_served),
    **dict.fromkeys(SET_ASIDE, listing_rated),
    MARKET: listings_scored,
}
