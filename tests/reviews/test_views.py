"""The page of a rating that waits for the regulator, when something else has set it aside."""

from typing import Any

import pytest

from app.ratings import operations as ratings
from app.reviews.models import same_words
from tests import make
from tests.pages import english, plain
from tests.reviews.test_operations import WORDS, by_owner, noted, rated, regulator
from tests.staging import Clock

pytestmark = pytest.mark.one_database


def test_a_rating_that_is_set_aside_is_no_longer_asked_about(as_user: Any, clock: Clock) -> None:
    job = rated(owner=1, agency=1, text="示例评语：与事实不符。")
    review, rating, act = noted(job), by_owner(job), regulator(job)
    review.state = "waiting"
    clock.now = make.later(job)
    make.keep()
    client, path = english(as_user(make.user_of(make.regulator()))), f"/reviews/{review.id}"
    assert f"{path}/keep" in client.get(path).text
    ratings.set_aside(act, by_owner(make.again(job)), reason="与事实不符，不予计入。")
    make.keep()
    page = client.get(path).text
    assert f"{path}/keep" not in page and "It counts meanwhile" not in plain(page)
    assert f"/ratings/{rating.id}/restore" in page


def test_the_ratings_with_the_same_words_stand_beside_it(as_user: Any, clock: Clock) -> None:
    first, second, other = (
        rated(text=WORDS),
        rated(owner=3, text=WORDS.replace("，", " ")),
        rated(text="示例：按期交付。"),
    )
    review, clock.now = noted(second), make.later(second)
    twin, without = by_owner(first), noted(other)
    assert same_words(review) == (1, [twin])
    assert same_words(without) == (0, [])
    assert same_words(review, limit=0) == (1, [])
    named = (first.number, first.project_name, first.owner.name, first.agency.unit.name, "4.00")
    make.keep()
    client = english(as_user(make.user_of(make.regulator(second.sector_code))))
    page = client.get(f"/reviews/{review.id}").text
    words = plain(page)
    assert all(one in words for one in ("Ratings with the same words", *named)) and "earlier one" not in words
    assert f'href="/ratings/{twin.id}"' in page and client.get(f"/ratings/{twin.id}").status_code == 200


def test_the_latest_of_many_ratings_with_the_same_words_are_listed_and_the_rest_counted(
    as_user: Any, clock: Clock
) -> None:
    first, last = rated(text=WORDS), rated(text=WORDS)
    clock.now, review, rating = make.later(last), noted(last), by_owner(first)
    jobs = make.copies(first, 11, number=[f"T-{place}" for place in range(11)])
    make.copies(noted(first), 11, rating_id=make.copies(rating, 11, job_id=jobs))
    assert [one.job_id for one in same_words(review)[1]] == jobs[:5:-1]
    make.keep()
    page = english(as_user(make.user_of(make.regulator(last.sector_code)))).get(f"/reviews/{review.id}").text
    assert page.count("T-") == 5 and "and 7 earlier ones" in plain(page)
