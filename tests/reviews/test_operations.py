"""What stands out waits for the regulator, with its numbers; a sample is drawn by a promised seed. On both."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from app.infra.db import session
from app.infra.outbox import Task
from app.jobs.models import Job
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.rings import sample
from app.ratings import operations as ratings
from app.ratings.models import AXES, Rating, ratings_of
from app.reviews import operations as reviews
from app.reviews.models import Review, SampleDraw, queue, review_of
from app.services import operations as services
from tests import make
from tests.scores.test_operations import work_on, work_until

pytestmark = pytest.mark.usefixtures("app")
WORDS = "沟通及时，报告附图清楚，现场配合很好。"


def rated(owner: int = 4, agency: int = 4, text: str = "", **fields: Any) -> Job:
    job = make.job("accepted", funds="social", **{"entries": 1} | fields)
    for side, marks in (("owner", owner), ("agency", agency)):
        by = make.act(getattr(job, side), make.later(job))
        ratings.give(by, job, **dict.fromkeys(AXES, marks), text=text if side == "owner" else "")
    work_on(job)
    return job


def by_owner(job: Job) -> Rating:
    return next(one for one in ratings_of(job.id) if one.side == "owner")


def noted(job: Job) -> Review:
    review = review_of(by_owner(job).id)
    assert review
    return review


def regulator(job: Job) -> Any:
    return make.act(make.regulator(job.sector_code), make.later(job))


def test_an_ordinary_rating_waits_for_nobody() -> None:
    job = rated()
    review = noted(job)
    assert review.flags.keys() <= {"shared"}, "units of a test share their contact"


def test_units_that_have_something_in_common_are_flagged_with_what() -> None:
    owner = make.unit(contact_phone="0775-1111111", contact_name="示例甲")
    agency = make.agency()
    agency.unit.contact_phone = "0775-1111111"
    other = make.job("accepted", owner=owner, entrants=[agency], funds="social")
    for side in (owner, agency):
        ratings.give(make.act(side, make.later(other)), other, **dict.fromkeys(AXES, 4), text="")
    work_on(other)
    review = noted(other)
    assert "telephone" in review.flags["shared"]["what"]
    assert (review.state, review.risk) == ("waiting", 40)
    assert review in queue(other.sector_code)
    assert queue("land") == []


def test_the_same_words_elsewhere_are_flagged() -> None:
    first = rated(text=WORDS)
    second = rated(text=WORDS.replace("，", " "))
    assert "copied" not in noted(first).flags
    assert noted(second).flags["copied"] == {"same_text": 1}


def test_a_low_rating_after_a_return_is_flagged_with_the_number_of_disputes() -> None:
    job = make.job("delivered", entries=1, funds="social")
    services.return_report(make.act(job.owner, make.later(job)), job, reason="缺少附图，请补充。")
    report = make.file(job.agency, now=make.later(job)).id
    services.deliver(make.act(job.agency, make.later(job)), job, file_ids=[report], note="")
    services.accept(make.act(job.owner, make.later(job)), job)
    for side, marks in ((job.owner, 4), (job.agency, 1)):
        ratings.give(make.act(side, make.later(job)), job, **dict.fromkeys(AXES, marks), text="")
    work_on(job)
    by_agency = next(one for one in ratings_of(job.id) if one.side == "agency")
    review = review_of(by_agency.id)
    assert review and review.flags["retaliation"] == {"points": 100, "disputes": 1}
    assert "retaliation" not in noted(job).flags


def test_the_regulator_lets_it_stay_or_sets_it_aside_and_it_leaves_the_queue() -> None:
    one, other = rated(text=WORDS), rated(text=WORDS)
    assert queue(one.sector_code)
    for somebody in (one.owner, one.agency, make.operator(), make.regulator("land")):
        with pytest.raises(NotAllowed):
            reviews.keep(make.act(somebody, make.later(other)), noted(other), note="看过了。")
    reviews.keep(regulator(other), noted(other), note="两个项目为同一批次，评语相近属实。")
    assert noted(other) not in queue(other.sector_code)
    assert by_owner(other).state == "given", "a flag changes nothing by itself"
    with pytest.raises(WrongState):
        reviews.keep(regulator(other), noted(other), note="再看一次。")
    ratings.set_aside(regulator(one), by_owner(one), reason="与事实不符，不予计入。")
    assert noted(one) not in queue(one.sector_code)


def test_a_task_that_runs_twice_notes_once() -> None:
    job = rated()
    event = session.scalars(select(reviews.Event.id).where(reviews.Event.name == "job.conclude")).one()
    reviews.look(make.act(make.operator(), make.later(job)), event)
    assert len(session.scalars(select(Review)).all()) == 2


def test_the_sample_is_drawn_by_a_seed_promised_before_and_published_after() -> None:
    jobs = [rated() for _ in range(3)]
    promised = session.scalars(select(SampleDraw)).one()
    assert (promised.commitment, promised.drawn_at) == (sha256(promised.seed.encode()).hexdigest(), None)
    for review in session.scalars(select(Review)):
        review.state, review.flags, review.risk = "passed", {}, 0
    (planned,) = session.scalars(select(Task).where(Task.name == "reviews.draw"))
    assert planned.run_at > make.later(jobs[-1])
    work_until(planned.run_at + timedelta(minutes=1))
    names = sorted(f"{job.number}|{side}" for job in jobs for side in ("owner", "agency"))
    assert promised.drawn == sample(promised.seed, names, 5)
    assert (promised.among, isinstance(promised.drawn_at, datetime), len(promised.drawn)) == (6, True, 1)
    (drawn,) = session.scalars(select(Review).where(Review.sampled))
    assert (drawn.state, drawn.risk) == ("waiting", 0)
    assert queue(drawn.sector_code) == [drawn]
