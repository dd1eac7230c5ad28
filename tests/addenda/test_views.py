"""The page of an addendum, and where it is read."""

import pytest

from app.addenda import operations as addenda
from app.entries import operations as entries
from app.entries.eligibility import Offer
from tests import make

pytestmark = pytest.mark.one_database
WAN, TEXT = 1_000_000, "预算核减，最高限价相应下调。"


@pytest.fixture
def speaks(as_user):
    def speaks(thing=None):
        client = as_user(make.user_of(thing) if thing else None)
        client.post("/language", data={"locale": "en"})
        return client

    return speaks


def typed(job, **changes):
    same = {name: getattr(job, name) or "" for name in ("need", "contact_name", "contact_phone", "days")}
    return same | {"ceiling_cents": f"{job.ceiling_cents / 100:.2f}", "floor_cents": "", "text": TEXT} | changes


def test_an_owner_changes_a_job_and_everybody_reads_old_and_new(speaks, clock):
    job = make.job("open", method="lowest_price")
    clock.now, page = make.later(job), f"/jobs/{job.id}"
    sent = typed(job, ceiling_cents="15000", contact_phone="0775-1111111")
    owner, visitor = speaks(job.owner), speaks()
    assert f'href="{page}/amend"' in owner.get(page).text
    assert 'value="20000' in owner.get(f"{page}/amend").text.replace(",", "")
    assert owner.post(f"{page}/amend", data=sent).status_code == 303
    text = visitor.get(page).text
    for words in ("Addendum 1", TEXT, "20,000", "15,000", "Publish an addendum"):
        assert words in text
    assert "0775-1111111" not in text and "shown after signing in" in text
    assert "0775-1111111" in owner.get(page).text
    assert addenda.addenda_counted(job.id) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"text": ""}, "text"), ({"ceiling_cents": "999999"}, "ceiling_cents"), ({"days": "0"}, "days")],
)
def test_what_is_not_lawful_is_refused_beside_its_field_and_stays_typed(speaks, clock, changes, field):
    job = make.job("open", method="lowest_price")
    clock.now = make.later(job)
    refused = speaks(job.owner).post(f"/jobs/{job.id}/amend", data=typed(job, need=job.need + "补充说明。") | changes)
    assert (refused.status_code, f'href="#{field}"' in refused.text, "补充说明。" in refused.text) == (422, True, True)
    assert addenda.addenda_counted(job.id) == 0


def test_after_the_closing_the_owner_is_told_how_it_stands(speaks, clock):
    job = make.job("selecting")
    clock.now = make.later(job)
    owner = speaks(job.owner)
    for send in (owner.get, owner.post):
        refused = send(f"/jobs/{job.id}/amend")
        assert (refused.status_code, "entry closed, selecting" in refused.text) == (409, True)


def test_an_entrant_is_told_on_the_receipt_what_changed_and_what_is_not_met(speaks, clock):
    job, agency = make.job("open"), make.agency(days=5)
    entry = entries.enter(make.act(agency, make.later(job)), job, Offer())
    clock.now = make.later(job, hours=2)
    owner, path = make.act(job.owner, make.later(job, hours=1)), f"/entries/{entry.id}"
    client = speaks(agency)
    assert "The job was changed after you entered" not in client.get(path).text
    addenda.amend(owner, make.again(job), text=TEXT, days=3)
    make.keep()
    text = client.get(path).text
    assert "The job was changed after you entered" in text and "Addendum 1" in text
    assert "As it stands, this entry is excluded at closing" in text and "Promise fewer days in your listing." in text


def test_who_was_excluded_at_the_opening_stands_on_the_result_with_the_commitments(speaks, clock):
    job = make.job("open", method="lowest_price", funds="social")
    dear, cheap = (
        entries.enter(make.act(make.agency(), make.later(job)), job, Offer(quote))
        for quote in (18 * WAN // 10, 9 * WAN // 10)
    )
    addenda.amend(make.act(job.owner, make.later(job, hours=1)), job, text=TEXT, ceiling_cents=WAN)
    make.lapse(make.lapse(job))
    make.keep()
    text = speaks().get(f"/jobs/{job.id}/result").text
    for words in (
        "Opened and excluded",
        "List hash at closing",
        dear.offer,
        dear.sealed,
        "18,000",
        "an addendum changed them",
    ):
        assert words in text
    assert cheap.offer not in text
