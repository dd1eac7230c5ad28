"""The page of what is late: all sides alike, by name only what may be known, and every figure counted another way."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agencies import operations as agencies
from app.contracts import operations as contracts
from app.infra import almanac
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.act import VISITOR
from app.kernel.lights import light
from app.kernel.workdays import due_day, local_day
from app.lateness.models import near, pressing
from app.lateness.rules import Side
from app.services import operations as services
from app.services.models import open_pause
from tests import make
from tests.pages import english
from tests.staging import NOW, Clock

pytestmark = pytest.mark.one_database

NAME = "示例要事项目（示例）"
# State → the side whose turn it is.
TURNS = [
    ("submitted", "operator"), ("open", "clock"), ("awaiting", "operator"), ("selected", "clock"),
    ("awarded", "owner agency"), ("contract_uploaded", "agency"), ("contracted", "agency"), ("materials", "owner"),
    ("materials_check", "agency"), ("in_service", "agency"), ("delivered", "owner"), ("rework", "agency"),
    ("accepted", "owner agency"),
]  # fmt: skip


@pytest.fixture
def late_page(client: Any, clock: Clock) -> Callable[..., str]:
    def page(path: str = "/late", now: datetime = NOW, visitor: Any = client) -> str:
        clock.now = now
        answer = english(visitor).get(path)
        assert answer.status_code == 200
        return str(answer.text)

    return page


@pytest.mark.usefixtures("app")
def test_what_is_near_by_index_is_what_the_light_says() -> None:
    """Limits of many lengths, looked at on each day: the rows that the database finds hold all that are not green."""
    job = make.job("awarded", now=NOW)
    calendar, since = almanac.calendar(), job.state_since
    for length in (1, 2, 5, 10, 22):
        job.due = calendar.deadline(since, length)
        session.flush()
        for place in range(length + 3):
            now = since + (calendar.add(local_day(since), place) - local_day(since))
            seen = light(calendar, since, job.due, now, yellow_from_percent=60, yellow_days_left=2).color
            found = session.scalars(select(Job).where(near(Job, now, share=60, left=2))).all()
            assert seen == "green" or found == [job], (length, place)
            assert [one.light.color for one in pressing(now)] == ([] if seen == "green" else [seen])


def test_a_deadline_farther_away_than_the_calendar_reaches_back_is_not_near(late_page: Any) -> None:
    job = make.job("in_service", now=NOW, project_name=NAME)
    job.due = job.service_due = almanac.calendar().deadline(NOW, 4000)
    make.keep()
    assert NAME not in late_page(now=NOW + timedelta(days=30))


def test_the_page_tells_the_turn_the_days_over_and_the_rule(late_page: Any) -> None:
    job = make.job("awarded", now=NOW, project_name=NAME)
    owner = job.owner.name
    make.keep()
    text = late_page(now=job.due + timedelta(days=1))
    for said in (
        NAME,
        "Upload the signed contract",
        owner,
        "overdue",
        "/law#contract",
        "signing the contract",
    ):
        assert said in text, said
    assert NAME not in late_page(now=job.state_since), "green is not late"


def test_a_step_back_to_a_deadline_that_has_passed_is_late_at_once(late_page: Any) -> None:
    """A contract that is returned after the day it was to be signed by, and a veto of the pause that had held a service
    open."""
    job, service = make.job("contract_uploaded", now=NOW, project_name=NAME), make.job("paused", now=NOW)
    service.project_name, now = f"{NAME}乙", NOW + timedelta(days=25)
    contracts.return_contract(make.act(job.agency, now), job, reason="盖章页缺失，请补全。")
    pause, regulator = open_pause(service.id), make.regulator(service.sector_code)
    assert pause
    services.veto_pause(make.act(regulator, now), pause, reason="理由不成立，不应暂停。")
    for one in (job, service):
        assert one.due and one.due < now
    make.keep()
    text = late_page(now=now + timedelta(minutes=5))
    assert f"{NAME}乙" in text and text.count(NAME) >= 2


def test_the_number_of_a_variant_is_the_one_that_was_used(late_page: Any) -> None:
    job = make.job("open", now=NOW, urgent=True, urgent_reason="示例：汛期将至，须尽快完成。")
    make.keep()
    assert "/law#entry_urgent" in late_page(now=job.state_since + timedelta(hours=1))


def test_what_is_not_public_is_counted_without_a_name(late_page: Any, as_user: Any) -> None:
    job, applicant = make.job("submitted", now=NOW, project_name=NAME), make.agency(admitted=False)
    agencies.submit(make.act(applicant), applicant, signed_by="示例")
    operator, name = make.user_of(make.operator()), applicant.unit.name
    make.keep()
    at = NOW + timedelta(days=9)
    text = late_page(now=at)
    assert NAME not in text and name not in text
    assert text.count("Not public yet") == 2 and "Check the posting" in text and "Check the application" in text
    assert NAME in late_page(now=at, visitor=as_user(operator))
    narrowed = late_page(f"/late?district={job.district_code}", now=at)
    assert "Not public yet" not in narrowed, "nothing is found out by narrowing down"


def test_the_list_is_narrowed_down_by_side_item_and_district(late_page: Any) -> None:
    names = {"owner": f"{NAME}甲", "agency": f"{NAME}乙"}
    first = make.job("materials", now=NOW, project_name=names["owner"])
    make.job("contracted", now=NOW, project_name=names["agency"])
    make.keep()
    at = NOW + timedelta(days=25)
    for side, name in names.items():
        text = late_page(f"/late?side={side}", now=at)
        assert name in text and sum(one in text for one in names.values()) == 1
    assert names["owner"] in late_page(f"/late?item={first.item_id}&district={first.district_code}", now=at)
    assert "Nothing is late" in late_page(f"/late?item={first.item_id + 1}", now=at)


def test_a_long_list_is_paged_without_losing_a_line(late_page: Any) -> None:
    job = make.job("materials", now=NOW)
    make.copies(
        job, 24, project_name=[f"示例工程{number:02}" for number in range(24)], number=[f"示例-{n}" for n in range(24)]
    )
    make.keep()
    at = NOW + timedelta(days=25)
    first = late_page(now=at)
    last = [late.key for late in pressing(at)][19]
    second = late_page(f"/late?after={last}", now=at)
    assert f"after={last}" in first
    seen = [text for number in range(24) for text in (first, second) if f"示例工程{number:02}" in text]
    assert len(seen) == 24


def test_every_clock_of_a_job_says_whose_turn_it_is_and_is_counted_with_its_side(late_page: Any) -> None:
    for state, _ in TURNS:
        make.job(state, now=NOW)
    make.keep()
    at, calendar = NOW + timedelta(days=20), almanac.calendar()
    overdue, soon = Counter[str](), Counter[str]()
    for job in session.scalars(select(Job).where(Job.due.is_not(None))):
        sides = dict(TURNS).get(job.state)
        if sides is None:
            continue
        began = job.clock_start if job.state == "in_service" else local_day(job.state_since)
        left, used = calendar.between(local_day(at), due_day(job.due)), calendar.between(began, local_day(at))
        limit = calendar.between(began, due_day(job.due))
        if at >= job.due:
            overdue.update(sides.split())
        elif left <= 2 or used / limit >= 0.6:
            soon.update(sides.split())
    lines = pressing(at)
    assert {(late.thing.state, " ".join(late.sides)) for late in lines if late.thing is late.about} <= set(TURNS)
    found = [(late.thing.due <= at, late.sides) for late in lines]
    counted = Counter(side for red, sides in found if red for side in sides)
    assert counted == overdue and Counter(s for red, sides in found if not red for s in sides) == soon
    text = late_page(now=at)
    for side in Side:
        row = text.split(f"/late?side={side}")[1].split("</tr>")[0]
        assert f'<td class="num">{overdue[side]}</td><td class="num">{soon[side]}</td>' in row


def test_the_regulators_desk_leads_to_it(as_user: Any, client: Any) -> None:
    regulator = make.user_of(make.regulator())
    make.keep()
    assert 'href="/late"' in as_user(regulator).get("/desk").text
    assert 'href="/late"' in client.get("/").text


@pytest.mark.usefixtures("app")
def test_a_question_waits_until_its_job_is_closed() -> None:
    job, agency = make.job("open", now=NOW), make.agency()
    inquiry = make.verb("inquiries", "ask")(make.act(agency, make.later(job)), job, text="现场是否已经三通一平？")
    (line,) = [one for one in pressing(make.later(job)) if one.thing is inquiry]
    assert line.sides == [Side.OWNER] and not line.is_named(VISITOR)
    make.lapse(job)
    assert [one for one in pressing(job.state_since + timedelta(days=9)) if one.thing is inquiry] == []
