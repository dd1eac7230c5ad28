"""A form that is sent twice counts once: the second answer leads where the first one led, and nothing is made twice."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import html5lib
import pytest
from sqlalchemy import func, select

from app.catalogue.models import materials_of
from app.contracts.models import materials_asked
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra.db import Row, session
from app.infra.once import Submission
from app.inquiries import operations as inquiries
from app.jobs.models import Job
from app.kernel.credit_code import make_code
from app.kernel.workdays import local_day
from app.objections import operations as objections
from app.ratings.models import AXES
from app.services import operations as services
from tests import make
from tests.at_once import at_once
from tests.client import CheckedClient
from tests.staging import NOW

PERSON = {"person_name": "示例人员", "username": "newcomer", "password": make.PASSWORD}
UNIT = PERSON | {
    "name": "示例新单位（示例）", "code": make_code("91450800", "MA999999"), "district_code": make.COUNTY,
    "contact_name": "示例联系人", "contact_phone": "0775-0000000",
}  # fmt: skip
REASON = {"reason": "请补充项目规模和位置。"}


@dataclass
class Sent:
    """One form as a person sends it: who, the page it stands on, where it goes if elsewhere, and what is typed.

    `typed` is a function, because a file can be read only once. `after` is the row whose last step tells the time.
    """

    who: Any
    page: str
    to: str = ""
    typed: Callable[[], dict[str, Any]] = field(default=dict)
    after: Job | None = None


def pdf() -> tuple[io.BytesIO, str]:
    return io.BytesIO(make.content()), "paper.pdf"


def on_a_job(state: str, side: str, page: str, to: str = "", typed: Callable[[Job], Any] | None = None) -> Sent:
    """A form on a page of a job in a state, sent by its "owner", its "agency" or the "operator"."""
    job = make.job(state)
    who = make.operator() if side == "operator" else getattr(job, side)
    path = f"/jobs/{job.id}"
    return Sent(who, f"{path}{page}", f"{path}{to or page}", partial(typed, job) if typed else dict, job)


def contract(job: Job) -> dict[str, Any]:
    amount, day = f"{(job.amount_cents or 0) / 100:.2f}", local_day(job.state_since).isoformat()
    return {"file": pdf(), "signed_on": day, "amount_cents": amount, "days": job.agreed_days}


def wanted(job: Job) -> dict[str, Any]:
    return {"wanted": [one.id for one in materials_of(job.standard_id) if not one.certificate]}


def papers(job: Job) -> dict[str, Any]:
    return {f"file_{line.id}": pdf() for line in materials_asked(job.id)}


def defects(job: Job) -> dict[str, Any]:
    return {f"defect_{line.id}": "第三页缺公章。" for line in materials_asked(job.id)}


def amended(job: Job) -> dict[str, Any]:
    same = {"need": job.need, "contact_name": job.contact_name, "contact_phone": job.contact_phone, "days": job.days}
    return same | {"ceiling_cents": f"{(job.ceiling_cents or 0) / 200:.2f}", "text": "预算核减，最高限价相应下调。"}


def pause(job: Job) -> dict[str, Any]:
    return {"reason": "site", "text": "现场道路中断，勘察人员无法进入，预计三个工作日恢复。", "file": pdf()}


def stars(job: Job) -> dict[str, Any]:
    return dict.fromkeys(AXES, "4") | {"text": "示例"}


def entering() -> Sent:
    job = make.job("open")
    return Sent(make.agency(), f"/jobs/{job.id}/enter", after=job)


def quoting() -> Sent:
    job = make.job("open", method="lowest_price")
    return Sent(make.agency(), f"/jobs/{job.id}/enter", typed=lambda: {"quote_cents": "15000"}, after=job)


def withdrawing_an_entry() -> Sent:
    job, agency = make.job("open"), make.agency()
    entry = entries.enter(make.act(agency, make.later(job)), job, Offer())
    return Sent(agency, f"/entries/{entry.id}/withdraw", after=job)


def changing_an_entry() -> Sent:
    job, agency = make.job("open", method="lowest_price"), make.agency()
    entry = entries.enter(make.act(agency, make.later(job)), job, Offer(1_200_000))
    return Sent(agency, f"/entries/{entry.id}/change", typed=lambda: {"quote_cents": "11000"}, after=job)


def asking() -> Sent:
    job = make.job("open")
    return Sent(make.agency(), f"/jobs/{job.id}/ask", typed=lambda: {"text": "现场是否已经三通一平？"}, after=job)


def answering() -> Sent:
    job = make.job("open")
    asked = inquiries.ask(make.act(make.agency(), make.later(job)), job, text="现场是否已经三通一平？")
    return Sent(job.owner, f"/inquiries/{asked.id}/answer", typed=lambda: {"answer": "已经三通一平。"}, after=job)


def objecting() -> Sent:
    job = make.job("selected")
    typed = {"ground": "名单里有不符合条件的机构。"}
    return Sent(make.unit(), f"/jobs/{job.id}/object", typed=lambda: typed | {"file": pdf()}, after=job)


def deciding(verb: str) -> Sent:
    job = make.job("selected")
    by = make.act(make.unit(), make.later(job))
    filed = objections.object_to(by, job, ground="名单里有不符合条件的机构。", file_id=None)
    page = f"/objections/{filed.id}/{verb}"
    return Sent(make.operator(), page, typed=lambda: {"decision": "经核实，情况属实。"}, after=job)


def agreeing_to_a_pause() -> Sent:
    job = make.job("in_service")
    told = pause(job)["text"]
    asked = services.ask_pause(make.act(job.owner, make.later(job)), job, reason="site", text=told, file_id=None)
    return Sent(job.agency, f"/pauses/{asked.id}", f"/pauses/{asked.id}/confirm", after=job)


def promising() -> Sent:
    agency, item = make.agency(), make.item(make.OTHER_ITEM)
    typed = {"days": "3", "fee_cents": "9000", "quality": "示例质量承诺", "accepts_evaluation": "y"}
    return Sent(agency, f"/items/{item.id}/promise", typed=lambda: typed)


FORMS: dict[str, Callable[[], Sent]] = {
    "register an owner": lambda: Sent(None, "/register/owner", typed=UNIT.copy),
    "register an agency": lambda: Sent(None, "/agencies/apply", typed=UNIT.copy),
    "add a member": lambda: Sent(make.unit(), "/unit/members/new", typed=(PERSON | {"role": "delegate"}).copy),
    "promise": promising,
    "begin a posting": lambda: Sent(make.unit(), "/jobs/new", typed=lambda: {"item_id": make.item().id}),
    "submit a posting": lambda: on_a_job("draft", "owner", "/review", "/submit"),
    "return a posting": lambda: on_a_job("submitted", "operator", "/return_posting", typed=lambda job: REASON),
    "publish": lambda: on_a_job("submitted", "operator", "", "/publish"),
    "withdraw a job": lambda: on_a_job("open", "owner", "/withdraw", typed=lambda job: REASON),
    "post again": lambda: on_a_job("failed", "owner", "/repost"),
    "enter": entering,
    "enter with a quote": quoting,
    "change an entry": changing_an_entry,
    "withdraw an entry": withdrawing_an_entry,
    "publish an addendum": lambda: on_a_job("open", "owner", "/amend", typed=amended),
    "ask about a job": asking,
    "answer a question": answering,
    "object": objecting,
    "uphold": lambda: deciding("uphold"),
    "dismiss": lambda: deciding("dismiss"),
    "abandon": lambda: on_a_job("awarded", "agency", "/abandon", typed=lambda job: REASON),
    "upload the contract": lambda: on_a_job("awarded", "agency", "/contract/upload", typed=contract),
    "return the contract": lambda: on_a_job(
        "contract_uploaded", "agency", "/contract/return", typed=lambda job: REASON
    ),
    "confirm the contract": lambda: on_a_job("contract_uploaded", "agency", "/contract/confirm"),
    "list the materials": lambda: on_a_job("contracted", "agency", "/materials/list", typed=wanted),
    "hand in": lambda: on_a_job("materials", "owner", "/materials/hand-in", typed=papers),
    "name defects": lambda: on_a_job("materials_check", "agency", "/materials/defects", typed=defects),
    "start": lambda: on_a_job("materials_check", "agency", "/materials/check", "/service/start"),
    "ask for a pause": lambda: on_a_job("in_service", "agency", "/pauses/new", typed=pause),
    "agree to a pause": agreeing_to_a_pause,
    "resume": lambda: on_a_job("paused", "agency", "", "/service/resume"),
    "deliver": lambda: on_a_job("in_service", "agency", "/service/deliver", typed=lambda job: {"files": pdf()}),
    "return the report": lambda: on_a_job("delivered", "owner", "/service/return", typed=lambda job: REASON),
    "accept": lambda: on_a_job("delivered", "owner", "/service/accept"),
    "rate": lambda: on_a_job("accepted", "owner", "/rate", typed=stars),
}


@pytest.fixture
def opened(clock: Any, as_user: Callable[..., CheckedClient]) -> Callable[[Sent], tuple[CheckedClient, str]]:
    """`opened(sent)`: the person's client at the form's hour, and the token that the form on its page carries."""

    def open(sent: Sent) -> tuple[CheckedClient, str]:
        clock.now = sent.after.state_since + timedelta(minutes=5) if sent.after else NOW
        client = as_user(make.user_of(sent.who) if sent.who else None)
        page = client.get(sent.page)
        assert page.status_code == 200
        return client, token_of(page.text, sent.to or sent.page)

    return open


def token_of(page: str, address: str) -> str:
    """The one-time token of the form that goes to an address, or back to its own page."""
    forms = html5lib.parse(page, namespaceHTMLElements=False).iter("form")
    (form,) = [one for one in forms if one.get("method") == "post" and one.get("action") in ("", address)]
    (once,) = form.findall(".//input[@name='once']")
    return once.get("value")


def rows() -> dict[str, int]:
    """How many rows each table has."""
    session.rollback()
    tables = Row.metadata.sorted_tables
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.one_database
@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_twice_counts_once(name: str, opened: Any) -> None:
    sent = FORMS[name]()
    client, once = opened(sent)
    before = rows()
    address = sent.to or sent.page
    first, kept = client.post(address, data=sent.typed() | {"once": once}), rows()
    second = client.post(address, data=sent.typed() | {"once": once})
    assert (first.status_code, second.status_code) == (303, 303)
    assert ends(client, second, address) == first.location
    assert rows() == kept
    assert kept["event"] > before["event"], "the first one did something"


def ends(client: CheckedClient, answer: Any, address: str) -> str:
    """Where an answer leads, also by way of the form's own address."""
    there: str = client.get(address).location if answer.location == address else answer.location
    return there


def test_without_the_token_it_would_count_twice(as_user: Callable[..., CheckedClient]) -> None:
    sent = FORMS["begin a posting"]()
    client = as_user(make.user_of(sent.who))
    places = {client.post(sent.page, data=sent.typed()).location for _ in range(2)}
    assert (len(places), rows()["job"]) == (2, 2)


def test_every_page_gives_a_token_of_its_own(opened: Any) -> None:
    sent = FORMS["begin a posting"]()
    client, once = opened(sent)
    again = token_of(client.get(sent.page).text, sent.page)
    places = {client.post(sent.page, data=sent.typed() | {"once": token}).location for token in (once, again)}
    assert (len(places), rows()["job"]) == (2, 2), "two wishes are two"


def test_two_at_the_same_instant_count_once_too(opened: Any) -> None:
    """The second waits for the first, even when both are already on their way; what the first led to answers both."""
    sent = entering()
    client, once = opened(sent)
    data = {"once": once, "csrf_token": client.csrf_token()}
    assert sent.after
    runs = [partial(copy_of(client).post, sent.page, data=dict(data)) for _ in range(2)]
    answers = at_once(sent.after, *runs)
    assert {answer.status_code for answer in answers} == {303}
    (place,) = {ends(client, answer, sent.page) for answer in answers}
    assert place.startswith("/entries/")
    assert (rows()["entry"], rows()["submission"]) == (1, 1)


def copy_of(client: CheckedClient) -> CheckedClient:
    """Another window of the same browser."""
    other = client.application.test_client()
    assert isinstance(other, CheckedClient)
    cookie = client.get_cookie("session")
    assert cookie
    other.set_cookie("session", cookie.value)
    return other


def test_a_form_that_was_refused_may_be_sent_again(opened: Any) -> None:
    sent = FORMS["return a posting"]()
    client, once = opened(sent)
    wrong = client.post(sent.page, data={"reason": "", "once": once})
    right = client.post(sent.page, data=sent.typed() | {"once": once})
    assert (wrong.status_code, right.status_code, rows()["submission"]) == (422, 303, 1)


def test_adding_a_row_to_a_form_spends_its_token_and_gives_a_new_one(opened: Any) -> None:
    sent = on_a_job("draft", "owner", "/wish")
    client, once = opened(sent)
    more = client.post(sent.page, data={"avoid-row": "0", "avoid-more": "1", "once": once})
    assert (more.status_code, token_of(more.text, sent.page) != once) == (200, True)


def test_a_token_keeps_where_it_led_and_nothing_of_what_was_typed(opened: Any) -> None:
    sent = FORMS["rate"]()
    client, once = opened(sent)
    place = client.post(sent.page, data=sent.typed() | {"once": once}).location
    kept = session.scalars(select(Submission)).one()
    assert (kept.token, kept.location) == (once, place)
    assert {column.name for column in Submission.__table__.columns} == {"id", "token", "at", "location"}
