"""Noticing what stands out in a published rating, the monthly draw of a sample, and the regulator's word."""

from datetime import datetime, time
from hashlib import sha256

from app.infra import almanac
from app.infra.db import session
from app.infra.outbox import enqueue
from app.infra.record import Event, advance, record
from app.infra.secrets import make_token
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.errors import WrongState
from app.kernel.rings import Limits, flags_of, risk_of, sample, text_key
from app.kernel.scores import month_of
from app.kernel.words import N_
from app.kernel.workdays import HERE, local_day
from app.ratings.models import Rating, ratings_of
from app.ratings.rules import counts
from app.reviews.models import Review, SampleDraw, draws, review_of, reviews_of, seen_of
from app.reviews.rules import RAISED, ReviewState, passed


def look(act: Act, event_id: int) -> None:
    """Reaction: the ratings of a job were published. Note what stands out of each, once."""
    job = session.get_one(Job, session.get_one(Event, event_id).subject_id)
    month = month_of(local_day(job.state_since))
    _promise_draw(act, month)
    for rating in ratings_of(job.id):
        if review_of(rating.id) is None:
            _note(act, rating, month)


def keep(act: Act, review: Review, *, note: str) -> None:
    """The regulator has looked at a rating and lets it stay, with a note on record."""
    review.rating.lock()
    if not counts(review.rating):
        raise WrongState(N_("This rating is set aside: it cannot stay before it counts again."))
    advance(act, review, "keep", note=note)
    review.note = note


def draw(act: Act, month: int) -> None:
    """Task: draw the sample of a month that is over, by the seed that was promised before, and publish the seed."""
    promised = next((one for one in draws() if one.month == month and one.drawn_at is None), None)
    if promised is None:
        return
    reviews = {_name(review.rating): review for review in reviews_of(month)}
    share = almanac.number("review_sample", act.now)
    promised.drawn = sample(promised.seed, sorted(reviews), share)
    promised.among, promised.drawn_at = len(reviews), act.now
    for name in promised.drawn:
        review = reviews[name]
        review.sampled = True
        if passed(act.actor, review):
            advance(act, review, "draw")


def limits(now: datetime) -> Limits:
    """From where on something is flagged, by the terms in force."""
    text = almanac.almanac().term("review_risks", local_day(now)).value
    risks = dict(zip(RAISED, map(int, text.split(",")), strict=True))
    names = ("gap", "high", "low", "least", "pairs", "burst")
    return Limits(**{name: almanac.number(f"review_{name}", now) for name in names}, risks=risks)


def _note(act: Act, rating: Rating, month: int) -> None:
    here = limits(act.now)
    key = text_key(rating.text, almanac.number("review_text", act.now))
    flags = flags_of(seen_of(rating, key, here.high), here)
    review = Review(
        rating=rating,
        sector_code=rating.job.sector_code,
        month=month,
        risk=risk_of(flags, here),
        flags=flags,
        text_key=key,
        state=ReviewState.PASSED,
        state_since=act.now,
    )
    record(act, "review.note", review, flags=sorted(flags))
    if flags:
        advance(act, review, "flag")


def _promise_draw(act: Act, month: int) -> None:
    """Before the first rating of a month is looked at: hold a seed, publish its hash, plan the draw."""
    if any(one.month == month for one in draws()):
        return
    seed = make_token()
    session.add(SampleDraw(month=month, seed=seed, commitment=sha256(seed.encode()).hexdigest()))
    session.flush()
    ahead = local_day(act.now).replace(year=(month + 1) // 12, month=(month + 1) % 12 + 1, day=1)
    enqueue(act, "reviews.draw", at=max(act.now, datetime.combine(ahead, time(), HERE)), month=month)


def _name(rating: Rating) -> str:
    """A rating's name in the draw."""
    return f"{rating.job.number}|{rating.side}"
