"""The story of a rating: given in a few taps, corrected, answered, appealed against, reviewed and put aside."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.jobs.models import Job
from app.ratings.models import ratings_of
from app.ratings.rules import AXIS_NAMES, OWNER_LEVELS
from tests import make
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

MOST_ACTIONS = 8
COUNT = """for (const name of ["pointerdown", "change"]) addEventListener(name, event => {
    if (name == "pointerdown" || event.target.matches("textarea, input[type=text]"))
        sessionStorage.actions = Number(sessionStorage.actions || 0) + 1;
}, true);"""
AXES = dict(zip(AXIS_NAMES.values(), OWNER_LEVELS.values(), strict=True))


def returned_once() -> Job:
    """Accepted after a round of rework, so that low marks look like an answer to a dispute."""
    job = make.job("rework", funds="social")
    now = make.later(job)
    report = make.file(job.agency, now=now).id
    make.verb("services", "deliver")(make.act(job.agency, now), job, file_ids=[report], note="")
    make.verb("services", "accept")(make.act(job.owner, make.later(job)), job)
    return job


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_a_rating_is_given_in_a_few_taps_and_put_aside_in_the_open(
    width: int, market: Market, album: Callable[[str], Path]
):
    job = returned_once()
    market.clock.now = make.later(job)
    units = [job.owner, job.agency, make.regulator(job.sector_code)]
    look = {"width": width, "album": album(f"ratings-{width}")}
    owner, agency, office = (market.person(make.user_of(one), **look) for one in units)
    make.keep()
    visitor = market.person(**look)
    worst = [levels["levels"][0] for levels in job.standard.axes]

    page = rates(owner, job, dict(zip((axis["name"] for axis in job.standard.axes), worst, strict=True)))
    corrects(owner, page)
    rates_back(agency)
    replies_and_appeals(agency, page)
    market.works()
    looks_at_everything(office)
    puts_it_aside(office)
    visitor.opens(page)
    visitor.sees("put-aside", "Set aside, does not count:", "set aside by the regulator")
    visitor.opens(f"/agencies/{job.agency_id}")
    visitor.sees("the-agency", "Promise and fact, the last 12 months", "Without rework")


def rates(owner: Person, job: Job, marks: dict[str, str]) -> str:
    """From the desk to the rating, counting every tap and every text typed; the address of the rating."""
    owner.page.add_init_script(COUNT)
    owner.opens("/desk")
    owner.page.evaluate("sessionStorage.actions = 0")
    owner.follows("Rate the other side", exact=False)
    owner.sees("rate", "In your words")
    for axis, level in marks.items():
        owner.group(axis).get_by_label(level, exact=True).check()
    owner.presses("Give the rating")
    owner.reads("Your rating is in. It is shown when both are in or the rating period has ended.")
    assert int(owner.page.evaluate("sessionStorage.actions")) <= MOST_ACTIONS
    return f"/ratings/{ratings_of(job.id)[0].id}"


def corrects(owner: Person, page: str) -> None:
    owner.opens(page)
    owner.follows("Correct the rating")
    owner.fills("In your words", "成果退回修改一次，图件不全。")
    owner.sees("correct")
    owner.presses("Correct the rating")
    owner.sees("corrected", "Your rating is corrected. What it said before is kept.")


def rates_back(agency: Person) -> None:
    agency.takes_up("Rate the other side")
    agency.sees("rate-the-owner", "What each level means for an owner:")
    for axis, levels in AXES.items():
        agency.chooses(axis, levels[-1])
    agency.presses("Give the rating")
    agency.reads("Your rating is in. Both sides have rated, and both ratings are published.")


def replies_and_appeals(agency: Person, page: str) -> None:
    agency.opens(page)
    agency.follows("Reply in public")
    agency.fills("Your reply", "所缺图件当日补齐，验收已通过。")
    agency.sees("reply")
    agency.presses("Publish the reply")
    agency.sees("replied", "Your reply is published beside the rating.")
    agency.follows("Appeal against the rating")
    agency.fills(
        "What is wrong with the rating, and the facts against it",
        "五项均打最低分，与按时提交、一轮修改即验收的记录不符。",
    )
    agency.sees("appeal")
    agency.presses("File the appeal")
    agency.sees("appealed", "Your appeal is filed. The rating counts until the regulator has decided.")


def looks_at_everything(office: Person) -> None:
    """All evidence on one screen: flags, facts, both ratings with correction and reply, the clock, the appeal."""
    office.opens("/desk")
    office.opens("/reviews")
    office.sees("queue", "low after a dispute")
    office.follows_beside("low after a dispute")
    office.reads("What was measured", "Rounds of rework", "Appeal against a rating", "to be decided")
    office.reads("所缺图件当日补齐，验收已通过。", "成果退回修改一次，图件不全。")
    office.sees_wide_and_narrow("review")


def puts_it_aside(office: Person) -> None:
    office.takes_up("Decide the appeal against a rating")
    office.follows("Set the rating aside")
    office.fills("Decision and grounds", "记录显示按时提交、一轮修改即验收，评分与事实不符。")
    office.sees("decide")
    office.presses("Set the rating aside")
    office.sees("decided", "granted: the rating is set aside")
