"""The story of a job decided on merit: a panel that knows no names, a recusal, a consensus, then the prices."""

from collections.abc import Callable

import pytest

from app.infra.db import session
from app.panels.models import Seat, bidders_in, seats_of
from tests import make
from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例湿地公园（示例）"
CRITERIA = [
    ("服务方案", "50", "踏勘、编制、报批、修改四个环节都有安排，且与本项目现场相符的得高分；照抄范本的得低分。"),
    ("项目人员", "30", "负责人近三年有同类项目经验、人员固定的得高分。"),
]
PROPOSAL = (
    "第{n}份方案。接单次日踏勘现场，三个工作日内完成初稿，报批期间派员驻场。\n负责人十二年水土保持经验，团队四人固定，"
    "修改意见当日响应。"
)
REMARKS = ("安排具体，与现场相符。", "人员经验充足，进度稍紧。", "方案完整，重点突出。")


def names_criteria(owner: Person) -> None:
    for place, (name, points, says) in enumerate(CRITERIA):
        if place:
            owner.presses("Add a row", within="#criteria")
        owner.page.locator(f"#criteria-{place}-name").fill(name)
        owner.page.locator(f"#criteria-{place}-weight").fill(points)
        owner.page.locator(f"#criteria-{place}-descriptor").fill(says)
    owner.page.get_by_label(owner.market.words("Open the prices only after the panel has agreed")).check()


def appoints(owner: Person, username: str, part: str) -> None:
    owner.follows("Appoint somebody")
    owner.fills("User name or mobile number", username)
    owner.chooses("Part in the panel", part)
    owner.presses("Appoint")
    owner.reads("The seat is given.")


def proposes(agency: Person, job_id: int, number: int, quote: str) -> None:
    agency.opens(f"/jobs/{job_id}/enter")
    agency.fills("Your proposal", PROPOSAL.format(n=number))
    agency.fills("Your quote", quote)
    if number == 1:
        agency.sees_wide_and_narrow("entering-with-a-proposal")
    agency.presses("Enter")
    agency.sees("receipt-of-entry", "You have entered.")


def gives(member: Person, word: str, each: dict[int, tuple[int, int]], said: str = "") -> None:
    """Scores and a remark for each bidder by number."""
    for number, scores in each.items():
        for place, score in enumerate(scores, 1):
            member.page.locator(f"#score_{number}_{place}").fill(str(score))
        if said or word == "remark":
            member.page.locator(f"#{word}_{number}").fill(said or REMARKS[number - 1])


def scores(member: Person, each: dict[int, tuple[int, int]], name: str = "") -> None:
    member.takes_up("Score the bidders")
    if member.page.url.endswith("/panel"):
        member.follows("Score the bidders")
    gives(member, "remark", each)
    if name:
        member.sees_wide_and_narrow(name)
    member.presses("Give my scores")
    member.reads("Your scores are in. They cannot be changed.")


def test_a_panel_scores_without_knowing_whose_and_only_then_the_prices_are_opened(
    market: Market, cast: Callable[..., Cast]
) -> None:
    town = cast("merit")
    owner, operator, visitor = town.owner, town.operator, town.visitor
    experts = [make.user_of(make.unit(name=f"示例专家单位{place}（示例）", natural=True)) for place in "甲乙丙丁戊"]
    names = [one.username for one in experts]
    make.keep()
    chair, one, two, spare, witness = (market.person(each, album=owner.album) for each in experts)

    job_id = passages.posts(owner, PROJECT, method="merit", funds="state funds", points="20", more=names_criteria)
    passages.is_published(operator)
    owner.opens(f"/jobs/{job_id}")
    owner.follows("The panel")
    owner.sees("no-panel-yet", "The panel is not complete")
    for name, part in zip([*names[:3], names[4]], ("chair", "member", "member", "witness"), strict=True):
        appoints(owner, name, part)
    owner.sees_wide_and_narrow("panel-appointed")

    for number, (agency, quote) in enumerate(
        zip(town.agencies.values(), ("16,000", "19,000", "18,000"), strict=True), 1
    ):
        proposes(agency, job_id, number, quote)
    assert market.deadline_passes(job_id).state == "scoring"
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees_wide_and_narrow("job-being-scored")

    numbers = {bidder.entry.agency_id: bidder.number for bidder in bidders_in(job_id)}
    best = list(town.agencies)[1]
    mine = {number: (90, 92) if id == best else (60, 70) for id, number in numbers.items()}
    chair.opens("/desk")
    chair.sees("desk-of-the-chair", "Score the bidders and agree")
    scores(chair, mine, "scoring-alone")
    scores(one, {number: (high - 5, low - 4) for number, (high, low) in mine.items()})

    two.takes_up("Score the bidders")
    two.opens(f"/jobs/{job_id}/panel")
    two.page.locator("main").get_by_role("link", name=market.words("Recuse")).click()
    two.fills("Reason", "曾在其中一家机构任职，申请回避。")
    two.sees("recusal")
    two.presses("Recuse")
    owner.opens(f"/jobs/{job_id}/panel")
    owner.sees_wide_and_narrow("a-seat-to-fill")
    appoints(owner, names[3], "member")
    operator.opens(f"/jobs/{job_id}/panel")
    operator.follows("Give the panel more time")
    operator.fills("Reason", "一名成员回避，新成员须有时间审阅方案。")
    operator.sees("more-time")
    operator.presses("Give more time")
    operator.reads("The panel has its time anew. The reason is published.")
    scores(spare, {number: (high + 2, low + 3) for number, (high, low) in mine.items()})

    witness.opens("/desk")
    witness.opens(f"/jobs/{job_id}/panel")
    witness.sees_wide_and_narrow("panel-of-a-witness")
    chair.takes_up("Score the bidders and agree")
    chair.sees("all-have-scored")
    chair.follows("Record the consensus")
    gives(chair, "reason", mine)
    chair.sees_wide_and_narrow("recording-the-consensus")
    chair.presses("Record the consensus")
    chair.reads("The consensus is recorded. The clock now opens the prices and selects.")

    market.works()
    job = market.job(job_id)
    assert (job.state, job.agency_id, job.amount_cents) == ("selected", best, 1_900_000)
    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("merit-result-on-the-job", "selected, in publicity")
    visitor.follows("The list and the order")
    visitor.sees_wide_and_narrow("merit-points-line-by-line")
    visitor.follows("Check this selection here")
    visitor.sees(
        "recomputed-here",
        "All holds, recomputed on this machine: commitment, list, seed, order and result follow from each other.",
    )
    assert [seat.part for seat in seats_of(job_id)].count("member") == 3
    assert session.query(Seat).count() == 5
