"""Other constants of the scores tried on ratings that were given: whose place would change, and that nothing does."""

import pytest
from sqlalchemy import func, select

from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event
from app.scores.models import month_now, published, top
from app.terms.ranking import rerank
from app.terms.rules import CONSTANTS
from tests.scores.test_operations import more, rated

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
