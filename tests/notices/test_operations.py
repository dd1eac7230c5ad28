"""At each step the right people are told, once each, and never whoever took it. On both databases."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import wiring
from app.accounts.models import Membership, Unit, User
from app.agencies import operations as agencies
from app.agencies.models import Agency, current_listing
from app.contracts import operations as contracts
from app.contracts.models import materials_asked
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra import mail
from app.infra.db import session
from app.infra.outbox import Task, take_one
from app.infra.record import Event
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.act import CLOCK, Act, Actor, Role
from app.kernel.workdays import HERE, local_day
from app.notices import operations
from app.notices.models import Notice, inbox
from app.notices.rules import TELL
from app.objections import operations as objections
from app.objections.models import Objection
from app.payments import operations as payments
from app.payments.models import due_of
from app.ratings import operations as ratings
from app.ratings.models import AXES, ratings_of
from app.selections import operations as selections
from app.services import operations as services
from app.services.models import Pause
from app.terms import operations as terms
from tests import make
from tests.make import lapse
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
REASON, WHY = "项目调整，不再需要。", "现场道路中断，勘察人员无法进入，预计三个工作日恢复。"


@dataclass
class Cast:
    """Everybody of a job, one letter each: O the owner's administrator, D the delegate who runs it, C another delegate;
    A and P two people of the selected agency, B of another that entered, E of one that did not; M the operator, R the
    regulator of the sector, r of another; X a stranger who objects."""

    owner: Unit
    people: dict[str, User]
    agencies: dict[str, Agency]
    sector: str = "water"

    def act(self, letter: str, job: Job) -> Act:
        return make.act(self.people[letter], make.later(job))

    def letters(self, ids: list[int]) -> str:
        known = {user.id: letter for letter, user in self.people.items()}
        return "".join(sorted(known.get(id, "?") for id in ids))

    def told(self, name: str) -> str:
        """Do what is left to do, and say who has been told of the last event of this name."""
        finish()
        last = session.scalars(select(Event.id).where(Event.name == name).order_by(Event.id.desc())).first()
        assert last is not None, f"{name} did not happen"
        return self.letters(list(session.scalars(select(Notice.user_id).where(Notice.event_id == last))))


def finish() -> None:
    """All that is due by the last event."""
    last = session.scalar(select(func.max(Event.at)))
    while take_one(wiring.TASKS, last):
        pass
    assert session.scalars(select(Task.error).where(Task.error.is_not(None))).all() == []


@pytest.fixture
def cast(app: Flask) -> Cast:
    owner, firms = make.unit(), {letter: make.agency() for letter in "ABE"}
    people = {
        "O": make.user_of(owner),
        "D": make.person(owner, Role.DELEGATE),
        "C": make.person(owner, Role.DELEGATE),
        "P": make.person(firms["A"].unit, Role.AUTHORISED),
        **{letter: make.user_of(firm) for letter, firm in firms.items()},
        "M": make.user_of(make.operator()),
        "R": make.user_of(make.regulator("water")),
        "r": make.user_of(make.regulator("land")),
        "X": make.user_of(make.unit()),
    }
    return Cast(owner, people, firms)


def posted(cast: Cast, state: str = "draft", **fields: Any) -> Job:
    """The owner's job, handed over to the delegate; from its selection on A is the selected agency, B has entered."""
    known = {"method": "lowest_price", "funds": "social", "entrants": [cast.agencies["A"], cast.agencies["B"]]}
    job = make.job(state, owner=cast.owner, **known | fields)
    job.run_by_id = cast.people["D"].id
    session.flush()
    finish()
    return job


# --- from the posting to the archive ----------------------------------------------------------------------------------


def test_the_way_of_a_job_is_told_to_those_who_are_in_it(cast: Cast) -> None:
    job = posted(cast)
    jobs.submit(cast.act("D", job), job)
    assert cast.told("job.submit") == "M"
    jobs.return_posting(cast.act("M", job), job, reason="请补充项目规模。")
    assert cast.told("job.return_posting") == "DO"
    jobs.submit(cast.act("O", job), job)
    jobs.publish(cast.act("M", job), job)
    assert cast.told("job.publish") == "DO"
    named = cast.agencies["B"].unit.code
    why = {"direct_ground": "small", "direct_reason": "原成果由该机构编制，本次仅作局部修改。"}
    make.job("open", owner=cast.owner, method="direct", named=named, **why)
    assert cast.told("job.publish") == "BO", "whom a direct selection names is told"
    for letter, quote in (("A", 1_000_000), ("B", 1_100_000), ("E", 1_200_000)):
        entry = entries.enter(cast.act(letter, job), job, Offer(quote))
    entries.withdraw(cast.act("E", job), entry)
    lapse(lapse(job))
    assert cast.told("job.select") == "ABDOP", "whoever withdrew is not told"
    lapse(job)
    assert cast.told("job.award") == "ADOP"


def test_the_contract_and_the_papers_are_told_to_the_side_that_acts_next(cast: Cast) -> None:
    job = posted(cast, "awarded")
    terms = {"signed_on": local_day(make.later(job)), "amount_cents": job.amount_cents, "days": job.agreed_days}
    paper = make.file(cast.owner, now=job.state_since).id
    contracts.upload(cast.act("D", job), job, file_id=paper, **terms)
    assert cast.told("job.upload_contract") == "AOP"
    contracts.return_contract(cast.act("A", job), job, reason="缺少签章，请补正。")
    assert cast.told("job.return_contract") == "DOP"
    contracts.upload(cast.act("P", job), job, file_id=paper, **terms)
    contracts.confirm(cast.act("O", job), job)
    assert cast.told("job.confirm_contract") == "ADP"
    contracts.list_materials(cast.act("A", job), job, lines=[{"name": "地形图", "proves": "", "essential": True}])
    assert cast.told("job.list_materials") == "DO"
    hand_in(cast, job)
    assert cast.told("job.hand_in") == "AP"
    (line,) = materials_asked(job.id)
    contracts.name_defects(cast.act("P", job), job, defects={line.id: "缺少图例，请补正。"})
    assert cast.told("job.name_defects") == "DO"
    hand_in(cast, job)
    services.start(cast.act("A", job), job)
    assert cast.told("job.start") == "DOP"


def hand_in(cast: Cast, job: Job) -> None:
    paper = make.file(cast.owner, now=job.state_since).id
    contracts.hand_in(cast.act("D", job), job, papers={line.id: (paper, "") for line in materials_asked(job.id)})


def ask(cast: Cast, job: Job) -> Pause:
    return services.ask_pause(cast.act("D", job), job, reason="site", text=WHY, file_id=None)


def test_pauses_are_told_to_the_other_side(cast: Cast) -> None:
    job = posted(cast, "in_service")
    services.drop_pause(cast.act("D", job), ask(cast, job))
    assert cast.told("pause.drop") == "AOP"
    services.refuse_pause(cast.act("A", job), ask(cast, job), answer="现场已经通路。")
    assert cast.told("pause.refuse") == "DOP"
    pause = ask(cast, job)
    assert cast.told("pause.ask") == "AOP"
    services.confirm_pause(cast.act("P", job), pause)
    assert cast.told("job.pause") == "ADOR"
    services.resume(cast.act("O", job), job)
    assert cast.told("job.resume") == "ADP"
    services.veto_pause(cast.act("R", job), pause, reason="理由不成立，予以否决。")
    assert cast.told("pause.veto") == "ADOP"
    ask(cast, job)
    services.terminate(cast.act("M", job), job, reason="项目取消，终止服务。")
    assert cast.told("pause.fall_away") == "ADOP"


def test_the_report_and_the_ratings_are_told(cast: Cast) -> None:
    job = posted(cast, "in_service")
    report = make.file(cast.agencies["A"], now=job.state_since).id
    services.deliver(cast.act("A", job), job, file_ids=[report], note="")
    assert cast.told("job.deliver") == "DO"
    services.return_report(cast.act("D", job), job, reason="缺少附图，请补充。")
    assert cast.told("job.return_report") == "AP"
    services.deliver(cast.act("P", job), job, file_ids=[report], note="")
    services.accept(cast.act("O", job), job)
    assert cast.told("job.accept") == "ADP"
    ratings.give(cast.act("D", job), job, **dict.fromkeys(AXES, 4), text="")
    assert cast.told("rating.give") == "", "how one side has rated is nobody's news before the other has"
    ratings.give(cast.act("A", job), job, **dict.fromkeys(AXES, 4), text="")
    assert cast.told("job.conclude") == "DOPR"
    (rating, _) = ratings_of(job.id)
    ratings.set_aside(cast.act("R", job), rating, reason="与事实不符，不予计入。")
    assert cast.told("rating.set_aside") == "ADOP"
    ratings.restore(cast.act("R", job), rating, reason="复核后予以恢复。")
    assert cast.told("rating.restore") == "ADOP"


def test_what_the_clock_does_is_told_to_both_sides(cast: Cast) -> None:
    checking = posted(cast, "materials_check")
    lapse(checking)
    assert cast.told("job.start") == "ADOP"
    delivered = posted(cast, "delivered")
    lapse(delivered)
    assert cast.told("job.accept") == "ADOP"
    lapse(delivered)
    assert cast.told("job.archive") == "ADOPR"


# --- what may go otherwise --------------------------------------------------------------------------------------------


def test_a_withdrawn_and_a_failed_job_are_told_to_those_who_entered(cast: Cast) -> None:
    job = posted(cast, "open")
    entries.enter(cast.act("A", job), job, Offer(1_000_000))
    jobs.withdraw(cast.act("D", job), job, reason=REASON)
    assert cast.told("job.withdraw") == "AP"
    failing = posted(cast, "open", funds="state")
    entries.enter(cast.act("B", failing), failing, Offer(1_000_000))
    lapse(lapse(failing))
    assert cast.told("job.fail") == "BDO"


def test_who_is_excluded_at_the_closing_is_told_so(cast: Cast) -> None:
    job = posted(cast, "open")
    for letter in "AB":
        entries.enter(cast.act(letter, job), job, Offer(1_000_000))
    agencies.take_down(cast.act("B", job), current_listing(cast.agencies["B"].id, job.item_id))
    lapse(job)
    assert cast.told("entry.exclude") == "B"
    lapse(job)
    assert cast.told("job.select") == "ABDOP", "and reads the result like the others"


def object_to(cast: Cast, job: Job) -> Objection:
    return objections.object_to(cast.act("X", job), job, ground="名单里有不符合条件的机构。", file_id=None)


def test_an_objection_is_told_to_its_sides_and_to_whoever_decides(cast: Cast) -> None:
    job = posted(cast, "selected")
    objection = object_to(cast, job)
    assert cast.told("objection.file") == "ADMOP"
    objections.answer(cast.act("D", job), objection, text="名单已逐一核对。")
    assert cast.told("objection.answer") == "MX"
    objections.dismiss(cast.act("M", job), objection, decision="经核对，异议不成立。")
    assert cast.told("objection.dismiss") == "X"
    assert cast.told("job.dismiss") == "ABDOP"
    lapse(object_to(cast, job))
    assert cast.told("objection.pass_over") == "M"


def test_an_upheld_objection_is_told_to_everybody(cast: Cast) -> None:
    job = posted(cast, "selected")
    objections.uphold(cast.act("M", job), object_to(cast, job), decision="经核对，异议成立。")
    assert cast.told("objection.uphold") == "X"
    assert cast.told("job.replace") == "ABDOP"
    objections.uphold(cast.act("M", job), object_to(cast, job), decision="经核对，异议成立。")
    assert cast.told("job.annul") == "ABDOP"


def test_an_adopted_number_is_told_to_the_offices_with_what_it_was(cast: Cast) -> None:
    stated = {"code": "entry", "value": "4", "basis": "示例通知〔2026〕第 1 号", "mark": "D"}
    terms.adopt(make.act(make.operator()), effective_from=NOW.date() + timedelta(days=1), **stated)
    assert cast.told("term.adopt") == "Rr", "and whoever adopted it knows"
    notice = session.scalars(select(Notice).where(Notice.kind.startswith("term.adopt"))).first()
    assert notice and notice.path == "/rules/changes"
    assert (notice.places["was"], notice.places["value"]) == ("3", "4")
    assert mail.told(notice.says, notice.places).startswith(
        "规则数值已调整：公告与报名调整为 4 个工作日（原为 3 个工作日），自 "
    )


def test_a_number_that_is_withdrawn_is_told_to_the_offices(cast: Cast) -> None:
    stated = {"code": "entry", "value": "4", "basis": "示例通知〔2026〕第 1 号", "mark": "D"}
    by = make.act(make.operator())
    term = terms.adopt(by, effective_from=NOW.date() + timedelta(days=1), **stated)
    terms.withdraw(by, term, reason="示例：公布的数值有误。")
    assert cast.told("term.withdraw") == "Rr"


def test_an_objection_that_is_taken_back_is_told(cast: Cast) -> None:
    job = posted(cast, "selected")
    objections.take_back(cast.act("X", job), object_to(cast, job))
    lapse(job)
    assert cast.told("job.carry_on") == "ABDOP"


def test_an_abandoned_award_is_told_to_the_owner_the_regulator_and_the_next_in_line(cast: Cast) -> None:
    job = posted(cast, "awarded")
    selections.abandon(cast.act("A", job), job, reason="人员安排不开，无法按期完成。")
    assert cast.told("job.abandon") == "DOR"
    assert session.scalars(select(Notice.due).where(Notice.kind.startswith("job.abandon"))).all() == [None] * 3
    lapse(job)
    assert cast.told("job.succeed") == "ABDOP"
    lapse(job)
    assert cast.told("job.award") == "BDO"
    selections.abandon(cast.act("B", job), job, reason="人员安排不开，无法按期完成。")
    lapse(job)
    assert cast.told("job.fall_through") == "ABDOP"


def test_the_end_and_the_hand_over_of_a_job_are_told(cast: Cast) -> None:
    job = posted(cast, "in_service")
    jobs.delegate(cast.act("O", job), job, user_id=cast.people["C"].id)
    assert cast.told("job.delegate") == "C"
    services.terminate(cast.act("M", job), job, reason="项目取消，经双方同意终止。")
    assert cast.told("job.terminate") == "ACOP"


def test_applications_are_told_to_the_operator_and_decisions_to_the_agency(cast: Cast) -> None:
    agency = make.agency(admitted=False)
    cast.people["N"] = make.user_of(agency)
    agencies.submit(make.act(agency), agency, signed_by="示例")
    assert cast.told("agency.submit") == "M"
    agencies.return_application(make.act(make.operator()), agency, reason="请补充营业执照。")
    assert cast.told("agency.return_application") == "N"
    agencies.submit(make.act(agency), agency, signed_by="示例")
    agencies.admit(make.act(make.operator()), agency)
    assert cast.told("agency.admit") == "N"


# --- once, and never too much -----------------------------------------------------------------------------------------


def test_telling_twice_tells_once(cast: Cast) -> None:
    posted(cast, "archived")
    before = session.scalar(select(func.count()).select_from(Notice))
    letters = session.scalar(select(func.count()).select_from(Task))
    for id in session.scalars(select(Event.id).where(Event.name.in_(TELL))).all():
        operations.tell(Act(CLOCK, NOW), event_id=id)
    assert session.scalar(select(func.count()).select_from(Notice)) == before
    assert session.scalar(select(func.count()).select_from(Task)) == letters


def test_a_person_in_two_audiences_of_an_event_is_told_each_thing_once(cast: Cast) -> None:
    job = posted(cast, "selected")
    session.add(Membership(user=cast.people["M"], unit=cast.owner, role=Role.ADMINISTRATOR, since=NOW))
    object_to(cast, job)
    assert cast.told("objection.file") == "ADMMOP"


def test_who_has_left_a_unit_is_told_nothing_more(cast: Cast) -> None:
    job = posted(cast, "awarded")
    session.scalars(select(Membership).where(Membership.user_id == cast.people["P"].id)).one().ended_at = NOW
    selections.abandon(cast.act("A", job), job, reason="人员安排不开，无法按期完成。")
    lapse(lapse(job))
    assert "P" not in cast.told("job.succeed")


def test_a_message_says_what_it_is_about_by_when_and_leads_there(cast: Cast) -> None:
    job = posted(cast, "selected")
    objection = object_to(cast, job)
    finish()
    told = inbox(Actor(cast.people["O"].id, cast.owner.id))[0]
    assert (told.path, told.due, told.at) == (f"/objections/{objection.id}", objection.due, objection.filed_at)
    assert told.places == {"title": f"{job.project_name} {job.item.name}"}
    assert told.says % told.places


# --- reading ----------------------------------------------------------------------------------------------------------


def test_an_inbox_is_a_persons_own_in_the_unit_they_act_for(cast: Cast) -> None:
    posted(cast, "awarded")
    both = cast.people["O"]
    session.add(Membership(user=both, unit=make.operator(), role=Role.ADMINISTRATOR, since=NOW))
    session.flush()
    here, there = (Actor(both.id, unit.id, unit.kind) for unit in (cast.owner, make.operator()))
    mine = inbox(here)
    assert mine
    assert inbox(there) == []
    assert [one.id for one in mine] == sorted((one.id for one in mine), reverse=True)
    assert [one.id for one in inbox(here, after=mine[0].id, limit=1)] == [mine[1].id]
    operations.read_all(Act(there, NOW))
    assert not any(one.read_at for one in mine)
    operations.read(Act(here, NOW), mine[0])
    operations.read(Act(here, NOW + timedelta(days=1)), mine[0])
    assert mine[0].read_at == NOW, "when it was first read"
    operations.read_all(Act(here, NOW))
    session.expire_all()
    assert all(one.read_at for one in inbox(here))


# --- reminders and mail -----------------------------------------------------------------------------------------------


def reminders(cast: Cast) -> str:
    return cast.letters(list(session.scalars(select(Notice.user_id).where(Notice.kind == "job.remind"))))


def run(now: Any) -> None:
    while take_one(wiring.TASKS, now):
        pass


def test_the_owner_is_reminded_once_before_silence_accepts(cast: Cast) -> None:
    job = posted(cast, "delivered")
    planned = session.scalars(select(Task).where(Task.name == "notices.remind")).one().run_at
    assert make.workdays(planned, job.due) == 1, "the day before the last"
    run(planned - timedelta(seconds=1))
    assert reminders(cast) == ""
    run(planned)
    assert reminders(cast) == "DO"
    run(job.due)
    assert reminders(cast) == "DO"


def test_who_has_answered_is_not_reminded(cast: Cast) -> None:
    job = posted(cast, "delivered")
    due = job.due
    services.return_report(cast.act("O", job), job, reason="缺少附图，请补充。")
    report = make.file(cast.agencies["A"], now=job.state_since).id
    services.deliver(cast.act("A", job), job, file_ids=[report], note="")
    services.accept(cast.act("O", job), job)
    run(due + timedelta(days=30))
    assert reminders(cast) == ""


def test_a_second_delivery_is_reminded_of_by_itself(cast: Cast) -> None:
    job = posted(cast, "rework")
    report = make.file(cast.agencies["A"], now=job.state_since).id
    services.deliver(cast.act("A", job), job, file_ids=[report], note="")
    finish()
    run(job.due)
    assert reminders(cast) == "DO", "not once more for the first"


def asked_of_fee(cast: Cast) -> str:
    return cast.letters(list(session.scalars(select(Notice.user_id).where(Notice.kind == "job.fee_open"))))


@pytest.mark.parametrize(("paid", "asked"), [(None, "ADOP"), (-1, "ADOP"), (0, "")])
def test_both_sides_are_asked_once_what_came_of_a_fee_after_its_term(cast: Cast, paid: int | None, asked: str) -> None:
    job = posted(cast, "accepted")
    if paid is not None:
        act = make.act(cast.people["O"], (job.accepted_at or NOW) + timedelta(days=1))
        payments.state(act, job, paid_on=local_day(act.now), cents=(job.amount_cents or 0) + paid)
    planned = session.scalars(select(Task).where(Task.name == "notices.remind_of_fee")).one().run_at
    assert (due_of(job), planned) == (date(2026, 11, 13), datetime(2026, 11, 16, 9, tzinfo=HERE)), "over a weekend"
    run(planned - timedelta(seconds=1))
    assert asked_of_fee(cast) == ""
    run(planned)
    run(planned + timedelta(days=30))
    assert asked_of_fee(cast) == asked
    told = session.scalars(select(Notice).where(Notice.kind == "job.fee_open")).all()
    assert {(one.path, one.at, one.due) for one in told} <= {(f"/jobs/{job.id}", planned, None)}


def test_each_message_is_mailed_once_in_the_language_of_the_service(cast: Cast, app: Flask) -> None:
    folder = Path(app.config["MAIL_DIR"])
    for old in folder.glob("*.eml"):
        old.unlink()
    posted(cast, "selected")
    ids = set(session.scalars(select(Notice.id)))
    assert {path.name for path in folder.glob("*.eml")} == {f"notice-{id}.eml" for id in ids}
    first = session.get_one(Notice, min(ids))
    operations.post(Act(CLOCK, NOW), notice_id=first.id)
    letter = message_from_bytes((folder / f"notice-{first.id}.eml").read_bytes(), policy=policy.default)
    assert first.places["title"] in str(letter["Subject"])
    assert str(letter["Subject"]) != first.says % first.places, "in Chinese"
