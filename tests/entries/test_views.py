"""The pages of entering."""

from collections.abc import Callable
from typing import Any

import pytest

from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry, entry_of
from app.infra.db import session
from app.jobs.models import Avoidance, Job
from tests import make
from tests.client import CheckedClient
from tests.staging import Clock

pytestmark = pytest.mark.one_database
AsUser = Callable[..., CheckedClient]


@pytest.fixture
def at(clock: Clock) -> Callable[..., Clock]:
    """`at(job, hours=1)`: the door's clock stands so long after the job's last step."""

    def at(job: Job, **span: float) -> Clock:
        clock.now = make.later(job, **span)
        return clock

    return at


def signed_in(as_user: AsUser, thing: Any) -> CheckedClient:
    """The administrator of a unit or an agency, in English."""
    client = as_user(make.user_of(thing))
    client.post("/language", data={"locale": "en"})
    return client


def test_only_the_browser_that_sent_a_quote_shows_it_on_the_receipt(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price", floor_cents=1_000_000), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    page = client.get(f"/jobs/{job.id}/enter").text
    assert "not met:" not in page
    assert "10,000" in page, "the floor"
    assert "20,000" in page, "the ceiling"
    sent = client.post(f"/jobs/{job.id}/enter", data={"quote_cents": "13579.31"})
    assert sent.status_code == 303
    receipt = client.get(sent.location)
    entry = entry_of(job.id, agency.id)
    assert entry is not None
    assert f"{job.number}-{entry.id}" in receipt.text
    assert "You have just sealed this." in receipt.text
    assert "13,579.31" in receipt.text, "this browser has the receipt"
    for other in (agency, make.operator()):
        assert "13,579.31" not in signed_in(as_user, other).get(sent.location).text
    assert client.get(f"/jobs/{job.id}/enter").location == f"/entries/{entry.id}", "who has entered sees the receipt"


def test_who_promises_too_many_days_mends_the_listing_and_comes_back(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price", days=4), make.agency()
    at(job)
    client, path = signed_in(as_user, agency), f"/jobs/{job.id}/enter"
    page = client.get(path).text
    assert "the job wants at most 4 working days, your listing promises 5" in page
    assert 'name="quote_cents"' not in page, "there is no button to send it"
    mend = f"/items/{job.item_id}/promise?next={path}"
    assert f'href="{mend}"' in page
    form = client.get(mend).text
    assert "Change what you promise for this item" in form
    assert "Save the promise" in form
    promised = {"days": "4", "fee_cents": "20000", "quality": "示例质量承诺", "accepts_evaluation": "y"}
    assert client.post(mend, data=promised).location == path
    assert 'name="quote_cents"' in client.get(path).text
    away = f"/items/{job.item_id}/promise?next=//example.org"
    assert client.post(away, data=promised).location == f"/agencies/{agency.id}"


def test_who_is_not_admitted_is_led_to_the_application(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price"), make.agency(lists=None, admitted=False)
    at(job)
    page = signed_in(as_user, agency).get(f"/jobs/{job.id}/enter").text
    assert f'href="/agencies/{agency.id}">Your application</a>' in page
    assert "/promise" not in page


def test_who_does_not_list_the_item_is_told_that_alone(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price"), make.agency(lists=None)
    at(job)
    page = signed_in(as_user, agency).get(f"/jobs/{job.id}/enter").text
    assert "Lists this item" in page
    assert "Promises to deliver within the days of the job" not in page


def test_a_draw_is_entered_without_a_quote(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open"), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    assert 'name="quote_cents"' not in client.get(f"/jobs/{job.id}/enter").text
    assert client.post(f"/jobs/{job.id}/enter").status_code == 303


@pytest.mark.parametrize(("typed", "why"), [("9999.99", "at least 10,000"), ("20001", "at most 20,000")])
def test_a_quote_out_of_bounds_is_refused_beside_it_and_stays_typed(
    typed: str, why: str, as_user: AsUser, at: Any
) -> None:
    job, agency = make.job("open", method="lowest_price", floor_cents=1_000_000), make.agency()
    at(job)
    page = signed_in(as_user, agency).post(f"/jobs/{job.id}/enter", data={"quote_cents": typed})
    assert page.status_code == 422
    assert 'href="#quote_cents"' in page.text
    assert why in page.text
    assert f'value="{typed}"' in page.text
    assert entry_of(job.id, agency.id) is None


def test_the_page_says_each_condition_that_is_not_met_and_how_to_mend_it(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open"), make.agency(lists=None)
    session.add(Avoidance(job_id=job.id, agency_id=agency.id, reason="利害关系（示例）"))
    at(job)
    client = signed_in(as_user, agency)
    for page in (client.get(f"/jobs/{job.id}/enter"), client.post(f"/jobs/{job.id}/enter")):
        for words in ("2 conditions of entry are not met", "List the item with your promises.", "利害关系（示例）"):
            assert words in page.text
    refused = client.post(f"/jobs/{job.id}/enter")
    assert refused.status_code == 422
    assert "Not met: Lists this item. List the item with your promises." in refused.text
    assert entry_of(job.id, agency.id) is None


@pytest.mark.parametrize("state", ["withdrawn", "selecting", "failed", "selected", "awarded", "archived"])
def test_a_job_that_is_not_open_is_not_entered_and_the_page_says_how_it_stands(
    state: str, as_user: AsUser, at: Any
) -> None:
    job, agency = make.job(state), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    for page in (client.get(f"/jobs/{job.id}/enter"), client.post(f"/jobs/{job.id}/enter")):
        assert page.status_code == 409
        assert f"The entry for this job is closed: it is now “{job.LIFE.label(job.state)}”." in page.text
        assert f'href="/jobs/{job.id}"' in page.text


def test_an_entry_is_withdrawn_and_made_again_on_the_pages(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price"), make.agency()
    entry = entries.enter(make.act(agency, make.later(job)), job, Offer(1_000_000))
    path = f"/entries/{entry.id}"
    at(job, hours=1)
    client = signed_in(as_user, agency)
    assert f'href="{path}/withdraw"' in client.get(path).text
    asked = client.get(f"{path}/withdraw").text
    assert "Withdraw this entry?" in asked and "Keep the entry" in asked
    assert make.again(entry).state == "entered", "asking changes nothing"
    assert client.post(f"{path}/withdraw").status_code == 303
    page = client.get(path).text
    assert "The entry is withdrawn. You may enter again until" in page
    assert "selects by the published rule" not in page
    assert client.get(f"{path}/withdraw").status_code == 409
    assert f'href="{path}/reenter"' in client.get(path).text
    assert client.get(f"{path}/reenter").status_code == 200
    assert client.post(f"{path}/reenter", data={"quote_cents": "20001"}).status_code == 422
    assert client.post(f"{path}/reenter", data={"quote_cents": "9000"}).status_code == 303
    assert make.again(entry).state == "entered"
    at(job, days=30)
    for verb in ("withdraw", "reenter"):
        assert client.post(f"{path}/{verb}", data={"quote_cents": "9000"}).status_code == 409
    assert client.get(f"{path}/reenter").status_code == 409


def test_an_entry_is_changed_on_its_page_and_the_receipt_names_the_version(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open", method="lowest_price"), make.agency()
    entry = entries.enter(make.act(agency, make.later(job)), job, Offer(1_000_000))
    path, first = f"/entries/{entry.id}", entry.offer
    at(job, hours=1)
    client = signed_in(as_user, agency)
    assert f'href="{path}/change"' in client.get(path).text
    assert "Versions of this entry" not in client.get(path).text
    page = client.get(f"{path}/change").text
    assert "<h1>Change the entry</h1>" in page and "Version 1 stands until you send this one" in page
    refused = client.post(f"{path}/change", data={"quote_cents": "20001"})
    assert (refused.status_code, 'value="20001"' in refused.text) == (422, True)
    assert client.post(f"{path}/change", data={"quote_cents": "9876.54"}).status_code == 303
    assert client.get(f"{path}/receipt.json").json["version"] == 2
    for reader in (client, signed_in(as_user, make.operator())):
        text = reader.get(path).text
        for words in ("Versions of this entry", "stands", "changed", first, make.again(entry).offer):
            assert words in text
        assert ("9,876.54" in text, "10,000" in text) == (reader is client, False), "this browser has the receipt"
    at(job, days=30)
    for send in (client.get, client.post):
        late = send(f"{path}/change")
        assert (late.status_code, "The entry for this job has closed." in late.text) == (409, True)


def test_of_an_entry_only_its_agency_and_the_operator_know(as_user: AsUser) -> None:
    job, agency = make.job("open", method="lowest_price"), make.agency()
    entry = entries.enter(make.act(agency, make.later(job)), job, Offer(1_000_000))
    make.keep()
    for somebody in (job.owner, make.agency(), make.regulator(job.sector_code)):
        assert signed_in(as_user, somebody).get(f"/entries/{entry.id}").status_code == 404
    operator = signed_in(as_user, make.operator())
    assert operator.get(f"/entries/{entry.id}").status_code == 200
    assert operator.post(f"/entries/{entry.id}/withdraw").status_code == 403


def test_where_nobody_quotes_nothing_speaks_of_quotes(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open"), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    receipt = client.get(client.post(f"/jobs/{job.id}/enter").location).text
    assert "that your entry is the one you sealed" in receipt
    assert "Commitment to your entry" in receipt
    for page in (receipt, client.get(f"/jobs/{job.id}").text):
        assert "quote" not in page.split("<main")[1].split("</main>")[0].lower()


def test_an_entry_is_made_once_also_from_two_windows(as_user: AsUser, at: Any) -> None:
    job, agency = make.job("open"), make.agency()
    at(job)
    client = signed_in(as_user, agency)
    answers = [client.post(f"/jobs/{job.id}/enter") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert session.query(Entry).count() == 1


def test_after_the_selection_an_entry_leads_to_what_its_agency_reads_of_it(as_user: AsUser, at: Any) -> None:
    for state, own, told in (
        ("selected", True, "Your agency is selected: read the result"),
        ("selected", False, "Read where you stand in the result"),
        ("failed", False, "Read why nobody is selected"),
    ):
        job = make.job("open", funds="state" if state == "failed" else "social")
        firms = [make.agency() for _ in range(2)]
        for firm in firms:
            entries.enter(make.act(firm, make.later(job)), job, Offer())
        make.lapse(make.lapse(job))
        at(job)
        assert job.state == state
        firm = next(one for one in firms if (one.id == job.agency_id) == own)
        entry = entry_of(job.id, firm.id)
        assert told in signed_in(as_user, firm).get(f"/entries/{entry.id}").text


def test_who_enters_reads_what_follows_the_closing(as_user: AsUser, at: Any) -> None:
    agency = make.agency()
    for fields, told in (
        ({}, "The clock then selects by the published rule."),
        ({"outside_source": "drand"}, "The clock then waits for what opens the entries, and selects"),
    ):
        job = make.job("open", **fields)
        at(job)
        client = signed_in(as_user, agency)
        pages = [client.get(f"/jobs/{job.id}").text, client.get(f"/jobs/{job.id}/enter").text]
        pages.append(client.get(client.post(f"/jobs/{job.id}/enter").location).text)
        assert all(told in page for page in [*pages, client.get("/desk").text])
