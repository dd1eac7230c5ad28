"""Appealing against a rating, and deciding: the rating stands or is set aside, with a reason."""

from app.appeals.models import Appeal, appeal_of
from app.appeals.rules import MAY_APPEAL, AppealState
from app.infra import almanac
from app.infra.record import advance, record
from app.kernel.act import Act
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.words import N_
from app.ratings import operations as ratings
from app.ratings.models import Rating
from app.ratings.rules import counts


def appeal(act: Act, rating: Rating, *, ground: str, file_id: int | None) -> Appeal:
    """Ask the regulator to set a rating aside, once, within the period after it was published. It counts meanwhile."""
    if not MAY_APPEAL(act.actor, rating):
        raise NotAllowed(N_("Only the side that the rating is about may appeal, once it is published."))
    rating.lock()
    refuse_appealing(act, rating)
    waits = almanac.waits(act.now, "rating_decision")
    filed = Appeal(
        rating=rating,
        job=rating.job,
        sector_code=rating.job.sector_code,
        unit_id=act.actor.unit_id,
        ground=ground,
        file_id=file_id,
        filed_at=act.now,
        state=AppealState.FILED,
        state_since=act.now,
        **waits,
    )
    record(act, "appeal.file", filed, due=waits["due"].isoformat())
    return filed


def refuse_appealing(act: Act, rating: Rating) -> None:
    """Refuse where no appeal can be filed any more: one was filed, the rating does not count, or the time is over."""
    if appeal_of(rating.id):
        raise WrongState(N_("An appeal against this rating was filed already."))
    if not counts(rating):
        raise WrongState(N_("This rating does not count: it is set aside already."))
    ratings.until(act, rating, "rating_appeal", N_("The time to appeal ended on %(until)s."))


def refuse(act: Act, appeal: Appeal, *, decision: str) -> None:
    """The appeal is not well founded: the rating stands."""
    advance(act, appeal, "refuse", reason=decision)
    appeal.decision, appeal.decided_at = decision, act.now


def grant(act: Act, appeal: Appeal, *, decision: str) -> None:
    """The appeal is well founded: the rating is set aside with the decision as the reason."""
    advance(act, appeal, "grant", reason=decision)
    appeal.decision, appeal.decided_at = decision, act.now
    if counts(appeal.rating):
        ratings.set_aside(act, appeal.rating, reason=decision)


def take_back(act: Act, appeal: Appeal) -> None:
    advance(act, appeal, "take_back")
