"""How an agency enters the market, changes its papers and promises: on both databases."""

from datetime import date, timedelta
from functools import partial
from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.operations import NewPerson
from app.agencies import operations
from app.agencies.models import (
    Agency,
    Enclosure,
    Listing,
    Professional,
    Qualification,
    admitted_agencies,
    checked,
    current_listing,
    exceeds,
    has_changes,
    listings_for,
    listings_of,
    proposed,
    stated,
    to_check,
)
from app.agencies.rules import State
from app.catalogue.models import standard_in_force
from app.entries.models import Entry
from app.infra import db
from app.infra.db import session
from app.infra.record import Event
from app.kernel.act import VISITOR, Act, Kind
from app.kernel.credit_code import make_code
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import HERE, local_day
from tests import make
from tests.at_once import in_threads
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
_number = count(1)


def registered(code=None):
    """An agency that has only registered."""
    number = next(_number)
    return operations.register(
        Act(VISITOR, NOW), code=code or make_code("91450802", f"MA5AG{number:03}"), name="示例咨询公司（示例）",
        district_code=make.COUNTY, address="", contact_name="示例", contact_phone="0775-0000000",
        person=NewPerson(f"agent{number}", "", "示例人员", make.PASSWORD),
    )  # fmt: skip


def complete(agency, **changes):
    """State everything an application needs."""
    by, paper = make.act(agency), make.file(agency).id
    known = {"introduction": "", "legal_representative": "示例", "licence": paper}
    operations.describe(by, agency, **known | changes)
    operations.set_qualifications(by, agency, rows=[make.qualification(file=paper)])
    operations.set_professionals(by, agency, rows=[make.professional()])


def applied():
    agency = registered()
    complete(agency)
    operations.submit(make.act(agency), agency, signed_by="示例")
    return agency


def events(agency):
    return list(session.scalars(select(Event.name).where(Event.thread_of == agency.thread).order_by(Event.id)))


# --- the application --------------------------------------------------------------------------------------------------


def test_an_agency_registers_with_its_unit_and_begins_an_application():
    agency = registered()
    assert (agency.state, agency.unit.kind, agency.due) == (State.DRAFT, Kind.AGENCY, None)
    assert events(agency) == ["agency.register"]


def test_a_code_that_is_registered_is_refused_for_an_agency_too():
    unit = make.unit()
    with pytest.raises(Invalid, match="registered already"):
        registered(code=unit.code)


@pytest.mark.parametrize(
    ("leave_out", "says"),
    [
        ("describe", "legal representative"),
        ("licence", "business licence"),
        ("copy", "a copy of every qualification"),
        ("professionals", "at least one professional"),
        ("validity", "has expired"),
    ],
)
def test_an_application_says_what_is_still_missing(leave_out, says):
    agency = registered()
    by, paper = make.act(agency), make.file(agency).id
    if leave_out != "describe":
        known = {"introduction": "", "legal_representative": "示例"}
        operations.describe(by, agency, **known, licence=None if leave_out == "licence" else paper)
    until = date(2026, 9, 27) if leave_out == "validity" else date(2026, 9, 28)
    row = make.qualification(file=None if leave_out == "copy" else paper, valid_until=until)
    operations.set_qualifications(by, agency, rows=[row])
    if leave_out != "professionals":
        operations.set_professionals(by, agency, rows=[make.professional()])
    with pytest.raises(Invalid, match=says):
        operations.submit(by, agency, signed_by="示例")
    assert agency.state == State.DRAFT
    assert len(operations.missing_parts(agency, local_day(NOW))) == 1


def test_no_qualification_is_needed_to_apply():
    agency = registered()
    complete(agency)
    operations.set_qualifications(make.act(agency), agency, rows=[])
    operations.submit(make.act(agency), agency, signed_by="示例")
    assert agency.state == State.SUBMITTED


def test_the_operator_has_two_working_days_for_the_check():
    monday_morning = applied()
    assert monday_morning.due.astimezone(HERE).isoformat() == "2026-10-01T00:00:00+08:00"
    before_the_holidays = NOW + timedelta(days=2)
    agency = registered()
    complete(agency)
    operations.submit(make.act(agency, before_the_holidays), agency, signed_by="示例")
    assert agency.due.astimezone(HERE).isoformat() == "2026-10-10T00:00:00+08:00", "8 and 9 October"


def test_a_check_that_is_late_stays_with_the_operator(work):
    agency = applied()
    make.keep()
    late = agency.due + timedelta(days=30)
    work(late)
    agency = make.again(agency)
    assert agency.state == State.SUBMITTED
    assert [one.id for one in to_check()] == [agency.id]
    operations.admit(make.act(make.operator(), late), agency)
    assert agency.state == State.ADMITTED


def test_applications_wait_by_deadline():
    later, first = registered(), registered()
    for agency, now in ((first, NOW), (later, NOW + timedelta(days=1))):
        complete(agency)
        operations.submit(make.act(agency, now), agency, signed_by="示例")
    assert [one.id for one in to_check()] == [first.id, later.id]


def test_the_signature_and_the_commitments_are_on_record():
    agency = applied()
    assert (agency.signed_by, agency.signed_at) == ("示例", NOW)
    assert events(agency)[-1] == "agency.submit"


def test_an_application_is_returned_with_reasons_mended_and_admitted():
    agency, operator = applied(), make.operator()
    operations.return_application(make.act(operator), agency, reason="营业执照不清晰，请重新提交。")
    assert (agency.state, agency.returned_because) == (State.RETURNED, "营业执照不清晰，请重新提交。")
    operations.describe(
        make.act(agency), agency, introduction="", legal_representative="示例", licence=make.file(agency).id
    )
    operations.submit(make.act(agency), agency, signed_by="示例")
    operations.admit(make.act(operator), agency)
    assert (agency.state, agency.returned_because, agency.admitted_at) == (State.ADMITTED, None, NOW)


@pytest.mark.parametrize("reason", ["", "    ", "不行"])
def test_nothing_is_returned_without_reasons(reason):
    agency = applied()
    with pytest.raises(Invalid) as refusal:
        operations.return_application(make.act(make.operator()), agency, reason=reason)
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("verb", ["admit", "return_application", "accept_changes", "return_changes"])
def test_only_the_operator_checks(verb):
    agency = applied()
    more = {"reason": "不符合要求，请补正。"} if verb.startswith("return") else {}
    for outsider in (agency, make.unit(), make.regulator(), make.agency()):
        with pytest.raises(NotAllowed):
            getattr(operations, verb)(make.act(outsider), agency, **more)


def test_an_application_is_decided_once():
    agency, operator = applied(), make.operator()
    operations.admit(make.act(operator), agency)
    with pytest.raises(WrongState):
        operations.admit(make.act(operator), agency)
    with pytest.raises(WrongState):
        operations.return_application(make.act(operator), agency, reason="不符合要求，请补正。")


def test_what_is_being_checked_cannot_be_changed():
    agency = applied()
    by = make.act(agency)
    for edit in (
        partial(operations.describe, introduction="", legal_representative="别人", licence=None),
        partial(operations.set_qualifications, rows=[]),
        partial(operations.set_professionals, rows=[make.professional()]),
    ):
        with pytest.raises(WrongState, match="check cannot be changed"):
            edit(by, agency)


def test_nobody_but_the_agency_states_its_papers():
    agency = registered()
    for outsider in (make.operator(), make.agency(), make.unit()):
        with pytest.raises(WrongState):
            operations.set_professionals(make.act(outsider), agency, rows=[make.professional()])


def test_papers_are_kept_when_no_new_ones_are_handed_in():
    agency = registered()
    complete(agency)
    licence = stated(Enclosure, agency.id)[0].file_id
    proof = {"name": "社会保险证明", "file": make.file(agency, "proof.pdf").id}
    operations.describe(
        make.act(agency), agency, introduction="", legal_representative="示例", licence=None, others=[proof]
    )
    assert {one.name: one.file_id for one in stated(Enclosure, agency.id)} == {
        Enclosure.LICENCE: licence, proof["name"]: proof["file"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "rows"),
    [
        ("set_qualifications", [make.qualification(number="A1"), make.qualification(number="A1", grade="乙级")]),
        ("set_professionals", [make.professional(number="P 1"), make.professional(number="ｐ1", name="另一人")]),
    ],
)
def test_nothing_stands_twice_in_a_list(verb, rows):
    agency = registered()
    with pytest.raises(Invalid, match="twice") as refusal:
        getattr(operations, verb)(make.act(agency), agency, rows=rows)
    assert refusal.value.field == "rows"


# --- one professional, one agency -------------------------------------------------------------------------------------


def test_a_professional_belongs_to_one_agency():
    first, second = make.agency(), registered()
    (person,) = checked(Professional, first.id)
    for typed in (person.number, f" {person.number.lower()} ", person.number.replace("P", "Ｐ")):
        with pytest.raises(Invalid, match="belongs to one agency") as refusal:
            operations.set_professionals(make.act(second), second, rows=[make.professional(number=typed)])
        assert refusal.value.field == "rows"


def test_a_professional_who_left_may_serve_another():
    first, second = make.agency(), registered()
    number = checked(Professional, first.id)[0].number
    operations.set_professionals(make.act(first), first, rows=[make.professional()])
    operations.set_professionals(make.act(second), second, rows=[make.professional(number=number)])
    assert [one.number for one in stated(Professional, second.id)] == [number]


def test_a_certificate_that_was_only_typed_keeps_nobody_out():
    """A number counts once the operator has checked it: nobody can reserve another's people by typing their numbers."""
    squatter, rightful = registered(), registered()
    for agency in (squatter, rightful):
        complete(agency)
        operations.set_professionals(make.act(agency), agency, rows=[make.professional(number="GX-1")])
    operations.submit(make.act(rightful), rightful, signed_by="示例")
    operations.admit(make.act(make.operator()), rightful)
    with pytest.raises(Invalid, match="GX-1 is registered with another agency"):
        operations.submit(make.act(squatter), squatter, signed_by="示例")


def two_who_name_the_same_person():
    agencies = [registered(), registered()]
    for agency in agencies:
        complete(agency)
        operations.set_professionals(make.act(agency), agency, rows=[make.professional(number="GX-1")])
        operations.submit(make.act(agency), agency, signed_by="示例")
    return agencies


def test_of_two_applications_with_the_same_person_one_is_admitted():
    first, second = two_who_name_the_same_person()
    operations.admit(make.act(make.operator()), first)
    with pytest.raises(Invalid, match="belongs to one agency"):
        operations.admit(make.act(make.operator()), second)


def test_two_checks_at_once_register_the_person_once():
    agencies = two_who_name_the_same_person()
    ids, by, answers = [one.id for one in agencies], make.act(make.operator()), []
    make.keep()
    session.remove()

    def admit(id):
        try:
            with db.transaction():
                operations.admit(by, session.get_one(Agency, id))
        except (Invalid, IntegrityError) as error:
            answers.append(error)

    in_threads(*(partial(admit, id) for id in ids))
    assert len(answers) == 1
    assert sorted(session.get_one(Agency, id).state for id in ids) == [State.ADMITTED, State.SUBMITTED]


def test_the_schema_itself_lets_no_person_serve_two():
    """The control: without any look before, the schema refuses."""
    first, second = (make.agency().id for _ in range(2))
    number = checked(Professional, first)[0].number
    session.add(Professional(agency_id=second, name="示例", certificate="示例", number=number, checked=True))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


# --- changes of an admitted agency ------------------------------------------------------------------------------------


def with_survey_grade(grade="乙级", **changes):
    agency = make.agency(lists=None)
    row = make.qualification(grade=grade, number="QA-1", file=make.file(agency).id, **changes)
    operations.set_qualifications(make.act(agency), agency, rows=[row])
    operations.submit_changes(make.act(agency), agency)
    operations.accept_changes(make.act(make.operator()), agency)
    return agency, row


def held(agency):
    return [(one.kind, one.grade, one.valid_until.year) for one in checked(Qualification, agency.id)]


def test_a_new_qualification_counts_once_it_is_checked():
    agency = make.agency(lists=None)
    operations.set_qualifications(
        make.act(agency), agency, rows=[make.qualification(grade="甲级", file=make.file(agency).id)]
    )
    assert (held(agency), has_changes(agency)) == ([], True)
    operations.submit_changes(make.act(agency), agency)
    assert (held(agency), agency.state) == ([], State.CHANGED)
    operations.accept_changes(make.act(make.operator()), agency)
    assert (held(agency), agency.state) == ([("测绘资质", "甲级", 2030)], State.ADMITTED)
    assert not has_changes(agency)


def test_the_old_validity_counts_until_the_new_one_is_checked():
    agency, row = with_survey_grade(valid_until=date(2026, 12, 31))
    operations.set_qualifications(make.act(agency), agency, rows=[row | {"valid_until": date(2031, 12, 31)}])
    operations.submit_changes(make.act(agency), agency)
    assert held(agency) == [("测绘资质", "乙级", 2026)]
    assert [one.valid_until.year for one in stated(Qualification, agency.id)] == [2031]
    operations.accept_changes(make.act(make.operator()), agency)
    assert held(agency) == [("测绘资质", "乙级", 2031)]


def test_what_is_left_out_is_gone_at_once():
    agency, _ = with_survey_grade()
    operations.set_qualifications(make.act(agency), agency, rows=[])
    assert (held(agency), has_changes(agency)) == ([], False)


def test_saying_the_same_again_changes_nothing():
    agency, row = with_survey_grade()
    operations.set_qualifications(make.act(agency), agency, rows=[row])
    assert not has_changes(agency)
    same_content = make.file(agency, "another name.pdf").id
    operations.set_qualifications(make.act(agency), agency, rows=[row | {"file": same_content}])
    assert not has_changes(agency)


def test_changes_are_checked_within_the_same_time_and_the_agency_stays_in_the_market():
    agency = make.agency()
    operations.set_professionals(
        make.act(agency), agency,
        rows=[make.professional(number=checked(Professional, agency.id)[0].number), make.professional("测绘师")],
    )  # fmt: skip
    operations.submit_changes(make.act(agency), agency)
    assert agency.due.astimezone(HERE).date() == date(2026, 10, 1)
    assert [one.id for one in to_check()] == [agency.id]
    assert agency.id in [one.id for one in admitted_agencies()]
    assert agency.id in [one.agency_id for one in listings_for(make.item().id)]
    assert [one.certificate for one in checked(Professional, agency.id)] == ["注册工程师"]
    operations.promise(
        make.act(agency), agency, make.item(), days=4, fee_cents=1_000_000, quality="示例", accepts_evaluation=True
    )
    operations.accept_changes(make.act(make.operator()), agency)
    assert sorted(one.certificate for one in checked(Professional, agency.id)) == ["注册工程师", "测绘师"]


def test_returned_changes_stand_to_be_mended():
    agency, row = with_survey_grade()
    operations.set_qualifications(make.act(agency), agency, rows=[row | {"grade": "甲级"}])
    operations.submit_changes(make.act(agency), agency)
    operations.return_changes(make.act(make.operator()), agency, reason="证书等级与附件不符，请核对。")
    assert (agency.state, held(agency)) == (State.ADMITTED, [("测绘资质", "乙级", 2030)])
    assert agency.returned_because == "证书等级与附件不符，请核对。"
    assert [one.grade for one in proposed(Qualification, agency.id)] == ["甲级"]
    operations.set_qualifications(make.act(agency), agency, rows=[row])
    assert not has_changes(agency)


def test_another_legal_representative_is_checked_and_another_introduction_is_not():
    agency = make.agency()
    operations.describe(make.act(agency), agency, introduction="新的介绍", legal_representative="新人", licence=None)
    assert (agency.introduction, agency.legal_representative) == ("新的介绍", "示例")
    operations.submit_changes(make.act(agency), agency)
    operations.accept_changes(make.act(make.operator()), agency)
    assert (agency.legal_representative, agency.next_representative) == ("新人", None)


def test_another_licence_stands_beside_the_one_that_counts():
    agency = make.agency()
    before = checked(Enclosure, agency.id)[0].file_id
    newer = make.file(agency, "licence.pdf")
    newer.sha256 = "0" * 64
    operations.describe(make.act(agency), agency, introduction="", legal_representative="示例", licence=newer.id)
    assert [one.file_id for one in checked(Enclosure, agency.id)] == [before]
    operations.submit_changes(make.act(agency), agency)
    operations.accept_changes(make.act(make.operator()), agency)
    assert [one.file_id for one in checked(Enclosure, agency.id)] == [newer.id]


def test_nothing_is_submitted_when_nothing_changed():
    agency = make.agency()
    with pytest.raises(Invalid, match="Nothing is changed"):
        operations.submit_changes(make.act(agency), agency)


def test_changes_must_be_complete_as_an_application_is():
    agency, row = with_survey_grade()
    operations.set_qualifications(make.act(agency), agency, rows=[row | {"valid_until": date(2026, 9, 27)}])
    with pytest.raises(Invalid, match="has expired"):
        operations.submit_changes(make.act(agency), agency)


# --- listings ---------------------------------------------------------------------------------------------------------

PROMISE = {"days": 5, "fee_cents": 2_000_000, "quality": "清单逐项满足", "accepts_evaluation": True}


def promise(agency, item=None, now=NOW, **changes):
    return operations.promise(make.act(agency, now), agency, item or make.item(), **PROMISE | changes)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"days": 6}, "days", "at most 5 working days"),
        ({"fee_cents": 2_000_001}, "fee_cents", "at most 20,000 yuan"),
        ({"fee_cents": None}, "fee_cents", "at most 20,000 yuan"),
        ({"accepts_evaluation": False}, "accepts_evaluation", "Accept the evaluation standard"),
        ({"quality": " "}, "quality", "quality"),
    ],
)
def test_a_promise_stays_within_the_standard(changes, field, says):
    agency = make.agency(lists=None)
    with pytest.raises(Invalid, match=says) as refusal:
        promise(agency, **changes)
    assert refusal.value.field == field
    assert current_listing(agency.id, make.item().id) is None


@pytest.mark.parametrize("changes", [{}, {"days": 1, "fee_cents": 1}])
def test_a_promise_at_its_bounds_is_taken(changes):
    assert promise(make.agency(lists=None), **changes).version == 1


def test_where_the_contract_decides_a_promise_needs_days_and_may_leave_the_fee():
    agency = make.agency(lists=None)
    listing = promise(agency, make.item(make.BY_CONTRACT), days=60, fee_cents=None)
    assert (listing.days, listing.fee_cents) == (60, None)


def test_a_promise_holds_to_the_standard_of_its_day():
    agency, item = make.agency(lists=None), make.item()
    stricter(item, NOW)
    tomorrow = NOW + timedelta(days=1)
    first = promise(agency)
    with pytest.raises(Invalid, match="at most 3 working days"):
        promise(agency, now=tomorrow)
    second = promise(agency, now=tomorrow, days=3, fee_cents=1_500_000)
    assert (first.standard.version, second.standard.version) == (1, 2)


def stricter(item, now, days=3, ceiling_cents=1_500_000):
    """A second version of the standard from tomorrow on."""
    return make.standard(
        item, now=now, effective_from=local_day(now) + timedelta(days=1), days=days, ceiling_cents=ceiling_cents
    )


def test_a_promise_that_a_new_standard_has_outgrown_is_seen():
    agency, item = make.agency(), make.item()
    listing = current_listing(agency.id, item.id)
    stricter(item, NOW)
    assert not exceeds(listing, standard_in_force(item.id, local_day(NOW)))
    assert exceeds(listing, standard_in_force(item.id, local_day(NOW) + timedelta(days=1)))
    promise(agency, now=NOW + timedelta(days=1), days=3, fee_cents=1_500_000)
    newest = current_listing(agency.id, item.id)
    assert not exceeds(newest, standard_in_force(item.id, local_day(NOW) + timedelta(days=1)))


def test_promising_anew_makes_a_version_and_keeps_the_old():
    agency = make.agency(lists=None)
    first = promise(agency)
    second = promise(agency, days=4)
    assert (first.version, first.current, first.days) == (1, False, 5)
    assert (second.version, second.current, second.days) == (2, True, 4)
    assert [one.id for one in listings_of(agency.id)] == [second.id]


def test_a_listing_is_taken_down_and_can_come_back():
    agency = make.agency(lists=None)
    listing = promise(agency)
    operations.take_down(make.act(agency), listing)
    assert listings_of(agency.id) == listings_for(make.item().id) == []
    with pytest.raises(WrongState):
        operations.take_down(make.act(agency), listing)
    assert promise(agency).version == 2


def test_nobody_takes_down_the_listing_of_another():
    listing = promise(make.agency(lists=None))
    for outsider in (make.agency(), make.operator(), make.unit()):
        with pytest.raises(NotAllowed):
            operations.take_down(make.act(outsider), listing)


def test_only_the_admitted_list():
    agency = applied()
    with pytest.raises(NotAllowed, match="admitted"):
        promise(agency)
    other = make.agency(lists=None)
    with pytest.raises(NotAllowed):
        operations.promise(make.act(other), agency, make.item(), **PROMISE)


def test_an_award_keeps_the_promise_it_was_made_under():
    agencies = [make.agency() for _ in range(3)]
    job = make.job("awarded", entrants=agencies)
    winner = session.get_one(Agency, job.agency_id)
    pinned = current_listing(winner.id, job.item_id)
    promise(winner, now=make.later(job), days=2, fee_cents=900_000)
    operations.take_down(make.act(winner, make.later(job)), current_listing(winner.id, job.item_id))
    entry = session.scalar(select(Entry).where(Entry.job_id == job.id, Entry.agency_id == winner.id))
    assert (entry.listing_id, entry.listing.days, entry.listing.version) == (pinned.id, 5, 1)
    assert (job.agreed_days, job.amount_cents) == (5, job.ceiling_cents)


def test_two_promises_at_once_leave_one_current():
    agency, item = make.agency(lists=None), make.item()
    by, agency_id, item_id = make.act(agency), agency.id, item.id
    make.keep()
    session.remove()

    def run():
        with db.transaction():
            operations.promise(by, session.get_one(Agency, agency_id), make.item(), **PROMISE)

    in_threads(run, run)
    versions = session.scalars(select(Listing).where(Listing.agency_id == agency_id).order_by(Listing.version)).all()
    assert [(one.version, one.current) for one in versions] == [(1, False), (2, True)]
    assert current_listing(agency_id, item_id) is versions[1]


# --- finding agencies -------------------------------------------------------------------------------------------------


def test_agencies_are_found_by_item_place_and_every_word_of_their_name():
    survey = make.agency("示例东湖测绘公司（示例）", lists="ZJ-019")
    water = make.agency("示例东湖水保公司（示例）")
    water.unit.district_code = "450802001"
    make.agency("示例未入驻公司（示例）", admitted=False)
    session.flush()

    def found(**wanted):
        return {one.id for one in admitted_agencies(**wanted)}

    assert found() == {survey.id, water.id}
    assert found(item_id=make.item("ZJ-019").id) == {survey.id}
    assert found(keyword="东湖") == {survey.id, water.id}
    assert found(keyword="东湖 水保") == {water.id}
    assert found(keyword="%") == set()
    assert found(district="450802") == {water.id}
    assert found(district="450000") == {survey.id, water.id}
    assert found(after=survey.id) == {water.id}
