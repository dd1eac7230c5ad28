"""The story of a job that the lowest of three sealed quotes wins, against an objection; everybody holds a telephone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import passages
from tests.browser.cast import Cast
from tests.browser.market import Market, Person

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PROJECT = "示例安置房二期（示例）"


def test_the_lowest_quote_wins_though_a_loser_objects(market: Market, cast: Callable[..., Cast]):
    town = cast("lowest-price", width=390)
    owner, operator, visitor = town.owner, town.operator, town.visitor
    dear, cheap, middling = town.agencies.values()

    job_id = passages.posts(owner, PROJECT, method="lowest price", funds="state funds")
    passages.is_published(operator)
    passages.enters(dear, PROJECT, "19,500")
    passages.enters_too(cheap, job_id, "16,800")
    passages.enters_too(middling, job_id, "18,000")
    kept = saves_the_receipt(middling)

    assert market.deadline_passes(job_id).state == "selected"
    assert town.selected(market.job(job_id)) is cheap
    market.works()
    checks_the_receipt(middling, kept)
    reads_the_letter(middling)
    objects(dear, job_id)
    assert market.job(job_id).state == "objected"
    answers(owner)
    dismisses(operator)
    assert market.deadline_passes(job_id).state == "awarded"

    passages.signs(cheap, owner)
    passages.lists_materials(cheap)
    passages.hands_papers_in(owner)
    passages.accepts_papers(cheap)
    market.clock.passes(days=3)
    passages.delivers(cheap)
    passages.accepts_report(owner)
    passages.rates(owner, 4, "按时交付，价格清楚。")
    passages.rates(cheap, 5, "材料一次交齐。", second=True)
    assert market.job(job_id).state == "archived"

    visitor.opens(f"/jobs/{job_id}")
    visitor.sees("archived", "archived")
    visitor.follows("The list and the order")
    visitor.sees("list-and-order")
    checks_a_file(visitor)


def saves_the_receipt(agency: Person) -> Path:
    with agency.page.expect_download() as saved:
        agency.follows("Save the receipt")
    return Path(saved.value.path())


def checks_the_receipt(agency: Person, kept: Path) -> None:
    """After the opening, in the browser; and one whose price somebody has changed."""
    entry = json.loads(kept.read_text())
    agency.opens(f"/entries/{entry['entry']}")
    given = agency.page.get_by_label(agency.market.words("Check the receipt you saved"))
    given.set_input_files(kept)
    agency.sees("receipt-agrees", "It agrees: what was opened is what you sealed.")
    for name, changed, said in (
        ("price", entry | {"quote_cents": 1}, "It does not agree. Different are:"),
        ("entry", entry | {"entry": 0}, "This file is no receipt of this entry."),
    ):
        content = json.dumps(changed).encode()
        given.set_input_files({"name": f"{name}.json", "mimeType": "application/json", "buffer": content})
        agency.reads(said)


def checks_a_file(visitor: Person) -> None:
    """The transcript as it was downloaded, and one in which somebody has changed a letter."""
    with visitor.page.expect_download() as saved:
        visitor.follows("Download the transcript")
    kept = Path(saved.value.path())
    visitor.opens("/check")
    given = visitor.page.get_by_label(visitor.market.words("The file of the transcript"))
    given.set_input_files(kept)
    told = "All holds, recomputed on this machine: commitment, list, seed, order and result follow from each other."
    visitor.sees("file-checked", told)
    changed = kept.read_bytes().replace(b'"rule": "', b'"rule": "x')
    given.set_input_files({"name": "changed.json", "mimeType": "application/json", "buffer": changed})
    visitor.reads("digest is not of the rest")
    visitor.page.route("**/draw.*.mjs", lambda route: route.abort())
    visitor.opens("/check")
    given.set_input_files(kept)
    visitor.page.wait_for_function("document.querySelector('textarea').value.includes('digest')")
    visitor.presses("Recompute")
    visitor.reads("All holds: commitment, list, seed, order and result follow from each other.")


def reads_the_letter(loser: Person) -> None:
    """Who was not selected is told where they stand."""
    loser.opens("/notices")
    loser.sees("told-of-the-result")
    loser.page.locator("main .tasks > li").filter(has_text="告知书").get_by_role("button").click()
    loser.sees("letter-on-the-result", "Letter on the result")


def objects(loser: Person, job_id: int) -> None:
    loser.opens(f"/jobs/{job_id}")
    loser.sees("result-in-publicity", "selected, in publicity")
    loser.follows("Object to the result")
    loser.fills("What you object to, and why", "中选机构的报价明显低于成本，请核实其人员和设备投入。")
    loser.hands_in("成本测算.pdf")
    loser.sees("object-to-the-result")
    loser.presses("File the objection")
    loser.sees("objection-filed", "Your objection is filed. The award waits until it is decided.")


def answers(owner: Person) -> None:
    owner.takes_up("Answer the objection")
    owner.fills("Your answer", "报价在最高限价以内，机构已书面说明投入三名专业人员，未发现低于成本的依据。")
    owner.sees("answer-the-objection")
    owner.presses("Answer")
    owner.sees("objection-answered", "Your answer is filed. The operator decides with it at hand.")


def dismisses(operator: Person) -> None:
    operator.takes_up("Decide the objection")
    operator.sees("objection-to-decide")
    operator.follows("Dismiss")
    operator.fills("Decision and grounds", "报价符合公告规则，异议未提供低于成本的证据，予以驳回。")
    operator.sees("dismiss-the-objection")
    operator.presses("Dismiss")
    operator.sees("objection-dismissed", "The decision is published to both sides.")
