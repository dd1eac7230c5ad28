"""Both sides rate once, blind; nothing is invented for silence; the regulator may set one aside. On both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import wiring
from app.catalogue.models import Standard
from app.infra.clockwork import take_late
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Role
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.workdays import local_day
from app.ratings import operations
from app.ratings.models import AXES, Mean, Rating, mean_of, ratings_of
from app.ratings.rules import MAY_READ
from app.services import operations as services
from tests import make
from tests.make import lapse

pytestmark = pytest.mark.usefixtures("app")
REASON = "与事实不符，不予计入。"


def give(job: Job, side: str, marks: int = 4, text: str = "", **changed: Any) -> Rating:
    by = make.act(getattr(job, side), make.later(job))
    return operations.give(by, job, **dict.fromkeys(AXES, marks) | changed, text=text)


def rated(owner: int | None = 4, agency: int | None = 5, **fields: Any) -> Job:
    """An archived job, rated by the sides that give marks."""
    job = make.job("accepted", **fields)
    for side, marks in (("owner", owner), ("agency", agency)):
        if marks is not None:
            give(job, side, marks)
    if owner is None or agency is None:
        lapse(job)
    assert job.state == State.ARCHIVED
    return job


def regulator(job: Job) -> Any:
    return make.act(make.regulator(job.sector_code), make.later(job))


# --- giving -----------------------------------------------------------------------------------------------------------


def test_the_second_rating_archives_the_job_and_reveals_both() -> None:
    job = make.job("accepted")
    assert make.workdays(job.state_since, job.due) == 5
    first = give(job, "owner", text="按时交付。")
    readers = [make.act(one).actor for one in (job.owner, job.agency, make.unit(), make.regulator(job.sector_code))]
    assert job.state == State.ACCEPTED
    assert [MAY_READ(actor, first) for actor in readers] == [True, False, False, False]
    second = give(job, "agency", marks=2)
    assert (job.state, job.due) == (State.ARCHIVED, None)
    assert all(MAY_READ(actor, rating) for actor in readers for rating in (first, second))
    assert [(one.side, one.by_id, one.about_id, one.quality) for one in ratings_of(job.id)] == [
        ("agency", job.agency_id, job.owner_id, 2),
        ("owner", job.owner_id, job.agency_id, 4),
    ]


def test_the_order_of_the_sides_does_not_matter() -> None:
    job = make.job("accepted")
    give(job, "agency")
    assert job.state == State.ACCEPTED
    give(job, "owner")
    assert job.state == State.ARCHIVED


def test_the_record_tells_that_a_side_has_rated_and_not_how() -> None:
    job = make.job("accepted")
    give(job, "owner", marks=1, text="差得很。")
    facts = session.scalars(select(Event.facts).where(Event.name == "rating.give")).one()
    assert facts == {"side": "owner"}


@pytest.mark.parametrize("side", ["owner", "agency"])
def test_a_side_rates_once(side: str) -> None:
    job = make.job("accepted")
    give(job, side)
    with pytest.raises(WrongState, match="already"):
        give(job, side, marks=1)
    colleague = make.act(make.person(getattr(job, side).unit if side == "agency" else job.owner), make.later(job))
    with pytest.raises(WrongState, match="already"):
        operations.give(colleague, job, **dict.fromkeys(AXES, 1), text="")
    assert session.scalars(select(Rating.quality)).all() == [4]


def test_only_the_two_sides_rate() -> None:
    job = make.job("accepted")
    delegate = make.person(job.owner, Role.DELEGATE)
    for somebody in (make.unit(), make.agency(), make.operator(), make.regulator(job.sector_code), delegate):
        with pytest.raises(NotAllowed):
            operations.give(make.act(somebody, make.later(job)), job, **dict.fromkeys(AXES, 4), text="")
    assert ratings_of(job.id) == []


@pytest.mark.parametrize("state", ["delivered", "archived", "terminated"])
def test_ratings_are_given_while_the_job_waits_for_them(state: str) -> None:
    job = make.job(state)
    with pytest.raises(WrongState):
        give(job, "owner")


def test_a_rating_comes_too_late_at_its_instant_also_before_the_clock_has_come_by() -> None:
    job = make.job("accepted")
    for now in (job.due, job.due + timedelta(hours=3)):
        with pytest.raises(WrongState, match="deadline has passed"):
            operations.give(make.act(job.owner, now), job, **dict.fromkeys(AXES, 4), text="")
    assert ratings_of(job.id) == []


def test_the_schema_keeps_each_axis_from_one_to_five() -> None:
    job = make.job("accepted")
    for axis in AXES:
        for marks in (0, 6, -1):
            with pytest.raises(IntegrityError), session.begin_nested():
                give(job, "owner", **{axis: marks})
    give(job, "owner", quality=1, timeliness=5)


# --- silence ----------------------------------------------------------------------------------------------------------


def test_nothing_is_invented_for_silence() -> None:
    job = rated(owner=None, agency=None)
    assert ratings_of(job.id) == []
    assert (mean_of(job.agency_id), mean_of(job.owner_id)) == (None, None)


@pytest.mark.parametrize(("owner", "agency"), [(3, None), (None, 3)])
def test_one_rating_is_revealed_when_the_period_ends_and_the_other_stays_missing(
    owner: int | None, agency: int | None
) -> None:
    job = rated(owner, agency)
    (only,) = ratings_of(job.id)
    assert only.quality == 3
    assert MAY_READ(make.act(make.unit()).actor, only)


def test_the_period_ends_by_the_clock_and_not_before() -> None:
    job = make.job("accepted")
    take_late(Job, job.id, job.due - timedelta(seconds=1), wiring.VERBS)
    assert job.state == State.ACCEPTED
    lapse(job)
    assert job.state == State.ARCHIVED


# --- what it comes to -------------------------------------------------------------------------------------------------


def test_the_axes_weigh_as_in_the_standard_the_job_was_posted_under() -> None:
    job = make.job("accepted")
    weights = {axis["code"]: axis["weight"] for axis in job.standard.axes}
    assert sum(weights.values()) == 100
    marks = dict(zip(AXES, (5, 1, 2, 3, 4), strict=True))
    rating = operations.give(make.act(job.owner, make.later(job)), job, **marks, text="")
    assert rating.points == sum(weights[axis] * marks[axis] for axis in AXES)
    assert rating.score == sum(weights[axis] * marks[axis] for axis in AXES) / 100
    assert rating.score != sum(marks.values()) / 5, "the weights are not all alike"


def test_a_later_standard_does_not_weigh_anew() -> None:
    job = rated(owner=4)
    (by_owner,) = (one for one in ratings_of(job.id) if one.side == "owner")
    before = by_owner.score
    only_quality = [axis | {"weight": 100 if axis["code"] == "quality" else 0} for axis in job.standard.axes]
    today = local_day(make.later(job))
    make.standard(job.item, effective_from=today + timedelta(days=1), axes=only_quality, now=make.later(job))
    assert session.scalar(select(func.count()).select_from(Standard).where(Standard.item_id == job.item_id)) == 2
    assert by_owner.score == before == 4


def test_a_unit_is_seen_by_the_mean_of_all_ratings_that_count() -> None:
    first = rated(owner=5, entrants=[make.agency()], funds="social")
    agency = first.agency
    second = rated(owner=2, entrants=[agency], funds="social")
    waiting = make.job("accepted", entrants=[agency], funds="social")
    give(waiting, "owner", marks=1)
    assert mean_of(agency.id) == Mean(2, dict.fromkeys(AXES, 3.5))
    (low,) = (one for one in ratings_of(second.id) if one.side == "owner")
    operations.set_aside(regulator(second), low, reason=REASON)
    assert mean_of(agency.id) == Mean(1, dict.fromkeys(AXES, 5.0))


# --- the regulator ----------------------------------------------------------------------------------------------------


def test_the_regulator_sets_a_rating_aside_and_lets_it_count_again() -> None:
    job = rated(owner=1)
    (rating,) = (one for one in ratings_of(job.id) if one.side == "owner")
    operations.set_aside(regulator(job), rating, reason=REASON)
    assert (rating.state, rating.set_aside_because, mean_of(job.agency_id)) == ("set_aside", REASON, None)
    assert MAY_READ(make.act(make.unit()).actor, rating), "it stays readable"
    operations.restore(regulator(job), rating, reason="复核后予以恢复。")
    assert (rating.state, rating.set_aside_because) == ("given", None)
    assert mean_of(job.agency_id) == Mean(1, dict.fromkeys(AXES, 1.0))
    told = session.execute(select(Event.name, Event.facts).where(Event.name.like("rating.%")).order_by(Event.id)).all()
    assert [(row.name, row.facts.get("reason")) for row in told][2:] == [
        ("rating.set_aside", REASON),
        ("rating.restore", "复核后予以恢复。"),
    ]


def test_nobody_but_the_regulator_of_the_sector_may() -> None:
    job = rated()
    rating = ratings_of(job.id)[0]
    for somebody in (job.owner, job.agency, make.operator(), make.regulator("land"), make.unit()):
        for verb in (operations.set_aside, operations.restore):
            with pytest.raises((NotAllowed, WrongState)):
                verb(make.act(somebody, make.later(job)), rating, reason=REASON)
    assert rating.state == "given"


def test_before_it_is_revealed_no_rating_is_set_aside() -> None:
    job = make.job("accepted")
    rating = give(job, "owner")
    with pytest.raises(NotAllowed):
        operations.set_aside(regulator(job), rating, reason=REASON)


# --- measured beside the opinions -------------------------------------------------------------------------------------


def test_what_was_measured_stands_beside_the_opinions() -> None:
    job = rated(method="lowest_price", quotes=(1_500_000, 1_600_000, 1_700_000))
    facts = operations.facts_of(job)
    assert (facts.on_time, facts.rework_rounds, facts.price_share) == (True, 0, 0.75)
    assert (facts.days_used, facts.days_promised) == (0, job.agreed_days)
    assert (facts.defects_named, facts.contract_days, facts.acceptance_days) == (False, 0, 0)


def test_how_long_the_owner_took_is_measured_too() -> None:
    job = make.job("delivered")
    services.accept(make.act(job.owner, make.later(job, days=1)), job)
    assert operations.facts_of(job).acceptance_days == 1


def test_a_late_report_and_its_rework_are_measured() -> None:
    job = make.job("in_service")
    late = job.due + timedelta(days=1)
    report = make.file(job.agency, now=late).id
    services.deliver(make.act(job.agency, late), job, file_ids=[report], note="")
    services.return_report(make.act(job.owner, make.later(job)), job, reason="缺少附图，请补充。")
    services.deliver(make.act(job.agency, make.later(job)), job, file_ids=[report], note="")
    facts = operations.facts_of(job)
    assert (facts.on_time, facts.rework_rounds) == (False, 1)
    assert facts.days_used is not None
    assert facts.days_used > (facts.days_promised or 0)


def test_nothing_is_measured_before_it_has_happened() -> None:
    facts = operations.facts_of(make.job("open"))
    assert (facts.on_time, facts.days_used, facts.days_promised, facts.price_share) == (None, None, None, None)
