"""The page of a rating that waits for the regulator, when something else has set it aside."""

from typing import Any

import pytest

from app.ratings import operations as ratings
from tests import make
from tests.pages import english, plain
from tests.reviews.test_operations import by_owner, noted, rated, regulator
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
