"""The files of a proposal: sealed before they reach the disk, opened by the clock, met by the panel without a name."""

import io
from collections.abc import Callable

import pytest
from flask import Flask, request

from app.entries import operations as entries
from app.entries.eligibility import Attachment, Offer
from app.entries.envelopes import attachment
from app.entries.models import Entry, frozen_list, versions_of
from app.infra import files, keys
from app.infra.db import session
from app.jobs.models import Job, story_of
from app.jobs.rules import State
from app.kernel import seal
from app.kernel.draw import verify_transcript
from app.kernel.errors import Invalid
from app.kernel.transcript import tagged_hash
from app.panels.models import bidders_in, seats_of
from app.selections.models import selection_of
from app.selections.rules import NOT_AS_SEALED
from tests import make
from tests.entries.test_envelopes import kept
from tests.infra.test_files import image
from tests.make import lapse
from tests.panels import bench
from tests.panels.test_views import opened as signed_in

pytestmark = pytest.mark.usefixtures("app")
CANARY = b"%PDF-1.4 a sealed attachment, canary 5f0c"
PAPER, PICTURE = Attachment("application/pdf", CANARY), Attachment("image/png", b"\x89PNG a sealed picture")


def entered(*given: tuple[Attachment, ...]) -> tuple[Job, list[Entry]]:
    """A job with a panel and three bidders, each with these files; none where fewer are given."""
    job = bench.opened()
    bench.seated(job)
    attached = [*given, (), (), ()][:3]
    return job, [bench.enter(job, number, files=some) for number, some in enumerate(attached, 1)]


def convened(job: Job) -> Job:
    return lapse(lapse(job))


def test_a_file_lies_sealed_on_the_disk_before_and_after_the_opening(app: Flask) -> None:
    job, (one, *_) = entered((PAPER, PICTURE))
    assert not any(CANARY in each for each in kept(app))
    assert (one.attachments, attachment(one, 0)) == (None, None)
    convened(job)
    assert job.state == State.SCORING
    assert [attachment(one, place) for place in (-1, 0, 1, 2)] == [None, PAPER, PICTURE, None]
    assert not any(CANARY in each for each in kept(app)), "it is opened for each reading, and kept open nowhere"


def test_the_published_list_covers_the_files() -> None:
    job, (one, other, _) = entered((PAPER,), (PAPER,))
    assert one.proposal_hash != other.proposal_hash, "the salt keeps equal files from showing"
    content = seal.open_envelope(keys.unwrap(job.wrapped_seal or b""), one.proposal_envelope or b"")
    del content["envelopes"]
    assert content["files"] == [PAPER.known] and tagged_hash("proposal", content) == one.proposal_hash
    convened(job)
    bench.scored(job)
    bench.agree(job)
    lapse(job)
    selection = selection_of(job.id)
    assert selection
    lines = {line["code"]: line["proposal"] for line in selection.transcript["entrants"]}
    assert lines[one.agency.unit.code] == one.proposal_hash
    assert verify_transcript(selection.transcript) is None
    held = next(row.facts["list_hash"] for row in story_of(job.id) if row.name == "job.close")
    assert selection.transcript["list_hash"] == held == frozen_list(job.id)


def lie(entry: Entry) -> list[str]:
    private = keys.unwrap(entry.job.wrapped_seal or b"")
    return list(seal.open_envelope(private, entry.proposal_envelope or b"")["envelopes"])


def sealed_anew(entry: Entry, **changes: object) -> None:
    """The proposal's envelope closed again by somebody who can write to the database, and read nothing."""
    content = seal.open_envelope(keys.unwrap(entry.job.wrapped_seal or b""), entry.proposal_envelope or b"")
    changed = {name: value for name, value in (content | changes).items() if value is not None}
    entry.proposal_envelope = seal.close_envelope(entry.job.seal_public or b"", changed)


def lost(one: Entry, other: Entry) -> None:
    files.path_of(lie(one)[0]).unlink()


def overwritten(one: Entry, other: Entry) -> None:
    files.path_of(lie(one)[0]).write_bytes(seal.close_file(one.job.seal_public or b"", b"another"))


def swapped(one: Entry, other: Entry) -> None:
    sealed_anew(one, envelopes=lie(other))


def taken_out(one: Entry, other: Entry) -> None:
    sealed_anew(one, files=None, envelopes=None)


def one_too_few(one: Entry, other: Entry) -> None:
    sealed_anew(one, envelopes=[])


def called_another(one: Entry, other: Entry) -> None:
    sealed_anew(one, files=[PAPER.known | {"media": "image/png"}])


def uncommitted(one: Entry, other: Entry) -> None:
    one.proposal_hash = None


MEDDLING = [lost, overwritten, swapped, taken_out, one_too_few, called_another, uncommitted]


@pytest.mark.parametrize("meddle", MEDDLING)
def test_a_file_that_is_not_as_it_was_sealed_is_noticed_and_nothing_is_opened(meddle: Callable[..., None]) -> None:
    job, (one, other, third) = entered((PAPER,), (PICTURE,))
    meddle(one, other)
    session.flush()
    convened(job)
    last = story_of(job.id)[-1]
    assert (job.state, last.facts["reason"], last.facts["agency"]) == (
        State.FAILED,
        NOT_AS_SEALED,
        one.agency.unit.code,
    )
    assert [(each.proposal, each.attachments) for each in (one, other, third)] == [(None, None)] * 3


def test_every_version_keeps_its_files_and_only_the_standing_ones_are_opened() -> None:
    job, (one, *_) = entered((PAPER,))
    before = lie(one)
    offer = Offer(bench.QUOTES[0], proposal=bench.proposal(1), files=[PICTURE])
    entries.change(make.act(one.agency, make.later(job)), one, offer)
    first, second = versions_of(one.id)
    assert first.proposal_hash != second.proposal_hash and files.path_of(before[0]).exists()
    convened(job)
    assert (attachment(one, 0), attachment(one, 1)) == (PICTURE, None)


@pytest.mark.parametrize(("path", "sealed"), [("/jobs/1/enter", True), ("/entries/1/change", True), ("/x", False)])
def test_a_large_file_that_is_to_be_sealed_waits_in_memory_and_not_on_the_disk(
    app: Flask, path: str, sealed: bool
) -> None:
    with app.test_request_context(path, method="POST"), request._get_file_stream(2**20, "application/pdf") as stream:
        assert isinstance(stream, io.BytesIO) == sealed


NAMED = "示例露名公司（示例）"
# fmt: off
REFUSED = [
    ([PAPER] * 6, "at most"),
    ([Attachment("application/zip", b"PK")], "PDF, JPEG or PNG"),
    ([Attachment("application/pdf", b"%PDF /Author " + NAMED.encode("utf-16-be"))], "names your agency"),
    ([Attachment("application/pdf", NAMED.encode())], "names your agency"),
]
# fmt: on


@pytest.mark.parametrize(("given", "why"), REFUSED)
def test_files_that_are_too_many_of_another_kind_or_signed_are_refused(given: list[Attachment], why: str) -> None:
    job = bench.opened()
    bench.seated(job)
    firm = make.agency(NAMED, lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    with pytest.raises(Invalid, match=why) as refusal:
        bench.enter(job, 1, firm, files=given)
    assert refusal.value.field == "files"


def test_where_no_panel_scores_nothing_is_attached() -> None:
    job = make.job("open", method="lowest_price")
    with pytest.raises(Invalid) as refusal:
        entries.enter(make.act(make.agency(), make.later(job)), job, Offer(1_000_000, files=[PAPER]))
    assert refusal.value.field == "files"


@pytest.mark.one_database
def test_an_agency_attaches_a_picture_and_the_panel_meets_it_without_its_name(app, as_user, clock) -> None:
    job = bench.opened()
    bench.seated(job)
    firm = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    bench.enter(job, 2), bench.enter(job, 3)
    users = [firm.unit, seats_of(job.id)[0].user, job.owner]
    agency, chair, owner = signed_in(as_user, clock, job, *users)
    id, path, content = job.id, f"/jobs/{job.id}/enter", image("PNG")
    assert 'enctype="multipart/form-data"' in agency.get(path).text

    def sent(price: str, name: str = "示例公司的方案.png"):
        return {"quote_cents": price, "proposal": bench.proposal(1), "files": (io.BytesIO(content), name)}

    wrong = agency.post(path, data=sent("x"), content_type="multipart/form-data")
    assert wrong.status_code == 422 and "附件" in wrong.text and "请重新填写或选择：" in wrong.text
    wrong = agency.post(path, data=sent("9,000", "方案.docx"), content_type="multipart/form-data")
    assert wrong.status_code == 422
    assert not any(content in each for each in kept(app))
    done = agency.post(path, data=sent("9,000"), content_type="multipart/form-data")
    assert done.status_code == 303
    assert agency.get(done.location + "/receipt.json").get_json()["files"] == [Attachment("image/png", content).known]
    assert agency.get(f"{done.location}/attachment?place=1").status_code == 303

    convened(session.get_one(Job, id))
    number = next(one.number for one in bidders_in(id) if one.entry.agency_id == firm.id)
    clock.now = make.later(session.get_one(Job, id))
    make.keep()
    address = f"/jobs/{id}/panel/attachment?bidder={number}&place=1"
    page = chair.get(f"/jobs/{id}/panel").text
    assert address.replace("&", "&amp;") in page and "示例公司的方案" not in page
    found = chair.get(address)
    assert (found.data, found.mimetype) == (content, "image/png")
    assert f"bidder-{number}-attachment-1.png" in found.headers["Content-Disposition"]
    assert agency.get(f"{done.location}/attachment?place=1").data == content
    for bidder, place in ((9, 1), (number, 2), (number, 0)):
        assert chair.get(f"/jobs/{id}/panel/attachment?bidder={bidder}&place={place}").status_code == 303
    assert [one.get(address).status_code for one in (owner, agency)] == [403, 404]


def test_a_file_of_another_type_is_told_which_are_taken_here(as_user, clock) -> None:
    job, agency = bench.opened(), make.agency(lists=make.item(make.BY_CONTRACT), days=10)
    (client,) = signed_in(as_user, clock, job, agency)
    sent = {"proposal": bench.proposal(1), "quote_cents": "14000", "files": (io.BytesIO(b"notes"), "notes.docx")}
    answer = client.post(f"/jobs/{job.id}/enter", data=sent)
    assert answer.status_code == 422 and "PDF、JPEG、PNG" in answer.text
