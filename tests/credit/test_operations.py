"""Credit events from notice to repair, and the bars that follow, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.agencies.bars import bar_on
from app.agencies.models import Professional
from app.credit import operations
from app.credit.barring import bars_of
from app.credit.models import CreditRule, account_of, credit_list, events_of, published, rank_of
from app.entries.eligibility import has_staff, unmet
from app.entries.eligible import eligible_ids
from app.infra.db import session
from app.infra.record import Event
from app.kernel.credit import DAY, Grade, months_after
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import HERE, local_day
from tests import make
from tests.credit.matters import TODAY, WHY, bars, clock_takes, in_effect, noted, on
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")


def standing(agency, day):
    return account_of(events_of(agency.id), day).overall


def test_an_event_is_noticed_first_and_counts_only_after_the_silence_of_the_firm():
    agency = make.agency()
    event = noted(agency)
    assert (event.state, event.points, make.workdays(NOW, event.due)) == ("noticed", 8, 5)
    assert standing(agency, TODAY).sum == 0
    make.lapse(event)
    assert event.state == "in_effect"
    assert standing(agency, event.effective_on - DAY).sum == 0
    assert standing(agency, event.effective_on).sum == 800
    assert published(events_of(agency.id), event.effective_on, {}) == [event]


def test_it_counts_from_the_day_after_the_statement_period_however_late_the_clock_comes():
    event = noted(make.agency())
    ends = event.due.astimezone(HERE).date()
    make.lapse(event, days=3)
    assert event.effective_on == ends


def test_a_statement_stands_beside_the_event_and_an_objection_holds_it_up():
    agency = make.agency()
    event = noted(agency)
    due = event.due
    operations.make_statement(make.act(agency), event, statement="已与业主沟通。")
    assert (event.state, event.due, event.statement) == ("stated", due, "已与业主沟通。")
    operations.object_to(make.act(agency), event, objection="分包经业主书面同意，见附件。")
    assert (event.state, make.workdays(NOW, event.due)) == ("objected", 7)
    clock_takes(event)
    assert event.state == "objected"
    assert standing(agency, TODAY + timedelta(days=60)).sum == 0
    operations.confirm(make.act(make.regulator()), event, decision="同意书日期晚于分包。")
    assert (event.state, event.effective_on) == ("in_effect", TODAY)


def test_a_dropped_event_never_counts_and_a_revoked_one_no_longer():
    agency, regulator = make.agency(), make.regulator()
    dropped = noted(agency)
    operations.drop(make.act(regulator), dropped, decision="事实不清。")
    assert dropped.state == "dropped"
    first, second = in_effect(agency), in_effect(agency)
    assert len(bars(agency)) == 1
    operations.revoke(make.act(regulator, on(second)), second, decision="证据被推翻。")
    assert bars(agency) == []
    assert published(events_of(agency.id), first.effective_on, {}) == [first]
    assert standing(agency, first.effective_on).sum == 800


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"happened_on": TODAY + DAY}, "happened_on"),
        ({"happened_on": date(2024, 12, 31)}, "happened_on"),
        ({"code": "overdue_low"}, "code"),
        ({"code": "unheard_of"}, "happened_on"),
        ({"item": None}, "item_id"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(changed, field):
    with pytest.raises(Invalid) as refused:
        noted(make.agency(), **{"code": "subcontract"} | changed)
    assert refused.value.field == field


def test_a_regulator_records_in_its_own_sector_and_nobody_else_records():
    agency, other = make.agency(), make.regulator("transport")
    known = {"code": "subcontract", "happened_on": TODAY, "evidence": WHY, "item": make.item()}
    with pytest.raises(Invalid):
        operations.record_event(make.act(other), agency, **known)
    with pytest.raises(NotAllowed):
        operations.record_event(make.act(make.operator()), agency, **known)
    with pytest.raises(Invalid):
        noted(agency, job=make.job("in_service"))


def test_who_may_decide_and_who_may_object():
    event = noted(make.agency())
    with pytest.raises(NotAllowed):
        operations.object_to(make.act(make.agency()), event, objection=WHY)
    with pytest.raises(NotAllowed):
        operations.drop(make.act(make.regulator("transport")), event, decision=WHY)
    with pytest.raises(WrongState):
        operations.confirm(make.act(make.regulator()), event, decision=WHY)


def test_fifteen_points_of_one_item_stop_entering_at_once_and_what_runs_goes_on():
    agency = make.agency()
    running = make.job("in_service", entrants=[agency, make.agency(), make.agency()], funds="state")
    while running.agency_id != agency.id:
        running = make.job("in_service", entrants=[agency], funds="social")
    job = make.job("open", now=running.state_since)
    in_effect(agency, now=running.state_since)
    last = in_effect(agency, now=running.state_since)
    day = last.effective_on
    assert bars(agency) == [(make.item().id, day, months_after(day, 3) - DAY)]
    assert [(one.item_id, one.first_day, one.last_day) for one in bars_of(agency.id)] == bars(agency)
    assert agency.id not in eligible_ids(day, job)
    assert agency.id in eligible_ids(months_after(day, 3), job)
    assert unmet(day, job, agency).says == "Is not suspended for this item"
    assert unmet(months_after(day, 3), job, agency) is None
    assert bar_on(day, agency.id, make.item(make.OTHER_ITEM).id) is None
    assert running.state == "in_service"
    told = session.scalars(select(Event.thread_of).where(Event.name == "job.agency_barred")).all()
    assert running.thread in told


def test_twenty_points_stop_for_six_months_and_a_fraud_for_three_years_from_everything():
    agency, cheat = make.agency(), make.agency()
    for code in ("subcontract", "fee_off_platform", "staff_swapped"):
        last = in_effect(agency, code)
    assert bars(agency)[-1][1:] == (last.effective_on, months_after(last.effective_on, 6) - DAY)
    fraud = in_effect(cheat, "bribery", item=None)
    assert bars(cheat) == [(None, fraud.effective_on, months_after(fraud.effective_on, 36) - DAY)]
    assert bar_on(fraud.effective_on, cheat.id, make.item(make.OTHER_ITEM).id)
    assert standing(cheat, months_after(fraud.effective_on, 30)).grade == Grade.REMOVED
    assert published(events_of(cheat.id), months_after(fraud.effective_on, 30), {}) == [fraud]


def test_repair_halves_the_points_after_six_clean_months():
    agency = make.agency()
    event = in_effect(agency)
    early, clean = on(event, days=150), on(event, months=6)
    with pytest.raises(Invalid):
        operations.ask_repair(make.act(agency, early), event, plea="已整改并培训。")
    operations.ask_repair(make.act(agency, clean), event, plea="已整改并培训。")
    assert standing(agency, local_day(clean)).sum == 800
    operations.repair(make.act(make.regulator(), clean), event, decision="整改属实。")
    assert (event.state, event.repaired_on) == ("repaired", local_day(clean))
    assert standing(agency, local_day(clean)).sum == 400


def test_a_repair_nobody_decides_on_is_granted_if_the_months_stayed_clean():
    agency, other = make.agency(), make.agency()
    event, second = in_effect(agency), in_effect(other)
    for one, firm in ((event, agency), (second, other)):
        operations.ask_repair(make.act(firm, on(one, months=6)), one, plea="已整改并培训。")
    in_effect(other, "complaint_upheld", on(second, days=175))
    clock_takes(event)
    clock_takes(second)
    assert (event.state, second.state) == ("repaired", "in_effect")
    assert second.repair_decision


def test_a_fraud_is_never_repaired_and_what_no_longer_counts_neither():
    agency, other = make.agency(), make.agency()
    fraud, old = in_effect(agency, "forged_paper"), in_effect(other)
    with pytest.raises(NotAllowed):
        operations.ask_repair(make.act(agency, on(fraud, months=7)), fraud, plea="已整改并培训。")
    with pytest.raises(Invalid):
        operations.ask_repair(make.act(other, on(old, months=13)), old, plea="已整改并培训。")


def test_points_are_those_in_force_on_the_day_it_happened():
    agency = make.agency()
    words = {"zh": "示例", "en": "example", "basis": "示例通知", "mark": "R"}
    kinds = {"measured": False, "fraud": False, "repairable": True}
    session.add(CreditRule(code="subcontract", points=12, effective_from=TODAY, **words, **kinds))
    session.flush()
    before, after = noted(agency, happened_on=TODAY - DAY), noted(agency)
    assert (before.points, after.points) == (8, 12)


def test_a_professional_has_a_sum_of_their_own():
    agency = make.agency()
    person = session.scalars(select(Professional).where(Professional.agency_id == agency.id)).first()
    event = in_effect(agency, professional=person)
    in_effect(agency, "complaint_upheld")
    assert (event.professional, event.professional_name) == (person.number, person.name)
    mine = [one for one in events_of(agency.id) if one.professional]
    assert account_of(mine, event.effective_on).overall.sum == 800
    assert standing(agency, event.effective_on).sum == 1100


def test_the_worst_stands_first_on_the_credit_list_and_ranks_lowest():
    mild, bad, good, clean = (make.agency() for _ in range(4))
    in_effect(mild, "complaint_upheld")
    in_effect(good, "staff_swapped")
    in_effect(good, "complaint_upheld")
    event = in_effect(bad, "collusion")
    day = event.effective_on
    assert [row.agency.id for row in credit_list(day)] == [bad.id, good.id, mild.id]
    assert rank_of(day) == {bad.id: 4, good.id: 1}
    assert rank_of(day, {bad.id, mild.id}) == {bad.id: 4} and rank_of(day, ()) == {}
    assert clean.id not in rank_of(day)
    assert credit_list(day - DAY) == []


def test_whoever_comes_second_reads_how_the_event_stands():
    agency, by = make.agency(), make.act(make.regulator())
    event = noted(agency)
    operations.drop(by, event, decision="事实不清。")
    with pytest.raises(WrongState) as refused:
        operations.object_to(make.act(agency), event, objection=WHY)
    assert refused.value.places["state"] == "dropped, without effect"
    with pytest.raises(WrongState):
        operations.drop(by, event, decision="事实不清。")


def served_by(agency):
    return session.scalars(select(Professional).where(Professional.agency_id == agency.id)).first()


def test_a_barred_professional_counts_as_nobodys_staff_and_the_firm_reads_who_and_through_when():
    former, agency, other = make.agency(), make.agency(), make.agency()
    job, person = make.job("open"), served_by(agency)
    make.item().require_staff = [{"certificate": person.certificate, "least": 1}]
    session.flush()
    in_effect(agency, professional=person)
    assert {agency.id, other.id} <= set(eligible_ids(TODAY + 30 * DAY, job))
    # The rest of the points came where that person served before.
    here, person.agency_id = person.agency_id, former.id
    event = in_effect(former, professional=person)
    person.agency_id = here
    session.flush()
    day, last = event.effective_on, months_after(event.effective_on, 3) - DAY
    assert bars(agency) == bars(former) == []
    lacks = unmet(day, job, agency)
    assert (lacks.says, lacks.page) == ("Has the registered professionals", "credit.agency")
    assert lacks.numbers["who"] == person.name and lacks.numbers["day"] == last.isoformat()
    told = [set(eligible_ids(one, job)) & {agency.id, other.id} for one in (day - DAY, day, last, last + DAY)]
    assert told == [{agency.id, other.id}, {other.id}, {other.id}, {agency.id, other.id}]
    assert not has_staff(agency.id, make.item(), last) and has_staff(agency.id, make.item(), last + DAY)
    known = {"name": "示例乙", "certificate": person.certificate, "number": "示例-2", "checked": True}
    session.add(Professional(agency_id=agency.id, **known))
    session.flush()
    assert agency.id in eligible_ids(day, job) and unmet(day, job, agency) is None, "another of them is enough"


def test_a_revoked_event_lets_a_professional_count_again():
    agency = make.agency()
    person, job = served_by(agency), make.job("open")
    make.item().require_staff = [{"certificate": person.certificate, "least": 1}]
    event = in_effect(agency, "hired_certificate", professional=person)
    assert not has_staff(agency.id, make.item(), event.effective_on)
    operations.revoke(make.act(make.regulator(), on(event)), event, decision="证书核实无误。")
    assert has_staff(agency.id, make.item(), event.effective_on)
    assert agency.id in eligible_ids(event.effective_on, job)
