"""The letter to an agency that was not selected: where it stands, what it may do, and nobody's name."""

from collections.abc import Callable
from typing import Any

import pytest

from app.agencies.models import Agency, current_listing
from app.entries.eligibility import Offer
from app.entries.models import Entry, entry_of, live_entries
from app.infra.db import session
from app.jobs.models import Job
from app.selections.models import current_award, ranking_of, selection_of
from tests import make
from tests.client import CheckedClient
from tests.staging import Clock

pytestmark = pytest.mark.one_database
AsUser = Callable[..., CheckedClient]
YUAN = 100


@pytest.fixture
def read(as_user: AsUser, clock: Clock) -> Callable[..., str]:
    """`read(job, agency)`: the letter, as the agency reads it in English an hour after the job's last step."""

    def read(job: Job, agency: Agency) -> str:
        clock.now = make.later(job, hours=1)
        entry = entry_of(job.id, agency.id)
        assert entry is not None
        path = f"/entries/{entry.id}/letter"
        client = as_user(make.user_of(agency))
        client.post("/language", data={"locale": "en"})
        return client.get(path).text

    return read


def selected(method: str, **details: Any) -> tuple[Job, list[Entry]]:
    """A job in publicity, and its entries in the published order; the dropped ones stand at the end."""
    job = make.job("selected", method=method, **details)
    order = ranking_of(job.id)
    rank = {code: place for place, code in enumerate(order)}
    found = live_entries(job.id)
    return job, sorted(found, key=lambda one: rank.get(one.agency.unit.code, len(found)))


def names_nobody_else(page: str, entries: list[Entry], own: Entry) -> bool:
    agencies = [session.get_one(Agency, one.agency_id) for one in entries if one.agency_id != own.agency_id]
    return not any(one.unit.name in page or one.unit.code in page for one in agencies)


def test_a_draw_tells_the_place_in_the_order(read) -> None:
    job, entries = selected("random_draw", entries=4)
    for place, entry in enumerate(entries[1:], 2):
        page = read(job, entry.agency)
        assert f"You stand in place {place} of 4." in page
        assert "Objections are taken until" in page
        assert names_nobody_else(page, entries, entry)


def test_the_lowest_price_tells_the_distance_and_how_many_were_lower(read) -> None:
    job, entries = selected("lowest_price", entries=4)
    quotes = [one.quote_cents or 0 for one in entries]
    page = read(job, entries[2].agency)
    assert f"{(quotes[2] - quotes[0]) / YUAN:,.0f}" in page
    assert "above the selected quote" in page
    assert "2 of 4" in page
    assert names_nobody_else(page, entries, entries[2])


def test_the_average_price_tells_the_distance_from_the_reference_and_who_was_dropped(read) -> None:
    job, entries = selected("average_price", entries=6)
    selection = selection_of(job.id)
    assert selection is not None
    by_code = {one.agency.unit.code: one for one in entries}
    highest = by_code[selection.transcript["dropped"]["high"]]
    assert "as the highest quote" in read(job, highest.agency)
    page = read(job, entries[1].agency)
    assert "Your distance from the reference" in page
    assert "You stand in place 2 of 6." in page


def test_the_result_shows_who_entered_their_own_line_and_leads_to_the_letter(as_user: AsUser, clock: Clock) -> None:
    job, entries = selected("average_price", entries=6)
    clock.now = make.later(job, hours=1)
    agencies = [session.get_one(Agency, entries[place].agency_id) for place in (1, -1, 0)]
    users, letters = (
        [make.user_of(one) for one in agencies],
        [f"/entries/{entries[place].id}/letter" for place in (1, -1, 0)],
    )
    make.keep()
    told = []
    for user in (*users, None):
        client = as_user(user)
        client.post("/language", data={"locale": "en"})
        told.append(client.get(f"/jobs/{job.id}/result").text)
    second, dropped, first, visitor = told
    assert "You stand in place 2 of 6." in second and letters[0] in second and second.count("your entry") == 2
    assert "Your quote was dropped" in dropped and letters[1] in dropped
    assert letters[2] not in first and "your entry" not in first + visitor and "/letter" not in visitor
    assert all("The upright line is the reference" in page and "From the reference" in page for page in told)


def test_scored_offers_are_told_part_by_part(read) -> None:
    job, entries = selected("price_and_days", entries=3, price_weight=60)
    page = read(job, entries[-1].agency)
    assert "Points, part by part" in page
    assert names_nobody_else(page, entries, entries[-1])


def test_the_selected_agency_has_no_letter_and_before_the_result_nobody_has(as_user: AsUser, clock: Clock) -> None:
    job, entries = selected("random_draw")
    first, path = entries[0].agency, f"/entries/{entries[0].id}"
    clock.now = make.later(job)
    answer = as_user(make.user_of(first)).get(f"{path}/letter")
    assert (answer.status_code, answer.location) == (303, path)
    opened, agency = make.job("open"), make.agency()
    entry = make.verb("entries", "enter")(make.act(agency, make.later(opened)), opened, Offer())
    path = f"/entries/{entry.id}"
    clock.now = make.later(opened)
    assert as_user(make.user_of(agency)).get(f"{path}/letter").location == path


def test_who_was_excluded_reads_the_condition(read) -> None:
    agency = make.agency()
    job = make.job("open", entries=0)
    for one in (agency, *(make.agency() for _ in range(3))):
        make.verb("entries", "enter")(make.act(one, make.later(job)), job, Offer())
    listing = current_listing(agency.id, job.item_id)
    make.verb("agencies", "take_down")(make.act(agency, make.later(job)), listing)
    make.lapse(make.lapse(job))
    page = read(job, agency)
    assert "You took no part in the selection" in page
    assert "The condition:" in page


def test_of_a_failed_selection_the_letter_compares_nothing(read) -> None:
    agency = make.agency()
    job = make.job("open", funds="state")
    make.verb("entries", "enter")(make.act(agency, make.later(job)), job, Offer())
    make.lapse(make.lapse(job))
    page = read(job, agency)
    assert "The selection failed: nobody was selected." in page
    assert "beside the one selected" not in page


def test_after_publicity_the_letter_says_until_when_one_could_object(read) -> None:
    job = make.job("awarded", entries=3)
    loser = next(one.agency for one in live_entries(job.id) if one.agency_id != job.agency_id)
    page = read(job, loser)
    assert "Objections were taken until" in page
    assert "Object to the result" not in page


def test_whose_award_was_corrected_reads_that_it_was_selected_and_why_no_more(read) -> None:
    job, entries = selected("lowest_price")
    by = make.act(make.operator(), make.later(job))
    make.verb("selections", "correct")(by, job, award_id=current_award(job.id).id, reason="资质证书经查不符。")
    page = read(job, entries[0].agency)
    assert "Your agency was selected and is selected no more." in page and "资质证书经查不符。" in page
    assert "You were not selected" not in page and "The selected quote" in page
    assert "You stand in place 3 of 3." in read(job, entries[2].agency)


def test_who_withdrew_reads_its_entry_and_no_letter(as_user: AsUser, clock: Clock) -> None:
    job, gone = make.job(), make.agency()
    for one in (gone, *(make.agency() for _ in range(3))):
        make.verb("entries", "enter")(make.act(one, make.later(job)), job, Offer())
    entry = entry_of(job.id, gone.id)
    make.verb("entries", "withdraw")(make.act(gone, make.later(job, hours=1)), entry)
    make.lapse(make.lapse(job))
    clock.now = make.later(job)
    path = f"/entries/{entry.id}"
    assert as_user(make.user_of(gone)).get(f"{path}/letter").location == path
