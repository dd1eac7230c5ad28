"""The pages of agencies: allowed, refused, invalid, each in one test."""

import io
import re
from datetime import date, timedelta

import pytest

from app.accounts.models import Unit
from app.agencies import operations
from app.agencies.models import (
    Agency,
    Enclosure,
    Professional,
    Qualification,
    checked,
    current_listing,
    stated,
)
from app.agencies.rules import State
from app.infra.db import session
from app.kernel.act import Kind, Role
from app.kernel.credit_code import make_code
from app.kernel.workdays import local_day
from tests import make
from tests.pages import english, error, kept, plain

pytestmark = pytest.mark.one_database

CODE = make_code("91440106", "MA5AG999")
UNIT = {
    "name": "示例测绘公司（示例）", "code": CODE, "district_code": "440000", "address": "示例路 1 号",
    "contact_name": "梁示例", "contact_phone": "020-00000000", "person_name": "梁示例", "username": "liang",
    "mobile": "", "password": make.PASSWORD,
}  # fmt: skip


def pdf(name="paper.pdf"):
    return io.BytesIO(make.content()), name


def name_of(agency):
    return session.get_one(Unit, agency.id).name


@pytest.fixture
def member(as_user):
    return lambda thing: english(as_user(thing if isinstance(thing, make.User) else make.user_of(thing)))


@pytest.fixture
def visitor(client):
    return english(client)


@pytest.fixture
def operator(member):
    return member(make.operator())


# --- the whole way in, as one walks it --------------------------------------------------------------------------------


def test_an_agency_from_anywhere_enters_the_market(visitor, operator):
    assert visitor.post("/agencies/apply", data=UNIT).location == "/sign-in?next=/agencies/2"
    visitor.post("/sign-in", data={"typed": "liang", "password": make.PASSWORD})
    path = "/agencies/2"
    for missing in ("Name the legal representative", "Register at least one professional"):
        assert missing in visitor.get(path).text
    described = {"legal_representative": "梁示例", "introduction": "专注测绘。", "licence": pdf("licence.pdf"),
                 "others-row": "0", "others-0-name": "社会保险证明", "others-0-file": pdf("proof.pdf")}  # fmt: skip
    assert visitor.post(f"{path}/describe", data=described).location == path
    survey = {"rows-row": "0", "rows-0-kind": "测绘资质", "rows-0-grade": "乙级", "rows-0-number": "乙测资字 1",
              "rows-0-valid_until": "2030-12-31", "rows-0-file": pdf("survey.pdf")}  # fmt: skip
    assert visitor.post(f"{path}/qualifications", data=survey).location == path
    people = {"rows-row": "0", "rows-0-name": "韦示例", "rows-0-certificate": "注册测绘师", "rows-0-number": "cx 001"}
    assert visitor.post(f"{path}/professionals", data=people).location == path
    assert visitor.post(f"{path}/submit", data={"agreed": "1", "signed_by": "梁示例"}).location == path
    page = operator.get("/agencies/to-check").text
    assert "示例测绘公司（示例）" in page
    inside = operator.get(path).text
    for words in (
        "梁示例",
        "广东省",
        "示例路 1 号",
        "020-00000000",
        "licence.pdf",
        "社会保险证明",
        "survey.pdf",
        "CX001",
    ):
        assert words in inside
    assert operator.post(f"{path}/admit").location == path
    agency = session.get_one(Agency, 2)
    assert (agency.state, agency.signed_by) == (State.ADMITTED, "梁示例")
    assert "示例测绘公司（示例）" in english(visitor).get("/agencies").text


# --- applying ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"code": CODE[:-1] + "0"}, "code"), ({"name": ""}, "name"), ({"password": "1234567890"}, "password")],
)
def test_a_wrong_registration_says_why_and_keeps_what_was_typed(visitor, changes, field):
    page = visitor.post("/agencies/apply", data=UNIT | changes)
    assert page.status_code == 422
    assert error(page, field)
    for name in {"name", "code", "district_code", "address", "contact_name", "contact_phone", "username"} - {field}:
        assert kept(page, name) == (UNIT | changes)[name]


def test_a_code_that_is_registered_says_what_to_do(visitor):
    known = make.agency()
    make.keep()
    page = visitor.post("/agencies/apply", data=UNIT | {"code": known.unit.code})
    assert "Sign in, or ask an administrator" in error(page, "code")


@pytest.fixture
def draft(app):
    return make.agency(admitted=False, lists="ZJ-017")


def test_an_application_shows_what_was_stated_to_be_changed(draft, member):
    client = member(draft)
    page = client.get(f"/agencies/{draft.id}/qualifications")
    (held,) = stated(Qualification, draft.id)
    assert kept(page, "rows-0-number") == held.number
    assert kept(page, "rows-0-valid_until") == "2030-12-31"
    assert "paper.pdf" in page.text
    assert '<option value="地质灾害防治单位评估资质"></option>' in page.text
    page = client.get(f"/agencies/{draft.id}/describe")
    assert kept(page, "legal_representative") == "示例"
    assert "paper.pdf" in page.text


def test_a_copy_handed_in_before_stays_when_the_form_is_sent_again(draft, member):
    client, path = member(draft), f"/agencies/{draft.id}/qualifications"
    (held,) = stated(Qualification, draft.id)
    token = re.search(r'name="rows-0-file-kept" value="([^"]+)"', client.get(path).text)[1]
    line = {"rows-row": "0", "rows-0-kind": held.kind, "rows-0-grade": "乙级", "rows-0-number": held.number,
            "rows-0-valid_until": "2031-12-31"}  # fmt: skip
    assert client.post(path, data=line | {"rows-0-file-kept": token}).status_code == 303
    assert [(one.grade, one.file.name) for one in stated(Qualification, draft.id)] == [("乙级", "paper.pdf")]


@pytest.mark.parametrize(
    ("page", "typed", "field"),
    [
        ("describe", {"legal_representative": "", "introduction": "专注测绘。"}, "legal_representative"),
        (
            "qualifications",
            {"rows-row": "0", "rows-0-kind": "测绘资质", "rows-0-number": "", "rows-0-valid_until": "2030-12-31"},
            "rows-0-number",
        ),
        (
            "qualifications",
            {"rows-row": "0", "rows-0-kind": "测绘资质", "rows-0-number": "1", "rows-0-valid_until": "2030-02-30"},
            "rows-0-valid_until",
        ),
        ("professionals", {"rows-row": "0", "rows-0-name": "韦示例", "rows-0-number": "1"}, "rows-0-certificate"),
        ("professionals", {"rows-row": "0", "rows-0-name": "", "rows-0-certificate": "", "rows-0-number": ""}, "rows"),
    ],
)
def test_a_wrong_line_says_why_and_keeps_what_was_typed(draft, member, page, typed, field):
    answer = member(draft).post(f"/agencies/{draft.id}/{page}", data=typed)
    assert answer.status_code == 422
    assert error(answer, field)
    for name, text in typed.items():
        if name not in (field, "rows-row"):
            assert kept(answer, name) == text


def test_another_agencys_professional_is_refused_beside_the_list(draft, member):
    rival = make.agency()
    taken = checked(Professional, rival.id)[0].number
    typed = {
        "rows-row": "0",
        "rows-0-name": "韦示例",
        "rows-0-certificate": "注册测绘师",
        "rows-0-number": taken.lower(),
    }
    page = member(draft).post(f"/agencies/{draft.id}/professionals", data=typed)
    assert page.status_code == 422
    assert f"Certificate {taken} is registered with another agency" in error(page, "rows")
    assert kept(page, "rows-0-number") == taken.lower()


def test_the_commitments_must_be_agreed_to(draft, member):
    client, path = member(draft), f"/agencies/{draft.id}/submit"
    assert client.get(path).text.count("<li>We ") >= 9
    page = client.post(path, data={"signed_by": "示例"})
    assert page.status_code == 422
    assert error(page, "agreed")
    assert kept(page, "signed_by") == "示例"
    assert make.again(draft).state == State.DRAFT
    assert client.post(path, data={"signed_by": "示例", "agreed": "1"}).status_code == 303
    assert make.again(draft).state == State.SUBMITTED


def test_what_is_missing_is_said_when_submitting(member):
    agency = make.agency(admitted=False)
    operations.set_professionals(make.act(agency), agency, rows=[])
    page = member(agency).post(f"/agencies/{agency.id}/submit", data={"signed_by": "示例", "agreed": "1"})
    assert page.status_code == 422
    assert "Register at least one professional." in page.text
    assert kept(page, "signed_by") == "示例"


# --- the operator's check ---------------------------------------------------------------------------------------------


@pytest.fixture
def applied(draft):
    operations.submit(make.act(draft), draft, signed_by="示例")
    make.keep()
    return draft


def test_the_operator_sees_what_waits_with_its_light_and_on_the_desk(applied, operator, clock):
    for path in ("/agencies/to-check", "/desk", f"/agencies/{applied.id}"):
        page = operator.get(path).text
        assert name_of(applied) in page
        assert "check the application" in page.lower()
        assert "Wed 30 Sep, 24:00" in page
    clock.passes(days=30)
    assert "light late" in operator.get("/agencies/to-check").text
    assert "light late" in operator.get("/desk").text


def test_nothing_waits_when_nothing_does(operator):
    assert "None waits." in operator.get("/agencies/to-check").text


def test_the_operator_opens_every_paper(applied, operator):
    page = operator.get(f"/agencies/{applied.id}").text
    papers = re.findall(r'href="(/agencies/(?:papers|qualifications)/\d+/file)"', page)
    assert len(papers) == 2
    for path in papers:
        with operator.get(path) as answer:
            assert answer.data == make.content()
            assert answer.headers["Content-Disposition"].startswith("attachment")


def test_papers_are_nobody_elses(applied, member, visitor):
    (licence,), (held,) = stated(Enclosure, applied.id), stated(Qualification, applied.id)
    clients = [visitor, *(member(one) for one in (make.unit(), make.regulator(), make.agency()))]
    for path in (f"/agencies/papers/{licence.id}/file", f"/agencies/qualifications/{held.id}/file"):
        assert {client.get(path).status_code for client in clients} == {404}
    assert {client.get(f"/agencies/{applied.id}").status_code for client in clients} == {404}


def test_the_application_is_returned_with_reasons_the_agency_reads(applied, operator, member):
    path = f"/agencies/{applied.id}"
    page = operator.post(f"{path}/return_application", data={"reason": "不行"})
    assert (page.status_code, kept(page, "reason")) == (422, "不行")
    assert error(page, "reason")
    reason = "营业执照不清晰，请重新提交。"
    assert operator.post(f"{path}/return_application", data={"reason": reason}).location == path
    page = member(applied).get(path).text
    assert reason in page
    assert "mend the application and submit it again" in page


def test_a_second_decision_reads_how_it_stands(applied, operator):
    path = f"/agencies/{applied.id}"
    operator.post(f"{path}/admit")
    page = operator.post(f"{path}/admit")
    assert page.status_code == 409
    assert "“admitted”" in page.text


def test_an_agency_does_not_admit_itself(applied, member):
    assert member(applied).post(f"/agencies/{applied.id}/admit").status_code == 403


# --- changes ----------------------------------------------------------------------------------------------------------


def test_an_admitted_agency_renews_a_certificate(member, operator, visitor):
    agency = make.agency(lists="ZJ-017")
    client, path = member(agency), f"/agencies/{agency.id}"
    (held,) = checked(Qualification, agency.id)
    line = {"rows-row": "0", "rows-0-kind": held.kind, "rows-0-grade": held.grade, "rows-0-number": held.number}
    client.post(f"{path}/qualifications", data=line | {"rows-0-valid_until": "2035-12-31", "rows-0-file": pdf()})
    page = client.get(path).text
    assert "Changes that are not submitted" in page
    assert "not checked yet" in page
    assert "2035" not in visitor.get(path).text
    assert client.post(f"{path}/submit_changes").location == path
    assert "Check the changes" in operator.get("/desk").text
    assert client.get(f"{path}/qualifications").status_code == 403
    assert operator.post(f"{path}/accept_changes").location == path
    page = visitor.get(path).text
    assert "31 Dec 2035" in page
    assert "not checked yet" not in page


def test_changes_are_returned_with_reasons_and_the_agency_stays(member, operator, visitor):
    agency = make.agency()
    operations.describe(make.act(agency), agency, introduction="", legal_representative="新人", licence=None)
    operations.submit_changes(make.act(agency), agency)
    path = f"/agencies/{agency.id}"
    make.keep()
    page = operator.post(f"{path}/return_changes", data={"reason": " "})
    assert (page.status_code, bool(error(page, "reason"))) == (422, True)
    assert operator.post(f"{path}/return_changes", data={"reason": "请提交新的营业执照。"}).location == path
    assert "请提交新的营业执照。" in member(agency).get(path).text
    assert "请提交新的营业执照。" not in visitor.get(path).text
    assert visitor.get(path).status_code == 200


def test_nothing_to_submit_is_said(member):
    agency = make.agency()
    page = member(agency).post(f"/agencies/{agency.id}/submit_changes")
    assert page.status_code == 422
    assert "Nothing is changed" in page.text


# --- the public page --------------------------------------------------------------------------------------------------


def test_the_public_page_shows_what_stands_on_record_and_nothing_private(visitor):
    agency = make.agency(lists="ZJ-017")
    job = make.job("archived", owner=make.unit(), item="ZJ-017", entrants=[agency], funds="social")
    (held,), (person,) = checked(Qualification, agency.id), checked(Professional, agency.id)
    listing = current_listing(agency.id, make.item("ZJ-017").id)
    make.keep()
    page = visitor.get(f"/agencies/{agency.id}").text
    public = (
        agency.unit.name, "贵港市", held.kind, held.grade, held.number, "31 Dec 2030", person.name,
        person.certificate, listing.quality, "地质灾害危险性评估", job.project_name, "in 1 report delivered",
        "Signed by 示例",
    )  # fmt: skip
    private = (person.number, agency.unit.contact_phone, "paper.pdf", "/file", "Legal representative", "Take down")
    assert [words for words in public if words not in page] == []
    assert [words for words in private if words in page] == []


def test_an_expired_qualification_is_marked(visitor):
    agency = make.agency(lists="ZJ-017")
    checked(Qualification, agency.id)[0].valid_until = date(2026, 9, 27)
    make.keep()
    assert "expired" in visitor.get(f"/agencies/{agency.id}").text
    checked(Qualification, agency.id)[0].valid_until = date(2026, 9, 28)
    make.keep()
    assert "expired" not in visitor.get(f"/agencies/{agency.id}").text


def test_the_list_narrows_down_and_goes_on(visitor):
    agencies = [
        make.agency(f"示例{number:02}公司（示例）", lists="ZJ-019" if number == 5 else make.ITEM)
        for number in range(32)
    ]
    agencies[7].unit.district_code = "440000"
    hidden = make.agency("示例未入驻公司（示例）", admitted=False)
    make.keep()
    first = visitor.get("/agencies").text
    assert name_of(hidden) not in first
    assert first.count('class="what"') == 30
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert visitor.get(older).text.count('class="what"') == 2
    for query, expected in {
        f"item={make.item('ZJ-019').id}": agencies[5], "district=440000": agencies[7], "keyword=12": agencies[12],
    }.items():  # fmt: skip
        page = visitor.get(f"/agencies?{query}").text
        assert re.findall(r'href="/agencies/(\d+)"', page) == [str(expected.id)]
    assert "No agency fits" in visitor.get("/agencies?keyword=不存在").text


# --- listings ---------------------------------------------------------------------------------------------------------

PROMISE = {"days": "4", "fee_cents": "15000", "quality": "清单逐项满足", "accepts_evaluation": "1"}


def test_an_agency_lists_an_item_promises_anew_and_takes_it_down(member, visitor):
    agency, item = make.agency(lists=None), make.item()
    client, path = member(agency), f"/items/{make.item().id}/promise"
    assert "unified standard" in client.get(path).text
    assert client.post(path, data=PROMISE).location == f"/agencies/{agency.id}"
    assert "promise 1, of" in visitor.get(f"/agencies/{agency.id}").text
    assert name_of(agency) in visitor.get(f"/items/{item.id}").text
    page = client.get(path)
    assert [kept(page, name) for name in ("days", "fee_cents", "quality")] == ["4", "15,000", "清单逐项满足"]
    assert client.post(path, data=PROMISE | {"days": "3"}).status_code == 303
    listing = current_listing(agency.id, item.id)
    assert (listing.version, listing.days) == (2, 3)
    assert client.post(f"/listings/{listing.id}/take_down").location == f"/agencies/{agency.id}"
    assert name_of(agency) not in visitor.get(f"/items/{item.id}").text


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"days": "6"}, "days", "Promise at most 5 working days"),
        ({"days": "0"}, "days", "from 1 to 365"),
        ({"fee_cents": "20000.01"}, "fee_cents", "at most 20,000 yuan"),
        ({"fee_cents": ""}, "fee_cents", "at most 20,000 yuan"),
        ({"fee_cents": "-5"}, "fee_cents", "amount in yuan"),
        ({"quality": ""}, "quality", "Enter"),
        ({"accepts_evaluation": ""}, "accepts_evaluation", "Accept the evaluation standard"),
    ],
)
def test_a_promise_beyond_the_standard_says_why_and_keeps_what_was_typed(member, changes, field, says):
    agency = make.agency(lists=None)
    page = member(agency).post(f"/items/{make.item().id}/promise", data=PROMISE | changes)
    assert page.status_code == 422
    assert says in error(page, field)
    for name in {"days", "fee_cents", "quality"} - {field}:
        assert kept(page, name) == (PROMISE | changes)[name]


def test_an_agency_without_the_papers_is_told_before_it_lists(member):
    page = member(make.agency(lists=None)).get(f"/items/{make.item('ZJ-017').id}/promise").text
    assert "Your checked papers do not cover this item" in page
    assert "地质灾害防治单位评估资质（甲级或乙级）" in page


def test_who_is_not_admitted_is_told_why_nothing_is_listed(applied, member):
    page = member(applied).post(f"/items/{make.item().id}/promise", data=PROMISE)
    assert page.status_code == 403
    assert "Only an admitted agency may list services." in plain(page.text)


def test_a_promise_that_a_new_standard_has_outgrown_is_marked(member, visitor, clock):
    agency, item = make.agency(), make.item()
    make.standard(item, effective_from=local_day(make.NOW) + timedelta(days=1), days=3)
    make.keep()
    words = "above the standard in force"
    assert words not in visitor.get(f"/agencies/{agency.id}").text
    clock.passes(days=1)
    assert words in visitor.get(f"/agencies/{agency.id}").text
    assert words in visitor.get(f"/items/{item.id}").text


def test_a_stranger_takes_no_listing_down(member):
    listing = current_listing(make.agency().id, make.item().id)
    for other in (make.agency(), make.unit(Kind.OWNER), make.operator()):
        assert member(other).post(f"/listings/{listing.id}/take_down").status_code == 404


def test_an_authorised_person_acts_for_the_agency(member):
    agency = make.agency(lists=None)
    client = member(make.person(agency.unit, Role.AUTHORISED))
    assert client.post(f"/items/{make.item().id}/promise", data=PROMISE).status_code == 303
