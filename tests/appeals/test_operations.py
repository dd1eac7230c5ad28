"""What follows a rating: a correction, a reply, an appeal and its decision, three parties. On both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.appeals import operations as appeals
from app.appeals.models import Appeal, appeals_to_decide
from app.appeals.rules import MAY_READ
from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.errors import NotAllowed, WrongState
from app.ratings import operations as ratings
from app.ratings.models import AXES, Rating, corrections_of, ratings_of
from tests import make

pytestmark = pytest.mark.usefixtures("app")
GROUND = "报告按期交付，评分与计时明细不符。"
REASON = "计时明细显示按期交付，评价与事实不符。"
ALL_ONE, ALL_FIVE = dict.fromkeys(AXES, 1), dict.fromkeys(AXES, 5)


def accepted() -> Job:
    return make.job("accepted", entries=1, funds="social")


def give(job: Job, side: Any, marks: int = 1, text: str = "", at: datetime | None = None) -> Rating:
    return ratings.give(make.act(side, at or make.later(job)), job, **dict.fromkeys(AXES, marks), text=text)


def rated() -> Job:
    job = accepted()
    give(job, job.owner), give(job, job.agency, 5)
    return job


def by_owner(job: Job) -> Rating:
    return next(one for one in ratings_of(job.id) if one.side == "owner")


def by(thing: Any, job: Job, **span: float) -> Any:
    return make.act(thing, make.later(job, **span))


def regulator(job: Job, **span: float) -> Any:
    return by(make.regulator(job.sector_code), job, **span)


def appeal(job: Job, **span: float) -> Appeal:
    return appeals.appeal(by(job.agency, job, **span), by_owner(job), ground=GROUND, file_id=None)


# --- correction -------------------------------------------------------------------------------------------------------


def test_a_rating_is_corrected_within_a_day_and_what_it_said_is_kept() -> None:
    job = accepted()
    rating = give(job, job.owner, text="差")
    at = rating.given_at + timedelta(hours=24) - timedelta(seconds=1)
    ratings.correct(make.act(job.owner, at), rating, **ALL_FIVE, text="好")
    assert (rating.points, rating.text, rating.quality) == (500, "好", 5)
    (before,) = corrections_of(rating.id)
    assert (before.marks, before.text) == (ALL_ONE, "差")
    assert session.scalars(select(Event.facts).where(Event.name == "rating.correct")).all() == [{}], "still blind"


def test_after_a_day_it_stands() -> None:
    job = accepted()
    rating = give(job, job.owner)
    with pytest.raises(WrongState, match="24 hours"):
        ratings.correct(make.act(job.owner, rating.given_at + timedelta(hours=24)), rating, **ALL_FIVE, text="")
    assert (rating.points, corrections_of(rating.id)) == (100, [])


def test_what_is_published_cannot_be_corrected_nor_by_another() -> None:
    job = accepted()
    rating = give(job, job.owner)
    for somebody in (job.agency, make.unit(), make.operator()):
        with pytest.raises(NotAllowed):
            ratings.correct(by(somebody, job), rating, **ALL_FIVE, text="")
    give(job, job.agency)
    with pytest.raises(WrongState, match="never after it is published"):
        ratings.correct(by(job.owner, job), rating, **ALL_FIVE, text="")
    with pytest.raises(NotAllowed):
        ratings.correct(by(job.agency, job), rating, **ALL_FIVE, text="")
    assert rating.points == 100


def test_it_is_corrected_until_it_is_published_where_that_is_sooner_than_a_day() -> None:
    job = accepted()
    rating = give(job, job.owner, at=job.due - timedelta(hours=2))
    assert ratings.ends_of(rating) == ratings.Ends(job.due)
    with pytest.raises(WrongState, match="24 hours"):
        ratings.correct(make.act(job.owner, job.due), rating, **ALL_FIVE, text="")
    ratings.correct(make.act(job.owner, job.due - timedelta(seconds=1)), rating, **ALL_FIVE, text="")
    give(job, job.agency, at=job.due - timedelta(hours=1))
    found = ratings.ends_of(rating)
    assert found.correction == job.state_since
    assert [make.workdays(job.state_since, end) for end in (found.reply, found.appeal) if end] == [
        almanac.number(code, job.state_since) for code in ("rating_reply", "rating_appeal")
    ]


# --- reply ------------------------------------------------------------------------------------------------------------


def test_whoever_is_rated_replies_once_in_public() -> None:
    job = rated()
    rating = by_owner(job)
    ratings.reply(by(job.agency, job), rating, text="现场照片已补，见成果附件。")
    assert rating.reply == "现场照片已补，见成果附件。"
    with pytest.raises(WrongState):
        ratings.reply(by(job.agency, job), rating, text="再说一次。")
    for somebody in (job.owner, make.agency(), make.operator()):
        with pytest.raises(NotAllowed):
            ratings.reply(by(somebody, job), rating, text="不是我的。")


def test_the_time_to_reply_ends() -> None:
    job = rated()
    rating = by_owner(job)
    end = ratings.ends(rating, "rating_reply")
    assert make.workdays(job.state_since, end) == 10
    with pytest.raises(WrongState, match="ended"):
        ratings.reply(make.act(job.agency, end), rating, text="来晚了的回应。")


def test_before_it_is_published_there_is_no_reply() -> None:
    job = accepted()
    rating = give(job, job.owner)
    with pytest.raises(NotAllowed):
        ratings.reply(by(job.agency, job), rating, text="还没看到的评价。")


# --- appeal -----------------------------------------------------------------------------------------------------------


def test_an_appeal_is_decided_in_seven_days_and_the_rating_counts_meanwhile() -> None:
    job = rated()
    filed = appeal(job)
    assert make.workdays(filed.filed_at, filed.due) == 7
    assert (filed.state, by_owner(job).state) == ("filed", "given")
    assert appeals_to_decide(job.sector_code) == [filed]
    assert appeals_to_decide("land") == []


def test_a_granted_appeal_sets_the_rating_aside_with_its_reason() -> None:
    job = rated()
    filed = appeal(job)
    appeals.grant(regulator(job, hours=2), filed, decision=REASON)
    rating = by_owner(job)
    assert (filed.state, filed.due, rating.state, rating.set_aside_because) == ("granted", None, "set_aside", REASON)
    with pytest.raises(WrongState):
        appeals.refuse(regulator(job, hours=3), filed, decision=REASON)


def test_a_refused_appeal_lets_the_rating_stand_with_a_reason() -> None:
    job = rated()
    filed = appeal(job)
    appeals.refuse(regulator(job, hours=2), filed, decision="评价与记录相符，予以维持。")
    assert (filed.state, by_owner(job).state, filed.decision) == ("refused", "given", "评价与记录相符，予以维持。")
    with pytest.raises(WrongState, match="already"):
        appeal(job, hours=3)


def test_an_appeal_comes_too_late_after_five_days() -> None:
    job = rated()
    end = ratings.ends(by_owner(job), "rating_appeal")
    assert make.workdays(job.state_since, end) == 5
    with pytest.raises(WrongState, match="ended"):
        appeals.appeal(make.act(job.agency, end), by_owner(job), ground=GROUND, file_id=None)


def test_only_the_side_it_is_about_appeals_and_only_the_regulator_decides() -> None:
    job = rated()
    for somebody in (job.owner, make.agency(), make.operator(), make.regulator(job.sector_code)):
        with pytest.raises(NotAllowed):
            appeals.appeal(by(somebody, job), by_owner(job), ground=GROUND, file_id=None)
    filed = appeal(job)
    for somebody in (job.owner, job.agency, make.operator(), make.regulator("land")):
        for verb in (appeals.grant, appeals.refuse):
            with pytest.raises(NotAllowed):
                verb(by(somebody, job), filed, decision=REASON)
    readers = [job.owner, job.agency, make.operator(), make.regulator(job.sector_code)]
    assert all(MAY_READ(by(one, job).actor, filed) for one in readers)
    assert not MAY_READ(by(make.unit(), job).actor, filed)
    appeals.take_back(by(job.agency, job), filed)
    assert filed.state == "taken_back"


def test_what_is_set_aside_already_needs_no_appeal() -> None:
    job = rated()
    ratings.set_aside(regulator(job), by_owner(job), reason=REASON)
    with pytest.raises(WrongState, match="set aside already"):
        appeal(job)


# --- three parties ----------------------------------------------------------------------------------------------------


def test_a_missing_part_is_told_as_missing_and_nobody_gets_its_weight() -> None:
    job = rated()
    assert ratings.three_party(job).parts == {"owner": 1.0, "regulator": None, "centre": None}
    ratings.give_part(regulator(job), job, level=4, reason="抽查成果，附图齐全。")
    assert ratings.three_party(job).score is None
    ratings.give_part(by(make.operator(), job), job, level=5, reason="办理过程无投诉。")
    found = ratings.three_party(job)
    assert found.weights == {"owner": 50, "regulator": 30, "centre": 20}
    assert found.score == 0.5 * 1 + 0.3 * 4 + 0.2 * 5
    ratings.set_aside(regulator(job), by_owner(job), reason=REASON)
    assert ratings.three_party(job).score is None, "what does not count is missing"


def test_each_party_gives_its_part_once_and_only_of_a_finished_job() -> None:
    job = rated()
    ratings.give_part(regulator(job), job, level=4, reason="抽查成果，附图齐全。")
    with pytest.raises(WrongState, match="already"):
        ratings.give_part(regulator(job), job, level=1, reason="改变主意，再评一次。")
    for somebody in (job.owner, job.agency, make.regulator("land")):
        with pytest.raises(NotAllowed):
            ratings.give_part(by(somebody, job), job, level=4, reason="不该由我来评。")
    running = accepted()
    with pytest.raises(NotAllowed):
        ratings.give_part(regulator(running), running, level=4, reason="尚未归档的项目。")
