"""An offer lies in its envelope until the clock opens it: nobody finds it before, and nobody exchanges it unseen."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from app import wiring
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.envelopes import Sealing, Tampered, open_envelopes
from app.entries.models import Entry, live_entries, versions_of
from app.infra import keys
from app.infra.clockwork import take_late
from app.infra.db import session
from app.jobs.models import Job, story_of
from app.jobs.rules import State
from app.kernel import seal
from app.kernel.act import CLOCK, Act
from app.kernel.errors import NotAllowed
from app.kernel.transcript import BROWSER, PLATFORM
from app.methods.rules import Method
from app.selections.models import selection_of
from app.selections.rules import NOT_AS_SEALED
from tests import make

pytestmark = pytest.mark.usefixtures("app")
# Quotes in cents that appear nowhere by chance, as figures or as bytes.
FIRST_CANARY, STEP = 718_281_828_459, 1_000_003
CEILING = 900_000_000_000


def priced(**fields: object) -> Job:
    known = {"item": make.BY_CONTRACT, "method": Method.LOWEST_PRICE, "ceiling_cents": CEILING, "days": 20}
    return make.job("open", **known | fields)


def enter(job: Job, quote: int | None, sealing: Sealing | None = None) -> Entry:
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    return entries.enter(make.act(one, make.later(job)), job, Offer(quote), sealing=sealing)


def close(job: Job) -> None:
    """Let the clock close the entry and take the next step."""
    for _ in range(2):
        assert job.due
        take_late(Job, job.id, job.due, wiring.VERBS)


def reason_of(job: Job) -> tuple[str, str | None]:
    last = story_of(job.id)[-1]
    return str(last.facts.get("reason")), last.facts.get("agency")


# --- found nowhere ---------------------------------------------------------------------------------------------------


def kept(app: Flask) -> Iterator[bytes]:
    """Everything that is written anywhere: the database's own files or rows, and every file of the installation."""
    session.commit()
    url = str(app.config["DATABASE_URL"])
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        yield from (each.read_bytes() for each in path.parent.glob(path.name + "*"))
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (name,) in names:
                with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                    yield b"".join(bytes(block) for block in copy)
    for folder in (app.config["FILES_DIR"], app.config["MAIL_DIR"]):
        yield from (each.read_bytes() for each in Path(folder).rglob("*") if each.is_file())


def found(app: Flask, quotes: list[int]) -> set[int]:
    """The quotes that can be read somewhere, as figures of cents or yuan or as the database's own number."""
    shapes = {
        quote: (str(quote).encode(), f"{quote // 100}.{quote % 100:02}".encode(), quote.to_bytes(6, "big"))
        for quote in quotes
    }
    return {quote for content in kept(app) for quote, looks in shapes.items() if any(look in content for look in looks)}


@pytest.mark.soak
def test_no_quote_is_found_anywhere_before_the_opening(app, at_scale, caplog, work):
    caplog.set_level(logging.DEBUG)
    job = priced()
    quotes = [FIRST_CANARY + STEP * number for number in range(at_scale(12, 1000))]
    for quote in quotes:
        enter(job, quote)
    make.keep()
    at, id = make.later(job, hours=2), job.id
    work(at)
    assert found(app, quotes) == set()
    assert not any(str(quote) in caplog.text for quote in quotes)

    control = live_entries(id)[0]
    control.quote_cents = quotes[0]
    assert found(app, quotes) == {quotes[0]}, "an unsealed quote would be found"


def test_no_page_shows_a_quote_before_the_opening(app, as_user):
    job = priced()
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    entry = entries.enter(make.act(one, make.later(job)), job, Offer(FIRST_CANARY))
    readers = [None, make.user_of(job.owner), make.user_of(make.operator()), make.user_of(one.unit)]
    make.keep()
    for reader in readers:
        client = as_user(reader)
        for path in (f"/jobs/{job.id}", f"/entries/{entry.id}", f"/jobs/{job.id}/result", "/desk", "/jobs"):
            text = client.get(path).text
            assert str(FIRST_CANARY) not in text and f"{FIRST_CANARY // 100:,}" not in text, path


# --- opened by the clock alone ---------------------------------------------------------------------------------------


def test_nobody_opens_an_envelope_before_the_entry_has_closed():
    job = priced()
    entry = enter(job, 5_000)
    for actor in (make.act(job.owner), make.act(make.operator()), Act(CLOCK, make.later(job))):
        with pytest.raises(NotAllowed, match="by nobody before"):
            open_envelopes(actor, job, [entry])
    take_late(Job, job.id, job.due, wiring.VERBS)
    assert job.state == State.SELECTING
    with pytest.raises(NotAllowed):
        open_envelopes(make.act(make.operator(), job.due), job, [entry])
    open_envelopes(Act(CLOCK, job.due), job, [entry])
    assert entry.quote_cents == 5_000


def test_the_list_is_published_at_closing_with_nothing_opened():
    job = priced()
    entries = [enter(job, quote) for quote in (3_000, 2_000, 4_000)]
    take_late(Job, job.id, job.due, wiring.VERBS)
    closed = story_of(job.id)[-1]
    assert closed.name == "job.close" and [one.quote_cents for one in entries] == [None] * 3
    take_late(Job, job.id, job.due, wiring.VERBS)
    selection = selection_of(job.id)
    assert selection is not None
    assert selection.transcript["list_hash"] == closed.facts["list_hash"]
    assert job.amount_cents == 2_000


def test_where_too_few_entered_every_envelope_stays_closed():
    job = priced(funds="state")
    entries = [enter(job, quote) for quote in (3_000, 2_000)]
    close(job)
    assert job.state == State.FAILED
    assert [(one.quote_cents, one.contribution, one.nonce) for one in entries] == [(None, None, None)] * 2


def test_who_enters_adds_a_number_that_only_they_knew():
    job = priced(funds="social")
    mine, theirs = Sealing.new("ab" * 32), Sealing.new()
    entry, other = enter(job, 3_000, mine), enter(job, 4_000, theirs)
    close(job)
    assert (entry.contribution, entry.made_by, entry.nonce) == ("ab" * 32, BROWSER, mine.nonce.hex())
    assert (other.contribution, other.made_by) == (theirs.contribution.hex(), PLATFORM)


# --- exchanged by nobody unseen --------------------------------------------------------------------------------------


def swap_offers(job: Job, one: Entry, other: Entry) -> None:
    one.offer_envelope, other.offer_envelope = other.offer_envelope, one.offer_envelope


def swap_whole(job: Job, one: Entry, other: Entry) -> None:
    for name in ("offer_envelope", "chance_envelope", "offer", "sealed"):
        mine, theirs = getattr(one, name), getattr(other, name)
        setattr(one, name, theirs)
        setattr(other, name, mine)


def lower(job: Job, one: Entry, other: Entry) -> None:
    """Somebody with the public key puts a better offer into a rival's place."""
    offer = {"code": one.agency.unit.code, "job": job.number, "days": None, "discount": None, "nonce": "00" * 32}
    one.offer_envelope = seal.close_envelope(job.seal_public or b"", offer | {"quote": 1})


def replay(job: Job, one: Entry, other: Entry) -> None:
    """An envelope of the same agency from another job, closed with this job's key."""
    offer = {"code": one.agency.unit.code, "job": "GG-2020-00001", "days": None, "discount": None, "nonce": "00" * 32}
    one.offer_envelope = seal.close_envelope(job.seal_public or b"", offer | {"quote": 1})


def cut(job: Job, one: Entry, other: Entry) -> None:
    one.chance_envelope = one.chance_envelope[:-1]


def other_key(job: Job, one: Entry, other: Entry) -> None:
    """The keys of an older copy of the database."""
    job.wrapped_seal = keys.wrap(seal.new_keys().private)


@pytest.mark.parametrize("meddle", [swap_offers, swap_whole, lower, replay, cut, other_key])
def test_an_exchanged_envelope_is_refused_and_shown(meddle):
    job = priced()
    entries = [enter(job, quote) for quote in (3_000, 2_000, 4_000)]
    meddle(job, entries[0], entries[1])
    session.flush()
    close(job)
    told, agency = reason_of(job)
    assert job.state == State.FAILED and told == NOT_AS_SEALED
    assert agency in {one.agency.unit.code for one in entries}
    assert selection_of(job.id) is None and job.agency_id is None


def put_back_the_envelopes(entry: Entry) -> None:
    for name in ("chance_envelope", "offer_envelope"):
        setattr(entry, name, getattr(versions_of(entry.id)[0], name))


def put_back_the_version(entry: Entry) -> None:
    put_back_the_envelopes(entry)
    for name in ("sealed", "offer"):
        setattr(entry, name, getattr(versions_of(entry.id)[0], name))


def put_back_with_its_number(entry: Entry) -> None:
    put_back_the_version(entry)
    entry.version = 1


@pytest.mark.parametrize("meddle", [put_back_the_envelopes, put_back_the_version, put_back_with_its_number])
def test_an_older_version_put_back_is_refused_and_shown(meddle):
    job = priced(funds="social")
    entry = enter(job, 3_000)
    change(entry, 4_000)
    meddle(entry)
    session.flush()
    close(job)
    assert (job.state, reason_of(job)) == (State.FAILED, (NOT_AS_SEALED, entry.agency.unit.code))
    assert (entry.quote_cents, selection_of(job.id)) == (None, None)


def change(entry: Entry, quote: int) -> None:
    entries.change(make.act(entry.agency, make.later(entry.job, hours=1)), entry, Offer(quote))


def test_only_the_version_that_stands_is_listed_and_opened():
    job = priced(funds="social")
    entry = enter(job, 3_000)
    change(entry, 4_000)
    before, stands = versions_of(entry.id)
    kept = before.sealed, before.offer, before.chance_envelope, before.offer_envelope
    close(job)
    selection = selection_of(job.id)
    (line,) = selection.transcript["entrants"]
    assert (line["sealed"], line["offer"], line["quote"]) == (stands.sealed, stands.offer, 4_000)
    assert (before.sealed, before.offer, before.chance_envelope, before.offer_envelope) == kept
    assert before.offer != stands.offer and "3000" not in str(selection.transcript)


def test_an_exchange_is_noticed_by_the_opening_itself():
    job = priced()
    entries = [enter(job, quote) for quote in (3_000, 2_000)]
    swap_offers(job, *entries)
    take_late(Job, job.id, job.due, wiring.VERBS)
    with pytest.raises(Tampered, match=entries[0].agency.unit.code):
        open_envelopes(Act(CLOCK, job.due), job, entries)


# --- the receipt -----------------------------------------------------------------------------------------------------


def entered_by_form(as_user, sent):
    job = priced(funds="social")
    one = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    make.keep()
    client = as_user(make.user_of(one.unit))
    answer = client.post(f"/jobs/{job.id}/enter", data={"quote_cents": "15000"} | sent)
    assert answer.status_code == 303
    return client, answer.location


def test_only_the_browser_that_entered_gets_the_receipt(as_user, clock):
    clock.passes(hours=1)
    client, address = entered_by_form(as_user, {"contribution": "cd" * 32})
    entry = make.again(session.query(Entry).one())
    receipt = client.get(f"{address}/receipt.json").json
    assert receipt == {
        "job": entry.job.number, "received_at": entry.received_at.isoformat(),
        "entry": entry.id, "version": 1, "sealed": entry.sealed, "offer": entry.offer, "contribution": "cd" * 32,
        "made_by": BROWSER, "nonce": receipt["nonce"], "quote_cents": 1_500_000,
    }  # fmt: skip
    elsewhere = as_user(make.user_of(make.again(entry).agency.unit))
    assert elsewhere.get(f"{address}/receipt.json").status_code == 303
    assert receipt["nonce"] not in elsewhere.get(address).text


def test_a_receipt_proves_the_offer_that_was_opened(as_user, clock, work):
    clock.passes(hours=1)
    client, address = entered_by_form(as_user, {})
    receipt = client.get(f"{address}/receipt.json").json
    assert receipt["made_by"] == PLATFORM
    entry = session.query(Entry).one()
    due, job_id = entry.job.due, entry.job_id
    session.rollback()
    work(due + timedelta(minutes=1))
    line = selection_of(job_id).transcript["entrants"][0]
    opened = {name: line[name] for name in ("contribution", "made_by", "nonce", "sealed", "offer")}
    assert opened == {name: receipt[name] for name in opened} and line["quote"] == receipt["quote_cents"]


@pytest.mark.parametrize("sent", ["", "short", "AB" * 32, "ab" * 33, "zz" * 32])
def test_a_number_that_no_browser_of_ours_makes_is_replaced(as_user, clock, sent):
    clock.passes(hours=1)
    client, address = entered_by_form(as_user, {"contribution": sent})
    assert client.get(f"{address}/receipt.json").json["made_by"] == PLATFORM
