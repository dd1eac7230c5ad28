"""Other constants of the scores tried on ratings that were given: whose place would change, and that nothing does."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event
from app.kernel.workdays import local_day
from app.ratings import operations as ratings
from app.scores.models import month_now, published, top
from app.terms.ranking import rerank, reweigh
from app.terms.rules import CONSTANTS
from tests import make
from tests.scores.test_operations import by_owner, more, rated

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def two():
    """An agency with many good ratings, and one with a few very good ones."""
    many, few = rated(owner=4), rated(owner=5)
    more(few, [500, 500])
    more(many, [480] * 30)
    return many.agency_id, few.agency_id


def test_a_prior_that_weighs_less_lets_few_very_good_ratings_lead(two):
    many, few = two
    assert [row.id for row in top()] == [many, few]
    found = rerank({"rating_strength": 1, "rating_interval": 1})
    assert (found.looked_at, found.changed) == (2, 2)
    assert [(one.unit_id, one.place, one.tried) for one in found.placings] == [(many, 1, 2), (few, 2, 1)]
    assert set(found.names) == {many, few}


def test_who_would_have_too_few_ratings_would_have_no_place(two):
    _, few = two
    found = rerank({"rating_least": 10})
    assert [(one.unit_id, one.place, one.tried) for one in found.placings] == [(few, 2, None)]


def test_the_present_constants_give_the_published_ranking_and_write_nothing(two):
    before = published(), session.scalar(select(func.count()).select_from(Event))
    found = rerank({code: int(almanac.almanac().terms[code][0].value) for code in CONSTANTS})
    assert (found.looked_at, found.changed, found.placings) == (2, 0, [])
    assert (published(), session.scalar(select(func.count()).select_from(Event))) == before
    assert not session.dirty and not session.new


def test_nothing_is_ranked_where_nobody_is_rated_or_no_constant_is_tried():
    assert rerank({"entry": 1}) is None
    assert month_now() is None and rerank({"rating_least": 1}).looked_at == 0


def by_three(owner: int, regulator: int, centre: int):
    """An archived job that all three parties have rated."""
    job = rated(owner=owner)
    for office, level in ((make.regulator(job.sector_code), regulator), (make.operator(), centre)):
        ratings.give_part(make.act(office, make.later(job)), job, level=level, reason="示例：事实与记录相符。")
    return job


def test_other_weights_give_other_scores_to_the_jobs_that_the_parties_disagree_on():
    split, agreed, silent = by_three(5, 4, 1), by_three(3, 3, 3), rated(owner=4)
    now = make.later(silent)
    events = session.scalar(select(func.count()).select_from(Event))
    found = reweigh(now, [20, 30, 50], None)
    assert (found.looked_at, found.changed, found.missing) == (2, 1, 1)
    (line,) = found.lines
    assert (line.about.id, line.about.agency_id, line.present, line.tried) == (split.id, split.agency_id, 3.9, 2.7)
    assert [ratings.three_party(job).score for job in (split, agreed, silent)] == [3.9, 3.0, None]
    assert (session.scalar(select(func.count()).select_from(Event)), *session.dirty, *session.new) == (events,)


def test_the_weights_are_tried_on_the_year_behind_and_in_the_sector_of_the_regulator():
    job = by_three(5, 4, 1)
    now = make.later(job)
    assert reweigh(now, [50, 30, 20], None).changed == 0
    assert reweigh(now, [20, 30, 50], job.sector_code).changed == 1
    other = reweigh(now, [20, 30, 50], "other than " + job.sector_code)
    assert (other.looked_at, other.missing) == (0, 0)
    assert reweigh(make.later(job, days=366), [20, 30, 50], None).looked_at == 0
    assert reweigh(now, [], None) is None


def test_a_rating_that_is_set_aside_is_a_missing_part():
    job = by_three(5, 4, 1)
    ratings.set_aside(
        make.act(make.regulator(job.sector_code), make.later(job)), by_owner(job), reason="示例：与事实不符。"
    )
    found = reweigh(make.later(job), [20, 30, 50], None)
    assert (found.looked_at, found.missing) == (0, 1)


def test_weights_adopted_later_leave_the_score_of_a_job_that_was_archived_before():
    job = by_three(5, 4, 1)
    make.term("rating_parties", "20,30,50", local_day(job.state_since) + timedelta(days=1))
    assert ratings.three_party(job).score == 3.9
    make.term("rating_parties", "10,30,60", local_day(job.state_since))
    assert ratings.three_party(job).score == 2.3
    assert [one.present for one in reweigh(make.later(job), [20, 30, 50], None).lines] == [2.3]
