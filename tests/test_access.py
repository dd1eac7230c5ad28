"""Who may enter which page: every door of the application, tried by everybody, against one table written by hand."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask
from sqlalchemy import select
from werkzeug.test import Cookie, TestResponse

from app import create_app, wiring
from app.accounts.models import Unit, User, memberships_of
from app.agencies import operations as agencies
from app.agencies.models import Agency, Enclosure, Qualification, current_listing, stated
from app.alterations import operations as alterations
from app.appeals import operations as appeals
from app.blacklists import operations as blacklists
from app.blacklists.models import BlacklistLine
from app.calendars import operations as calendars
from app.calendars.models import CalendarNotice
from app.contracts.models import contracts_of, materials_asked
from app.credit import operations as credit
from app.credit.models import CreditEvent
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry
from app.finding import operations as finding
from app.infra import db
from app.infra.db import session
from app.infra.record import Event
from app.inquiries import operations as inquiries
from app.jobs.models import Job
from app.kernel.act import CLOCK, Act, Kind, Role
from app.kernel.workdays import local_day
from app.methods.models import known_rules
from app.notices.models import Notice
from app.objections import operations as objections
from app.panels.rules import Part
from app.payments import operations as payments
from app.ratings import operations as ratings
from app.ratings.models import AXES
from app.reviews import operations as reviews
from app.reviews.models import review_of
from app.services import operations as services
from app.services.models import deliveries_of
from app.terms import operations as terms
from app.web import answers
from tests import make
from tests.client import CheckedClient
from tests.credit import matters
from tests.panels import bench
from tests.staging import NOW, work_until_done

pytestmark = pytest.mark.one_database

# Everybody, one letter each. Capitals belong to the job at hand, small letters are their strangers.
#   V  a visitor              O  the owner's administrator    D  the owner's delegate who runs the job
#   C  another delegate       A  the agency's administrator   P  the agency's authorised person
#   R  the sector's regulator M  the operator's administrator m  an authorised person of another operator office
#   o d  another owner        a p  another agency             r  another sector's regulator
ALL, SIGNED_IN = "VODCAPRMmodapr", "ODCAPRMmodapr"
OFFICES, OPERATORS = "RMm", "Mm"
PARTIES, INSIDE = "ODAP", "ODAPRMm"
BEFORE_PUBLICATION = "ODRMm"
CREDIT = "APRMm"

# The door | the scene | who may enter | who may know that the thing is there (the others find nothing).
TABLE = [
    ("accounts.sign_in", "market", ALL, ALL),
    ("accounts.sign_out", "market", SIGNED_IN, ALL),
    ("accounts.sign_out_everywhere", "market", SIGNED_IN, ALL),
    ("accounts.language", "market", ALL, ALL),
    ("accounts.register", "market", ALL, ALL),
    ("accounts.register_owner", "market", ALL, ALL),
    ("accounts.new_office", "market", "M", ALL),
    ("accounts.me", "market", SIGNED_IN, ALL),
    ("accounts.password", "market", SIGNED_IN, ALL),
    ("accounts.unit", "market", SIGNED_IN, ALL),
    ("accounts.switch", "administrator's place", "O", ALL),
    ("accounts.new_member", "market", "OARMoar", ALL),
    ("accounts.end_member", "colleague's place", "O", "VODCPmdp"),
    ("agencies.index", "market", ALL, ALL),
    ("agencies.apply", "market", ALL, ALL),
    ("agencies.waiting", "market", OPERATORS, ALL),
    ("agencies.show", "market", ALL, ALL),
    ("agencies.show", "application", "APMm", "APMm"),
    ("agencies.describe", "application", "AP", "APMm"),
    ("agencies.qualifications", "application", "AP", "APMm"),
    ("agencies.professionals", "application", "AP", "APMm"),
    ("agencies.submit", "application", "AP", "APMm"),
    ("agencies.admit", "applied", OPERATORS, "APMm"),
    ("agencies.return_application", "applied", OPERATORS, "APMm"),
    ("agencies.describe", "applied", "", "APMm"),
    ("agencies.enclosure", "applied", "APMm", "APMm"),
    ("agencies.describe", "market", "AP", ALL),
    ("agencies.qualifications", "market", "AP", ALL),
    ("agencies.professionals", "market", "AP", ALL),
    ("agencies.enclosure", "market", "APMm", "APMm"),
    ("agencies.submit_changes", "changes", "AP", ALL),
    ("agencies.copy", "changes", "APMm", "APMm"),
    ("agencies.describe", "changed", "", ALL),
    ("agencies.accept_changes", "changed", OPERATORS, ALL),
    ("agencies.return_changes", "changed", OPERATORS, ALL),
    ("listings.promise", "market", "APap", ALL),
    ("listings.promise", "application", "ap", ALL),
    ("listings.take_down", "market", "AP", "AP"),
    ("methods.index", "market", ALL, ALL),
    ("methods.new", "market", OPERATORS, ALL),
    ("terms.try_out", "market", "RMmr", ALL),
    ("terms.adopt", "market", OPERATORS, ALL),
    ("terms.changes", "market", ALL, ALL),
    ("terms.withdraw", "number announced", OPERATORS, ALL),
    ("methods.revise", "market", OPERATORS, ALL),
    ("methods.end", "market", OPERATORS, ALL),
    ("calendars.index", "market", ALL, ALL),
    ("calendars.new", "market", OPERATORS, ALL),
    ("calendars.show", "notice in force", ALL, ALL),
    ("calendars.show", "notice entered", OPERATORS, OPERATORS),
    ("calendars.edit", "notice entered", OPERATORS, OPERATORS),
    ("calendars.edit", "notice in force", "", ALL),
    ("calendars.drop", "notice entered", OPERATORS, OPERATORS),
    ("calendars.apply", "notice entered", OPERATORS, OPERATORS),
    ("services.agree_earlier", "earlier day", "AP", ALL),
    ("calendars.data", "market", ALL, ALL),
    ("catalogue.index", "market", ALL, ALL),
    ("catalogue.show", "market", ALL, ALL),
    ("catalogue.new_standard", "market", OPERATORS, ALL),
    ("notices.index", "market", SIGNED_IN, ALL),
    ("notices.read_all", "market", SIGNED_IN, ALL),
    ("notices.open", "administrator's notice", "O", "O"),
    ("oversight.home", "market", ALL, ALL),
    ("oversight.desk", "market", SIGNED_IN, ALL),
    ("oversight.direct", "market", ALL, ALL),
    ("oversight.law", "market", ALL, ALL),
    ("lateness.index", "market", ALL, ALL),
    ("speed.show", "market", ALL, ALL),
    ("speed.as_csv", "market", ALL, ALL),
    ("speed.as_json", "market", ALL, ALL),
    ("performance.owner", "market", ALL, ALL),
    ("selections.check", "market", ALL, ALL),
    ("objections.index", "market", ALL, ALL),
    ("fairness.show", "market", ALL, ALL),
    ("fairness.figures", "market", ALL, ALL),
    ("fairness.draws", "market", ALL, ALL),
    ("scores.index", "market", ALL, ALL),
    ("scores.figures", "market", ALL, ALL),
    ("health.healthz", "market", ALL, ALL),
    ("styleguide.show", "market", ALL, ALL),
    ("styleguide.form", "market", ALL, ALL),
    ("styleguide.refusal", "market", ALL, ALL),
    ("jobs.index", "market", ALL, ALL),
    ("jobs.new", "market", "ODCod", ALL),
    ("jobs.show", "draft", BEFORE_PUBLICATION, BEFORE_PUBLICATION),
    ("jobs.project", "draft", "OD", BEFORE_PUBLICATION),
    ("jobs.wish", "draft", "OD", BEFORE_PUBLICATION),
    ("jobs.review", "draft", "OD", BEFORE_PUBLICATION),
    ("jobs.submit", "draft", "OD", BEFORE_PUBLICATION),
    ("jobs.delegate", "draft", "O", BEFORE_PUBLICATION),
    ("jobs.papers", "draft", BEFORE_PUBLICATION, BEFORE_PUBLICATION),
    ("jobs.publish", "submitted", OPERATORS, BEFORE_PUBLICATION),
    ("jobs.return_posting", "submitted", OPERATORS, BEFORE_PUBLICATION),
    ("jobs.show", "open", ALL, ALL),
    ("jobs.withdraw", "open", "OD", ALL),
    ("entries.new", "open", "APap", ALL),
    ("entries.show", "entered", "APMm", "APMm"),
    ("entries.receipt", "entered", "AP", "APMm"),
    ("entries.attached", "entered", "AP", "APMm"),
    ("entries.change", "entered", "AP", "APMm"),
    ("entries.withdraw", "entered", "AP", "APMm"),
    ("entries.reenter", "entry withdrawn", "AP", "APMm"),
    ("addenda.new", "open", "OD", ALL),
    ("inquiries.new", "open", "APap", ALL),
    ("inquiries.show", "asked", "ODAPMm", "ODAPMm"),
    ("inquiries.answer", "asked", "OD", "ODAPMm"),
    ("inquiries.withhold", "asked", OPERATORS, "ODAPMm"),
    ("inquiries.show", "question answered", ALL, ALL),
    ("inquiries.withhold", "question answered", OPERATORS, ALL),
    ("panels.appoint", "panel appointed", "OD", ALL),
    ("panels.show", "panel sits", "ODRMmrod", "ODRMmrod"),
    ("panels.attached", "panel sits", "rod", "ODRMmrod"),
    ("panels.extend", "panel sits", OPERATORS, ALL),
    ("panels.agree", "panel has scored", "r", ALL),
    ("seats.show", "panel sits", "ODRMmrod", "ODRMmrod"),
    ("seats.score", "panel sits", "o", "ODRMmrod"),
    ("seats.recuse", "panel sits", "oMm", "ODRMmrod"),
    ("openings.show", "awaiting", ALL, ALL),
    ("openings.value", "awaiting", OPERATORS, ALL),
    ("openings.take", "two persons open", "DR", ALL),
    ("openings.share", "two persons wait", "DR", ALL),
    ("jobs.repost", "failed", "OD", ALL),
    ("selections.show", "selected", ALL, ALL),
    ("selections.transcript", "selected", ALL, ALL),
    ("objections.new", "selected", "ODCAPodap", ALL),
    ("objections.of_job", "objected", SIGNED_IN, ALL),
    ("objections.show", "objected", INSIDE + "od", INSIDE + "od"),
    ("objections.file", "objected", INSIDE + "od", INSIDE + "od"),
    ("objections.answer", "objected", PARTIES, INSIDE + "od"),
    ("objections.uphold", "objected", OPERATORS, INSIDE + "od"),
    ("objections.dismiss", "objected", OPERATORS, INSIDE + "od"),
    ("objections.take_back", "objected", "od", INSIDE + "od"),
    ("selections.abandon", "awarded", "AP", ALL),
    ("selections.letter", "entered", "APMm", "APMm"),
    ("selections.correct", "awarded", OPERATORS, ALL),
    ("selections.void", "awarded", OPERATORS, ALL),
    ("contracts.upload", "awarded", PARTIES, ALL),
    ("contracts.confirm", "contract_uploaded", "AP", ALL),
    ("contracts.return_contract", "contract_uploaded", "AP", ALL),
    ("contracts.file", "contract_uploaded", INSIDE, INSIDE),
    ("contracts.list_materials", "contracted", "AP", ALL),
    ("contracts.hand_in", "materials", "OD", ALL),
    ("contracts.check", "materials_check", "AP", ALL),
    ("contracts.name_defects", "materials_check", "AP", ALL),
    ("contracts.paper", "materials_check", INSIDE, INSIDE),
    ("services.start", "materials_check", "AP", ALL),
    ("services.ledger", "in_service", ALL, ALL),
    ("services.deliver", "in_service", "AP", ALL),
    ("services.terminate", "in_service", OFFICES, ALL),
    ("jobs.papers", "in_service", INSIDE, ALL),
    ("pauses.new", "in_service", PARTIES, ALL),
    ("pauses.show", "pause asked for", INSIDE, INSIDE),
    ("pauses.file", "pause asked for", INSIDE, INSIDE),
    ("pauses.confirm", "pause asked for", "AP", INSIDE),
    ("pauses.refuse", "pause asked for", "AP", INSIDE),
    ("pauses.drop", "pause asked for", "OD", INSIDE),
    ("pauses.veto", "pause asked for", "R", INSIDE),
    ("services.resume", "paused", PARTIES, ALL),
    ("services.veto_pause", "paused", "R", ALL),
    ("services.record", "paused", ALL, ALL),
    ("alterations.extend", "in_service", "AP", ALL),
    ("alterations.change_scope", "in_service", PARTIES, ALL),
    ("alterations.show", "days asked for", INSIDE, INSIDE),
    ("alterations.agree", "days asked for", "OD", INSIDE),
    ("alterations.refuse", "days asked for", "OD", INSIDE),
    ("alterations.drop", "days asked for", "AP", INSIDE),
    ("alterations.suspend", "in_service", OFFICES, ALL),
    ("alterations.lift", "suspended", OFFICES, ALL),
    ("services.return_report", "delivered", "OD", ALL),
    ("services.accept", "delivered", "OD", ALL),
    ("services.file", "delivered", INSIDE, INSIDE),
    ("payments.show", "accepted", INSIDE, ALL),
    ("payments.new", "accepted", PARTIES, ALL),
    ("payments.answer", "payment stated", PARTIES, INSIDE),
    ("ratings.new", "accepted", PARTIES, ALL),
    ("ratings.show", "rated by one", "ODC", "ODC"),
    ("ratings.show", "rated", ALL, ALL),
    ("ratings.set_aside", "rated", "R", ALL),
    ("ratings.restore", "rating set aside", "R", ALL),
    ("ratings.correct", "rated by one", "OD", "ODC"),
    ("ratings.reply", "rated", "AP", ALL),
    ("ratings.part", "rated", OFFICES, ALL),
    ("reviews.index", "market", "Rr", ALL),
    ("reviews.samples", "market", ALL, ALL),
    ("reviews.show", "reviewed", OFFICES, OFFICES),
    ("reviews.keep", "reviewed", "R", OFFICES),
    ("appeals.new", "rated", "AP", ALL),
    ("appeals.show", "appealed", INSIDE, INSIDE),
    ("appeals.file", "appealed", INSIDE, INSIDE),
    ("appeals.refuse", "appealed", "R", INSIDE),
    ("appeals.grant", "appealed", "R", INSIDE),
    ("appeals.take_back", "appealed", "AP", INSIDE),
    ("oversight.review", "rated", OFFICES, ALL),
    ("credit.index", "market", ALL, ALL),
    ("credit.as_json", "market", ALL, ALL),
    ("credit.as_csv", "market", ALL, ALL),
    ("credit.agency", "market", ALL, ALL),
    ("credit.agency", "application", "APMm", "APMm"),
    ("credit.queue", "market", "Rr", ALL),
    ("credit.record", "market", "Rr", ALL),
    ("credit.show", "credit noted", CREDIT, CREDIT),
    ("credit.file", "credit noted", CREDIT, CREDIT),
    ("credit.state", "credit noted", "AP", CREDIT),
    ("credit.object", "credit noted", "AP", CREDIT),
    ("credit.drop", "credit noted", "R", CREDIT),
    ("credit.objection_file", "credit objected", CREDIT, CREDIT),
    ("credit.confirm", "credit objected", "R", CREDIT),
    ("credit.revoke", "credit in effect", "R", CREDIT),
    ("credit.ask_repair", "credit in effect", "AP", CREDIT),
    ("credit.repair", "credit repair asked", "R", CREDIT),
    ("credit.refuse_repair", "credit repair asked", "R", CREDIT),
    ("blacklists.index", "market", "RMmr", ALL),
    ("blacklists.new", "market", "Rr", ALL),
    ("blacklists.match", "line unknown", "Rr", "RMmr"),
    ("blacklists.show", "line matched", "APRMmr", "APRMmr"),
    ("blacklists.confirm", "line matched", "Rr", "APRMmr"),
    ("blacklists.dismiss", "line matched", "Rr", "APRMmr"),
    ("blacklists.lift", "line confirmed", "Rr", "APRMmr"),
    ("finding.index", "market", ALL, ALL),
    ("finding.suggest", "market", ALL, ALL),
    ("finding.kept", "market", SIGNED_IN, ALL),
    ("finding.keep", "market", SIGNED_IN, ALL),
    ("finding.forget", "search kept", "O", "O"),
    ("finding.synonyms", "market", ALL, ALL),
    ("finding.add_synonyms", "market", OPERATORS, ALL),
    ("finding.end_synonyms", "synonyms", OPERATORS, ALL),
]  # fmt: skip

# What a form must carry to be more than a bad request.
BODIES = {"accounts.language": {"locale": "en"}}
ENTERS, REFUSED, FINDS_NOTHING, SIGNS_IN = "enters", "refused", "finds nothing", "signs in first"


@dataclass
class Cast:
    """Everybody of a scene, and the thing each kind of door is tried with."""

    people: dict[str, User]
    owner: Unit
    agency: Agency
    stranger: Unit
    things: dict[str, Any] = field(default_factory=dict)

    def job(self, state: str, **fields: Any) -> Job:
        """The owner's job, run by its delegate and entered by its agency alone."""
        job = make.job(state, owner=self.owner, entrants=[self.agency], funds="social", **fields)
        job.run_by_id = self.people["D"].id
        self.things["Job"] = self.things["Told"] = job
        return job

    def adds(self, thing: Any, name: str = "") -> Any:
        self.things[name or type(thing).__name__] = thing
        return thing


def gathered(*, admitted: bool = True) -> Cast:
    owner, stranger, agency = make.unit(), make.unit(), make.agency(admitted=admitted)
    rival, office = make.agency(), make.operator()
    other_office, regulators = make.unit(Kind.OPERATOR), [make.regulator("water"), make.regulator("transport")]
    firms = [session.get_one(Unit, one.id) for one in (agency, rival)]
    people = {
        "O": make.user_of(owner),
        "D": make.person(owner, Role.DELEGATE),
        "C": make.person(owner, Role.DELEGATE),
        "A": make.user_of(agency),
        "P": make.person(firms[0], Role.AUTHORISED),
        "R": make.user_of(regulators[0]),
        "M": make.user_of(office),
        "m": make.person(other_office, Role.AUTHORISED),
        "o": make.user_of(stranger),
        "d": make.person(stranger, Role.DELEGATE),
        "a": make.user_of(rival),
        "p": make.person(firms[1], Role.AUTHORISED),
        "r": make.user_of(regulators[1]),
    }
    cast = Cast(people, owner, agency, stranger)
    cast.adds(agency)
    cast.adds(stated(Enclosure, agency.id)[0])
    cast.adds(make.item())
    cast.adds(known_rules()[0])
    return cast


# --- the scenes -------------------------------------------------------------------------------------------------------


def market(cast: Cast) -> None:
    cast.adds(current_listing(cast.agency.id, make.item().id))
    cast.adds(cast.owner, "Owner")


def number_announced(cast: Cast) -> None:
    stated = {"code": "entry", "value": "4", "basis": "示例通知〔2026〕第 1 号", "mark": "D"}
    cast.adds(terms.adopt(make.act(cast.people["M"]), effective_from=NOW.date() + timedelta(days=30), **stated))


def search_kept(cast: Cast) -> None:
    cast.adds(finding.save(make.act(cast.people["O"]), asked="q=环评", title="环评"))


def synonyms(cast: Cast) -> None:
    cast.adds(finding.add_synonyms(make.act(cast.people["M"]), words="初步设计概算\n初设概算", source=""))


def application(cast: Cast) -> None:
    """The agency's application lies open."""


def applied(cast: Cast) -> None:
    agencies.submit(make.act(cast.agency), cast.agency, signed_by="示例")


def changes(cast: Cast) -> None:
    rows = [make.qualification(file=make.file(cast.agency).id)]
    agencies.set_qualifications(make.act(cast.agency), cast.agency, rows=rows)
    cast.adds(stated(Qualification, cast.agency.id)[0])


def changed(cast: Cast) -> None:
    changes(cast)
    agencies.submit_changes(make.act(cast.agency), cast.agency)


def place_of(letter: str) -> Callable[[Cast], Any]:
    return lambda cast: cast.adds(memberships_of(cast.people[letter].id)[0], "id")


def told(cast: Cast) -> None:
    ids = {letter: user.id for letter, user in cast.people.items()}
    job = make.job("open", owner=cast.owner)
    make.keep()
    work_until_done(make.later(job))
    cast.things.clear()
    cast.people = {letter: session.get_one(User, id) for letter, id in ids.items()}
    cast.adds(session.scalars(select(Notice).where(Notice.user_id == cast.people["O"].id)).one())


def at(state: str) -> Callable[[Cast], Any]:
    return lambda cast: cast.job(state)


def entered(cast: Cast) -> None:
    job = cast.job("open")
    cast.adds(entries.enter(make.act(cast.agency, make.later(job)), job, Offer()))


def entry_withdrawn(cast: Cast) -> None:
    entered(cast)
    entry = cast.things[Entry.__name__]
    entries.withdraw(make.act(cast.agency, make.later(entry.job)), entry)


def asked(cast: Cast) -> None:
    job = cast.job("open")
    cast.adds(inquiries.ask(make.act(cast.agency, make.later(job)), job, text="现场是否已经三通一平？"))


def question_answered(cast: Cast) -> None:
    asked(cast)
    inquiry = cast.things["Inquiry"]
    inquiries.answer(make.act(cast.owner, make.later(inquiry.job)), inquiry, answer="已经三通一平。")


def panel_appointed(cast: Cast) -> Job:
    """The regulator of another sector leads it; of two people of another owner, the first's seat is at hand."""
    known = {name: value for name, value in bench.MERIT.items() if name not in ("item", "days")}
    job = make.job("open", owner=cast.owner, **known)
    job.run_by_id = cast.people["D"].id
    chair, *members = [cast.people[letter] for letter in "rod"]
    seats = [bench.seat(job, Part.CHAIR, chair), *(bench.seat(job, user=one) for one in members)]
    cast.things["Job"] = cast.things["Bench"] = job
    cast.adds(seats[1])
    return job


def panel_sits(cast: Cast) -> None:
    bench.convened(panel_appointed(cast), [cast.agency, make.agency(), make.agency()])


def panel_has_scored(cast: Cast) -> None:
    panel_sits(cast)
    bench.scored(cast.things["Job"])


def two_persons(state: str) -> Callable[[Cast], Any]:
    """The delegate is the officer who holds a share."""
    return lambda cast: cast.job(state, method="lowest_price", two_person=True, officer_id=cast.people["D"].id)


def objected(cast: Cast) -> None:
    job = cast.job("selected")
    by, paper = make.act(cast.stranger, make.later(job)), make.file(cast.stranger, now=make.later(job))
    cast.adds(objections.object_to(by, job, ground="名单里有不符合条件的机构。", file_id=paper.id))


def contract_uploaded(cast: Cast) -> None:
    cast.adds(contracts_of(cast.job("contract_uploaded").id)[0])


def materials_check(cast: Cast) -> None:
    cast.adds(materials_asked(cast.job("materials_check").id)[0])


def pause_asked_for(cast: Cast) -> None:
    job = cast.job("in_service")
    by, paper = make.act(cast.owner, make.later(job)), make.file(cast.owner, now=make.later(job))
    cast.adds(services.ask_pause(by, job, reason="site", text="现场道路中断。", file_id=paper.id))


def days_asked_for(cast: Cast) -> None:
    job = cast.job("in_service")
    by = make.act(job.agency, make.later(job))
    cast.adds(alterations.ask(by, job, kind="extension", days=2, reason="资料核对工作量超出预计。"))


def suspended(cast: Cast) -> None:
    job = cast.job("in_service")
    alterations.suspend(make.act(make.operator(), make.later(job)), job, reason="项目规划调整，等待批复。")


def delivered(cast: Cast) -> None:
    cast.adds(deliveries_of(cast.job("delivered").id)[0])


def payment_stated(cast: Cast) -> None:
    job = cast.job("accepted")
    cast.adds(payments.state(make.act(cast.agency, make.later(job)), job, paid_on=local_day(job.state_since), cents=1))


def rated_by_one(cast: Cast) -> None:
    job = cast.job("accepted")
    cast.adds(ratings.give(make.act(cast.owner, make.later(job)), job, **dict.fromkeys(AXES, 4), text="示例"))


def rated(cast: Cast) -> None:
    rated_by_one(cast)
    job = cast.things[Job.__name__]
    ratings.give(make.act(cast.agency, make.later(job)), job, **dict.fromkeys(AXES, 4), text="示例")


def appealed(cast: Cast) -> None:
    rated(cast)
    job = cast.things[Job.__name__]
    by, paper = make.act(cast.agency, make.later(job)), make.file(cast.agency, now=make.later(job))
    ground = "报告按期交付，评分与计时明细不符。"
    cast.adds(appeals.appeal(by, cast.things["Rating"], ground=ground, file_id=paper.id))


def reviewed(cast: Cast) -> None:
    rated(cast)
    job = cast.things[Job.__name__]
    event = session.scalars(select(Event.id).where(Event.name == "job.conclude").order_by(Event.id.desc())).first()
    reviews.look(Act(CLOCK, make.later(job)), event or 0)
    cast.adds(review_of(cast.things["Rating"].id))


def rating_set_aside(cast: Cast) -> None:
    rated(cast)
    by = make.act(make.regulator(), make.later(cast.things[Job.__name__]))
    ratings.set_aside(by, cast.things["Rating"], reason="与事实不符，不予计入。")


def notice_entered(cast: Cast) -> None:
    known = {"url": "", "reason": "示例：台风停工。", "published_on": None, "effective_from": NOW.date()}
    stated = known | {"kind": "closure", "source": "示例通知", "lines": "2026-12-01,0,停工"}
    notice = calendars.enter(make.act(cast.people["M"]), **stated)
    BODIES["calendars.apply"] = {"seen": calendars.preview(NOW, notice).mark}
    cast.adds(notice)


def notice_in_force(cast: Cast) -> None:
    cast.adds(session.scalars(select(CalendarNotice).limit(1)).one())


def earlier_day(cast: Cast) -> None:
    job = cast.job("in_service")
    job.earlier_due = job.due - timedelta(days=1)


def credit_noted(cast: Cast) -> CreditEvent:
    paper = make.file(make.regulator())
    return cast.adds(matters.noted(cast.agency, file_id=paper.id))


def credit_objected(cast: Cast) -> None:
    event, paper = credit_noted(cast), make.file(cast.agency)
    credit.object_to(make.act(cast.agency), event, objection="分包经业主书面同意。", file_id=paper.id)


def credit_in_effect(cast: Cast) -> CreditEvent:
    return make.lapse(credit_noted(cast))


def credit_repair_asked(cast: Cast) -> None:
    event = credit_in_effect(cast)
    credit.ask_repair(make.act(cast.agency, matters.on(event, months=6)), event, plea="已整改并培训全员。")


def line(code: str) -> Callable[[Cast], BlacklistLine]:
    def scene(cast: Cast) -> BlacklistLine:
        blacklists.import_list(make.act(make.regulator()), text=matters.listed(code or cast.agency.unit.code))
        return cast.adds(session.scalars(select(BlacklistLine)).one())

    return scene


def line_unknown(cast: Cast) -> None:
    """An agency with the code of the line has come since it was imported."""
    line(matters.STRANGER)(cast)
    cast.agency.unit.code = matters.STRANGER


def line_confirmed(cast: Cast) -> None:
    blacklists.confirm(make.act(make.regulator()), line("")(cast), decision="名单属实，在本市场执行。")


SCENES: dict[str, Callable[[Cast], Any]] = {
    "notice entered": notice_entered, "notice in force": notice_in_force, "earlier day": earlier_day,
    "search kept": search_kept, "synonyms": synonyms, "number announced": number_announced,
    "market": market, "application": application, "applied": applied, "changes": changes, "changed": changed,
    "administrator's place": place_of("O"),
    "colleague's place": place_of("C"), "administrator's notice": told, "entered": entered,
    "two persons open": two_persons("open"), "two persons wait": two_persons("awaiting"),
    "entry withdrawn": entry_withdrawn, "asked": asked, "question answered": question_answered,
    "objected": objected, "panel appointed": panel_appointed, "panel sits": panel_sits,
    "panel has scored": panel_has_scored, "contract_uploaded": contract_uploaded,
    "materials_check": materials_check, "pause asked for": pause_asked_for,
    "days asked for": days_asked_for, "suspended": suspended,
    "delivered": delivered,
    "credit noted": credit_noted, "credit objected": credit_objected, "credit in effect": credit_in_effect,
    "credit repair asked": credit_repair_asked, "line unknown": line_unknown, "line matched": line(""),
    "line confirmed": line_confirmed,
    "payment stated": payment_stated,
    "rated by one": rated_by_one, "rated": rated, "rating set aside": rating_set_aside,
    "appealed": appealed, "reviewed": reviewed,
}  # fmt: skip


# --- the walk ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", dict.fromkeys(scene for _, scene, *_ in TABLE))
def test_everybody_enters_where_they_may_and_nowhere_else(
    scene: str, app: Flask, as_user: Callable[..., CheckedClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = gathered(admitted=not scene.startswith("appli"))
    SCENES.get(scene, at(scene))(cast)
    if job := cast.things.get(Job.__name__):
        app.config["CLOCK"] = lambda: make.later(job)
    keys = {letter: as_user(user).get_cookie("session") for letter, user in cast.people.items()}
    things = {name: thing.id for name, thing in cast.things.items()}
    # Nothing of the walk is kept: everybody finds the scene as it was.
    monkeypatch.setattr(answers, "settle", lambda keep: db.settle(False))
    wrong = [
        f"{endpoint} {method} {letter}: {got}, not {expected}"
        for endpoint, _, may, sees in (line for line in TABLE if line[1] == scene)
        for method in methods_of(app, endpoint)
        for letter, expected in expectations(may, sees, method).items()
        if (got := outcome(app, keys.get(letter), endpoint, method, things)) != expected
    ]
    assert not wrong, "\n".join(wrong)


def expectations(may: str, sees: str, method: str) -> dict[str, str]:
    """A visitor who sends a form signs in first, whether or not the thing is there."""
    refused = {letter: REFUSED if letter != "V" else SIGNS_IN for letter in ALL}
    seen = {letter: refused[letter] if letter in sees else FINDS_NOTHING for letter in ALL}
    sent = {"V": SIGNS_IN} if method != "GET" else {}
    return seen | sent | dict.fromkeys(may, ENTERS)


def outcome(app: Flask, key: Cookie | None, endpoint: str, method: str, things: dict[str, int]) -> str:
    client = app.test_client()
    if key:
        client.set_cookie(key.key, key.value)
    model = app.view_functions[endpoint].model  # type: ignore[attr-defined]
    id = things[model.__name__] if model else things.get("id")
    with client.open(address(app, endpoint, id), method=method, data=BODIES.get(endpoint)) as answer:
        return read(answer)


def read(answer: TestResponse) -> str:
    if (answer.location or "").startswith("/sign-in?next="):
        return SIGNS_IN
    known = {401: SIGNS_IN, 200: ENTERS, 303: ENTERS, 422: ENTERS, 403: REFUSED, 404: FINDS_NOTHING}
    return known.get(answer.status_code, f"{answer.status_code}")


def address(app: Flask, endpoint: str, id: int | None) -> str:
    rule = next(app.url_map.iter_rules(endpoint))
    return rule.rule.replace("<int:id>", str(id))


def methods_of(app: Flask, endpoint: str) -> list[str]:
    allowed = {method for rule in app.url_map.iter_rules(endpoint) for method in rule.methods or ()}
    return sorted(allowed & {"GET", "POST", "PUT", "PATCH", "DELETE"})


def test_the_table_names_every_door_and_no_other(app: Flask) -> None:
    assert {endpoint for endpoint, *_ in TABLE} == {rule.endpoint for rule in app.url_map.iter_rules()}


def test_no_two_doors_stand_at_one_address(app: Flask) -> None:
    addresses = Counter((rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ())
    assert [address for address, doors in addresses.items() if doors > 1] == []


@pytest.mark.parametrize("letter", "VM")
@pytest.mark.parametrize("id", [0, 2**31 - 1, 10**30])
def test_what_is_not_there_is_not_found_by_anybody(
    id: int, letter: str, app: Flask, as_user: Callable[..., CheckedClient]
) -> None:
    client = as_user(gathered().people.get(letter))
    names = [rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments]
    found = {name: client.open(address(app, name, id), method=methods_of(app, name)[0]) for name in names}
    # These two look at the person before they look for the thing; a visitor who sends a form signs in first.
    say_no_first = {"accounts.switch", "accounts.end_member"}
    assert {name for name, answer in found.items() if answer.status_code not in (401, 404)} <= say_no_first


@pytest.mark.parametrize("number", [10**9, 2**31, 10**30, -1])
def test_a_number_in_a_question_is_never_too_great(number: int, client: CheckedClient) -> None:
    questions = ["/agencies?item={0}&after={0}", "/jobs?item={0}&after={0}", "/items/1?version={0}", "/check?job={0}"]
    assert {client.get(question.format(number)).status_code for question in questions} <= {200, 404}


def test_the_doors_of_the_makers_are_not_in_production(app: Flask) -> None:
    known = {"ENV": "production", "SECRET_KEY": "x" * 64, "COOKIE_SECURE": True}
    built = create_app({**app.config, **known})
    assert not [rule for rule in built.url_map.iter_rules() if rule.endpoint.startswith("styleguide.")]


def test_the_service_does_not_start_with_an_unguarded_door(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    left_open = Blueprint("left_open", __name__)
    left_open.add_url_rule("/left-open", "door", lambda: "come in")
    monkeypatch.setattr(wiring, "BLUEPRINTS", (*wiring.BLUEPRINTS, left_open))
    with pytest.raises(RuntimeError, match=r"left_open\.door"):
        create_app(dict(app.config))
