"""The passages of a job's life as people live through them: who opens what, fills in what, and reads what then.

Each takes the persons who act in it. They find the job on their desk, as people do.
"""

import re
from collections.abc import Callable

from tests import make
from tests.browser.market import Person

NEED = "编制水土保持方案报告表，含现场踏勘、报批和修改，项目占地约 3.2 公顷，位于港北区示例工业园内。"


def posts(
    owner: Person,
    project: str,
    *,
    method: str,
    funds: str,
    points: str = "",
    discount: str = "",
    more: Callable[[Person], None] = lambda owner: None,
) -> int:
    """Service, project, wish (what this method asks for besides in `more`), check your answers, submit. Returns the
    number of the job's row."""
    owner.opens("/desk")
    owner.sees("desk-before-the-first-job")
    owner.follows("Post a job")
    owner.fills("Keyword", "水土保持")
    owner.presses("Show these")
    owner.sees("which-service")
    owner.presses("Choose", about=make.item().name)
    owner.fills("Name of the project", project)
    owner.fills("Project code", "2609-450802-04-01-000318")
    owner.selects("District", "港北区")
    owner.chooses("Where the money comes from", funds)
    owner.fills("What is needed", NEED)
    owner.sees("the-project")
    owner.presses("Keep and go on")
    owner.chooses("How the agency is selected", method)
    if points:
        owner.fills("Points of the price", points)
    if discount:
        owner.fills("The least discount you accept", discount)
    more(owner)
    owner.sees("what-is-wanted")
    owner.presses("Keep and check your answers")
    owner.sees("check-your-answers")
    return submits(owner)


def submits(owner: Person) -> int:
    owner.presses("Submit for checking")
    owner.sees("posting-submitted", "The posting is submitted. The operator checks it by the day on this page.")
    return int(re.findall(r"/jobs/(\d+)$", owner.page.url)[0])


def is_published(operator: Person) -> None:
    operator.opens("/desk")
    operator.sees("desk-of-the-operator")
    operator.takes_up("Check the posting")
    operator.sees("posting-to-check")
    operator.presses("Publish")
    operator.sees("job-published", "The job is published and open for entry.")


def enters(agency: Person, project: str, quote: str = "", days: str = "", discount: str = "") -> None:
    agency.opens("/desk")
    agency.sees("desk-of-an-agency", "Open for entry now")
    agency.follows(project, exact=False)
    agency.sees("job-open-for-entry")
    agency.follows("Enter")
    _offers(agency, quote, days, discount)
    agency.sees("entering")
    agency.presses("Enter")
    agency.sees("receipt-of-entry", "You have entered.")


def enters_too(agency: Person, job_id: int, quote: str = "", days: str = "", discount: str = "") -> None:
    """As others do, by the address they were told."""
    agency.opens(f"/jobs/{job_id}/enter")
    _offers(agency, quote, days, discount)
    agency.presses("Enter")
    agency.reads("You have entered.")


def _offers(agency: Person, quote: str, days: str, discount: str) -> None:
    if quote:
        agency.fills("Your quote", quote)
    if days:
        agency.fills("Your working days", days)
    if discount:
        agency.fills("Your discount", discount)


def signs(uploader: Person, other: Person) -> None:
    """One side uploads the contract, the other confirms it."""
    uploader.takes_up("Upload the signed contract")
    uploader.hands_in("技术服务合同.pdf")
    uploader.fills("Signed on", f"{uploader.market.today:%Y-%m-%d}")
    uploader.sees("upload-the-contract")
    uploader.presses("Upload the contract")
    uploader.sees("contract-uploaded", "The contract is uploaded. The other side confirms it.")
    other.takes_up("Confirm the contract")
    other.sees("confirm-the-contract")
    other.presses("Confirm the contract")
    other.sees("contract-confirmed", "The contract is confirmed. The agency gives its one material list.")


def lists_materials(agency: Person) -> None:
    agency.takes_up("Give the one complete material list")
    agency.sees("give-the-material-list")
    agency.presses("Give the list")
    agency.sees("material-list-given", "The list is given. What is not on it may not be asked for later.")


def hands_papers_in(owner: Person) -> None:
    owner.takes_up("Hand in the papers")
    owner.hands_in("立项批复.pdf")
    owner.sees("hand-in-the-papers")
    owner.presses("Hand in the papers")
    owner.sees("papers-handed-in", "The papers are handed in. The agency accepts them or names all defects at once.")


def accepts_papers(agency: Person) -> None:
    agency.takes_up("Accept the papers or name all defects at once")
    agency.sees("check-the-papers")
    agency.presses("Accept the papers as complete")
    agency.sees("clock-starts", "The papers are complete. The service clock counts from the next working day.")


def delivers(agency: Person, wish: str = "Deliver the report") -> None:
    agency.takes_up(wish)
    agency.hands_in("水土保持方案报告表.pdf")
    agency.fills("A word to the owner", "成果和附图都在这份文件里。")
    agency.sees("deliver-the-report")
    agency.presses("Deliver the report")
    agency.sees("report-delivered", "The report is delivered. The owner accepts it or returns it with reasons.")


def accepts_report(owner: Person) -> None:
    owner.opens("/desk")
    owner.sees("desk-of-the-owner")
    owner.takes_up("Accept the report or return it")
    for point in owner.each(owner.page.get_by_role("checkbox")):
        point.check()
    owner.sees("accept-the-report")
    owner.presses("Accept the report")
    owner.sees("report-accepted", "The report is accepted. Now both sides rate each other.")


def rates(person: Person, score: int, text: str, *, second: bool = False) -> None:
    """The same score on all five axes, and a word; `second` when the other side has rated."""
    person.takes_up("Rate the other side")
    for axis in person.each(person.page.locator("main fieldset")):
        axis.get_by_role("radio").nth(5 - score).check()
    person.fills("In your words", text)
    person.sees("rate-the-other-side")
    person.presses("Give the rating")
    first = "Your rating is in. It is shown when both are in or the rating period has ended."
    both = "Your rating is in. Both sides have rated, and both ratings are published."
    person.sees("rated", both if second else first)
