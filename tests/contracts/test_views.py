"""The pages of contract and papers: allowed, refused and invalid, and files that only the right people get."""

import io
from datetime import timedelta
from typing import Any

import pytest

from app.catalogue.models import materials_of
from app.contracts.models import contracts_of, materials_asked
from app.jobs.models import Job
from app.kernel.workdays import local_day
from tests import make

pytestmark = pytest.mark.one_database


@pytest.fixture
def at(clock: Any, as_user: Any) -> Any:
    """`at(job, who)`: a client of a unit, or of the job's "owner" or "agency", five minutes after the job's last step;
    without one, a visitor's."""

    def sign_in(job: Job, who: Any = None) -> Any:
        make.keep()
        job = make.again(job)
        clock.now = job.state_since + timedelta(minutes=5)
        unit = getattr(job, who) if isinstance(who, str) else who
        return as_user(make.user_of(unit)) if unit else as_user()

    return sign_in


def pdf(name: str = "paper.pdf") -> Any:
    return io.BytesIO(make.content()), name


def contract(job: Job, **changed: Any) -> dict[str, Any]:
    day = local_day(job.state_since).isoformat()
    yuan = f"{job.amount_cents / 100:.2f}"  # type: ignore[operator]
    return {"file": pdf("contract.pdf"), "signed_on": day, "amount_cents": yuan, "days": job.agreed_days} | changed


PAGES = {
    "contract/upload": ("awarded", "both"),
    "contract/confirm": ("contract_uploaded", "agency"),
    "contract/return": ("contract_uploaded", "agency"),
    "materials/list": ("contracted", "agency"),
    "materials/hand-in": ("materials", "owner"),
    "materials/check": ("materials_check", "agency"),
    "materials/defects": ("materials_check", "agency"),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_those_whose_step_it_is_and_for_no_one_else(page: str, at: Any) -> None:
    state, whose = PAGES[page]
    job = make.job(state)
    url = f"/jobs/{job.id}/{page}"
    answers = {"owner": at(job, "owner"), "agency": at(job, "agency")}
    for who, client in answers.items():
        assert client.get(url).status_code == (200 if whose in (who, "both") else 403), who
    assert at(job, make.unit()).get(url).status_code == 403
    assert at(job, make.operator()).get(url).status_code == 403
    assert at(job).get(url).status_code == 303


@pytest.mark.parametrize("page", PAGES)
def test_a_page_out_of_its_time_says_how_the_job_stands(page: str, at: Any) -> None:
    job = make.job("delivered")
    who = "agency" if PAGES[page][1] == "agency" else "owner"
    answer = at(job, who).get(f"/jobs/{job.id}/{page}")
    assert answer.status_code == (409 if page not in ("contract/confirm", "contract/return") else answer.status_code)
    assert f"/jobs/{job.id}" in answer.text


def test_a_draft_has_no_such_pages(at: Any) -> None:
    job = make.job("draft")
    assert at(job, make.unit()).get(f"/jobs/{job.id}/contract/upload").status_code == 404


def test_uploading_and_confirming_the_contract(at: Any) -> None:
    job = make.job("awarded")
    answer = at(job, "owner").post(f"/jobs/{job.id}/contract/upload", data=contract(job))
    assert (answer.status_code, answer.location) == (303, f"/jobs/{job.id}")
    client = at(job, "agency")
    assert "contract.pdf" in client.get(f"/jobs/{job.id}/contract/confirm").text
    assert client.post(f"/jobs/{job.id}/contract/confirm").status_code == 303
    assert make.again(job).state == "contracted"
    assert client.post(f"/jobs/{job.id}/contract/confirm").status_code in (403, 409)


@pytest.mark.parametrize(
    "wrong", [{"amount_cents": "1"}, {"days": "365"}, {"days": "-1"}, {"signed_on": "1900-01-01"}, {"file": ""}]
)
def test_a_contract_against_the_award_is_shown_again_with_the_reason(wrong: dict[str, Any], at: Any) -> None:
    job = make.job("awarded")
    answer = at(job, "owner").post(f"/jobs/{job.id}/contract/upload", data=contract(job, **wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert make.again(job).state == "awarded"


def test_a_returned_contract_is_seen_by_who_uploads_the_next(at: Any) -> None:
    job = make.job("contract_uploaded")
    client = at(job, "agency")
    assert client.post(f"/jobs/{job.id}/contract/return", data={"reason": "no"}).status_code == 422
    answer = client.post(f"/jobs/{job.id}/contract/return", data={"reason": "第三页缺公章，请补全。"})
    assert answer.status_code == 303
    assert "第三页缺公章" in at(job, "owner").get(f"/jobs/{job.id}/contract/upload").text


def test_essential_papers_are_ticked_and_proved_ones_not_offered(at: Any) -> None:
    job = make.job("contracted")
    text = at(job, "agency").get(f"/jobs/{job.id}/materials/list").text
    for material in materials_of(job.standard_id):
        assert material.name in text
        ticked = f'value="{material.id}" checked' in text
        assert ticked == (material.essential and not material.certificate)
        assert (f'name="wanted" value="{material.id}"' in text) == (not material.certificate)


def test_the_list_is_ticked_and_added_to(at: Any) -> None:
    job = make.job("contracted")
    client = at(job, "agency")
    first = next(one for one in materials_of(job.standard_id) if not one.certificate)
    added = {"added-row": "0", "added-0-name": "水文资料", "added-0-proves": "径流", "added-0-essential": "1"}
    url = f"/jobs/{job.id}/materials/list"
    assert client.post(url, data=added | {"added-more": "1"}).status_code == 200
    assert client.post(url, data={"added-row": "0"}).status_code == 422
    assert client.post(url, data={"wanted": str(first.id)} | added).status_code == 303
    assert [line.name for line in materials_asked(job.id)] == [first.name, "水文资料"]


def test_no_papers_are_needed_when_the_agency_says_so(at: Any) -> None:
    job = make.job("contracted")
    answer = at(job, "agency").post(f"/jobs/{job.id}/materials/list", data={"added-row": "0", "none_needed": "1"})
    assert answer.status_code == 303
    assert at(job, "owner").post(f"/jobs/{job.id}/materials/hand-in").status_code == 303
    assert make.again(job).state == "materials_check"


def test_papers_are_handed_in_checked_and_mended(at: Any) -> None:
    job = make.job("materials")
    asked = materials_asked(job.id)
    first, *rest = [line.id for line in asked]
    lacking = [f'href="#file_{line.id}"' for line in asked if line.essential]
    url = f"/jobs/{job.id}/materials"
    client = at(job, "owner")
    nothing = client.post(f"{url}/hand-in")
    assert len(lacking) > 1 and all(link in nothing.text for link in lacking), "every missing paper is named at once"
    partly = client.post(f"{url}/hand-in", data={f"file_{first}": pdf("first.pdf")})
    assert partly.status_code == 422
    assert "first.pdf" in partly.text
    whole = {f"file_{first}": pdf("first.pdf")} | {f"note_{one}": "政务大厅二楼三号窗口" for one in rest}
    assert client.post(f"{url}/hand-in", data=whole).status_code == 303
    agency = at(job, "agency")
    assert "first.pdf" in agency.get(f"{url}/check").text
    assert agency.post(f"{url}/defects", data={}).status_code == 422
    assert agency.post(f"{url}/defects", data={f"defect_{first}": "第二页看不清。"}).status_code == 303
    owner = at(job, "owner")
    assert "第二页看不清" in owner.get(f"{url}/hand-in").text
    assert owner.post(f"{url}/hand-in", data={f"file_{first}": pdf("again.pdf")}).status_code == 303
    agency = at(job, "agency")
    assert agency.get(f"{url}/defects").location == f"{url}/check"
    second = agency.post(f"{url}/defects", data={f"defect_{first}": "还有一处不清楚。"})
    assert second.status_code == 409
    assert make.again(job).state == "materials_check"


def test_files_are_downloads_for_the_parties_operator_and_regulator_only(at: Any) -> None:
    job = make.job("materials_check")
    urls = [f"/contracts/{contracts_of(job.id)[0].id}/file", f"/papers/{materials_asked(job.id)[0].id}/file"]
    readers = ["owner", "agency", lambda: make.operator(), lambda: make.regulator(job.sector_code)]
    strangers = [None, make.unit, make.agency, lambda: make.regulator("housing")]
    for url in urls:
        for reader in readers:
            answer = at(job, reader() if callable(reader) else reader).get(url)
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.mimetype == "application/pdf"
            assert answer.data == make.content()
            answer.close()
        for stranger in strangers:
            assert at(job, stranger() if stranger else None).get(url).status_code == 404


def test_a_paper_handed_over_by_hand_has_no_file(at: Any) -> None:
    job = make.job("materials")
    line = materials_asked(job.id)[0].id
    assert at(job, "owner").get(f"/papers/{line}/file").status_code == 404


def test_the_next_agency_reads_no_contract_of_the_one_that_gave_up(at: Any, work: Any) -> None:
    job = make.job("contract_uploaded", method="lowest_price")
    before, contract_id = job.agency, contracts_of(job.id)[0].id
    gave_up = make.verb("selections", "abandon")
    gave_up(make.act(before, make.later(job)), job, reason="人员另有安排，无法承接。")
    at_once = make.later(job)
    make.keep()
    work(at_once)
    job = make.again(job)
    assert job.state == "selected" and job.agency_id != before.id
    due = job.due
    work(due)
    for reader, status in (("agency", 404), ("owner", 200), (make.operator, 200)):
        answer = at(make.again(job), reader() if callable(reader) else reader).get(f"/contracts/{contract_id}/file")
        assert answer.status_code == status
        answer.close()
    papers = f"/jobs/{job.id}/papers"
    assert f"/contracts/{contract_id}/file" not in at(make.again(job), "agency").get(papers).text
    assert f"/contracts/{contract_id}/file" in at(make.again(job), "owner").get(papers).text
