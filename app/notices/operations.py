"""Tell those concerned what happened: one reaction that reads the table in app/notices/rules.py."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.accounts.models import Membership, Unit, User, members_where, operators_members, regulators_members
from app.agencies.models import Agency
from app.appeals.models import Appeal
from app.blacklists.models import BlacklistLine
from app.calendars.models import CalendarNotice
from app.credit.models import CreditEvent, number_on
from app.entries.models import Entry, entrant_ids, entry_of
from app.infra import mail, moved, searched
from app.infra.almanac import Term
from app.infra.db import session
from app.infra.outbox import enqueue
from app.infra.record import Event
from app.inquiries.models import Inquiry, asker_ids
from app.jobs.models import Job
from app.jobs.rules import in_publicity, its_owner, reads_value
from app.kernel.act import VISITOR, Act, Actor, Kind
from app.kernel.workdays import local_day
from app.notices.models import Notice
from app.notices.rules import FEE_OPEN, MOVED, OF_FRAUD, REMIND, TELL, To, filled
from app.objections.models import Objection
from app.panels.models import Seat, seats_of
from app.panels.rules import sitting
from app.payments.models import statements_of
from app.payments.rules import Account
from app.ratings.models import Rating
from app.services.models import Alteration, Pause

Members = list[Membership]
AT_A_TIME, A_WHILE = 200, timedelta(seconds=5)


def operators(thing: Any) -> Members:
    return operators_members()


def offices(thing: Any) -> Members:
    return operators_members() + regulators_members()


def owner_of(job: Job) -> Members:
    """The owner unit's members who may act on the job: its administrators and the delegate who runs it."""
    places = members_where(Unit.id == job.owner_id)
    return [one for one in places if its_owner(Actor(one.user_id, one.unit_id, Kind.OWNER, one.role), job)]


def agency_of(job: Job) -> Members:
    return members_where(Unit.id == job.agency_id) if job.agency_id else []


def parties_of(job: Job) -> Members:
    return owner_of(job) + agency_of(job)


def unselected_in(job: Job) -> Members:
    """Those who entered a job and are not the selected agency."""
    return members_where(Unit.id.in_(set(entrant_ids(job.id)) - {job.agency_id}))


def others_in(job: Job) -> Members:
    return owner_of(job) + unselected_in(job)


def entrants_of(job: Job) -> Members:
    return members_where(Unit.id.in_(entrant_ids(job.id)))


def everyone_in(job: Job) -> Members:
    return owner_of(job) + entrants_of(job)


def concerned_in(job: Job) -> Members:
    return entrants_of(job) + members_where(Unit.id.in_(asker_ids(job.id)))


def named_in(job: Job) -> Members:
    return members_where(Unit.id == job.named_agency_id) if job.named_agency_id else []


def regulators_of(job: Job) -> Members:
    return regulators_members(job.sector_code)


def readers_of(job: Job) -> Members:
    """The officers of the operator, where a job waits for a value they read."""
    return [one for one in operators_members() if reads_value(Actor(one.user_id, one.unit_id, Kind.OPERATOR), job)]


def keepers_of(job: Job) -> Members:
    """The officer named for a job's opening and the regulators of its sector, where two persons open it."""
    officers = members_where(Unit.id == job.owner_id, Membership.user_id == job.officer_id)
    return officers + regulators_of(job) if job.two_person else []


def the_agency(agency: Agency) -> Members:
    return members_where(Unit.id == agency.id)


def entrant_of(entry: Entry) -> Members:
    return members_where(Unit.id == entry.agency_id)


def asker_of(inquiry: Inquiry) -> Members:
    return members_where(Unit.id == inquiry.unit_id)


def objector_of(objection: Objection) -> Members:
    return members_where(Unit.id == objection.unit_id)


def firm_of(thing: CreditEvent | BlacklistLine) -> Members:
    return members_where(Unit.id == thing.agency_id)


def supervisors_of(event: CreditEvent) -> Members:
    return regulators_members(event.sector_code)


def rater_of(rating: Rating) -> Members:
    return members_where(Unit.id == rating.by_id)


def seated(seat: Seat) -> Members:
    return members_where(Membership.user_id == seat.user_id, Unit.id == seat.unit_id)


def panel_of(job: Job) -> Members:
    return [one for seat in sitting(seats_of(job.id)) for one in seated(seat)]


def chair_of(job: Job) -> Members:
    return [one for one in panel_of(job) if one.user_id == job.chair_id]


def waiting_for(thing: Any) -> Members:
    """Those who wait for the deadline of a thing: everybody in a job until it is awarded, then its two sides; of one
    thing of a job, the sides and whoever it belongs to."""
    about, own = _about(thing), OWNERS.get(type(thing))
    if isinstance(about, Agency):
        return the_agency(about)
    if thing is about and (about.agency_id is None or in_publicity(VISITOR, about)):
        return owner_of(about) + concerned_in(about)
    return parties_of(about) + (own(thing) if own else [])


# Who is concerned by what happens in a job or an agency, and who by what happens to one thing of a job.
AUDIENCES: dict[To, Callable[[Any], Members]] = {
    To.OPERATORS: operators,
    To.OWNER: owner_of,
    To.AGENCY: agency_of,
    To.PARTIES: parties_of,
    To.ENTRANTS: entrants_of,
    To.EVERYONE_IN: everyone_in,
    To.CONCERNED: concerned_in,
    To.REGULATORS: regulators_of,
    To.OFFICES: offices,
    To.READERS: readers_of,
    To.KEEPERS: keepers_of,
    To.UNSELECTED: unselected_in,
    To.OTHERS: others_in,
    To.CHAIR: chair_of,
    To.PANEL: panel_of,
    To.APPLICANT: the_agency,
    To.NAMED: named_in,
}
OF_ONE_THING: dict[To, Callable[[Any], Members]] = {
    To.ENTRANT: entrant_of,
    To.ASKER: asker_of,
    To.OBJECTOR: objector_of,
    To.SEATED: seated,
    To.FIRM: firm_of,
    To.SUPERVISORS: supervisors_of,
    To.RATER: rater_of,
}

OWNERS: dict[type[Any], Callable[[Any], Members]] = {
    Entry: entrant_of, Inquiry: asker_of, Objection: objector_of, Seat: seated,
}  # fmt: skip

SUBJECTS: dict[str, type[Any]] = {
    "agency": Agency, "job": Job, "entry": Entry, "inquiry": Inquiry, "objection": Objection, "seat": Seat,
    "pause": Pause, "alteration": Alteration, "rating": Rating, "appeal": Appeal, "credit_event": CreditEvent,
    "blacklist_line": BlacklistLine,
}  # fmt: skip
# What is told of besides: it waits for nobody.
BESIDES: dict[str, type[Any]] = {"term": Term}


def tell(act: Act, event_id: int) -> None:
    """Reaction: tell those concerned, once each, whoever did it excepted. Safe to run twice."""
    event = session.get_one(Event, event_id)
    thing = session.get_one((SUBJECTS | BESIDES)[event.name.split(".")[0]], event.subject_id)
    for place, (to, says) in enumerate(TELL.get(event.name, ())):
        says = OF_FRAUD[event.name] if event.name in OF_FRAUD and thing.rule.fraud else says
        _put(event, f"{event.name}/{place}", says, concerned(to, thing), thing, letters=to == To.UNSELECTED)


def tell_moved(act: Act, event_id: int, after: int | None = None) -> None:
    """Reaction to a changed calendar: tell those whose deadline moved, became firm, or could be earlier, some at a
    time. Safe to run twice. While such deadlines are still being written down, it waits."""
    if moved.pending():
        enqueue(act, "notices.tell_moved", at=act.now + A_WHILE, event_id=event_id, after=after)
        return
    change = session.get_one(Event, event_id)
    by = session.get_one(CalendarNotice, change.subject_id)
    names = [f"{subject}.{what}" for subject in SUBJECTS for what in MOVED]
    told = select(Event).where(Event.id > (after or event_id), Event.at == change.at, Event.name.in_(names))
    events = session.scalars(told.order_by(Event.id).limit(AT_A_TIME)).all()
    for event in events:
        subject, what = event.name.split(".")
        thing = session.get_one(SUBJECTS[subject], event.subject_id)
        _put(event, event.name, MOVED[what], waiting_for(thing), thing, by=by.source)
    if len(events) == AT_A_TIME:
        enqueue(act, "notices.tell_moved", event_id=event_id, after=events[-1].id)


def concerned(to: To, thing: Any) -> Members:
    """Who is meant when something happens to a thing."""
    return OF_ONE_THING[to](thing) if to in OF_ONE_THING else AUDIENCES[to](_about(thing))


def remind(act: Act, event_id: int) -> None:
    """Task: the day before silence accepts a report, remind the owner, if the same delivery still waits."""
    event = session.get_one(Event, event_id)
    job = session.get_one(Job, event.subject_id)
    if job.state_since == event.at:
        _put(event, "job.remind", REMIND, owner_of(job), job)


def remind_of_fee(act: Act, event_id: int) -> None:
    """Task: the term of the fee has ended since a report was accepted; ask both sides, unless all of it came."""
    event = session.get_one(Event, event_id)
    job = session.get_one(Job, event.subject_id)
    if not Account(job.amount_cents or 0, statements_of(job.id)).paid:
        _put(event, "job.fee_open", FEE_OPEN, parties_of(job), job, again=act.now)


def press(act: Act, event: Event, kind: str, says: str, places: Members, thing: Any) -> None:
    """Remind people of the deadline of a thing now, once of each kind since an event, whoever caused it included."""
    _put(event, kind, says, places, thing, again=act.now, due=thing.due)


def read(act: Act, notice: Notice) -> None:
    notice.read_at = notice.read_at or act.now


def read_all(act: Act) -> None:
    """Mark the notices of the person, in the unit they act for, as read."""
    mine = (Notice.user_id == act.actor.user_id) & (Notice.unit_id == act.actor.unit_id) & Notice.read_at.is_(None)
    session.execute(update(Notice).where(mine).values(read_at=act.now))


def post(act: Act, notice_id: int) -> None:
    """Task: put a notice into the mail outbox, once."""
    notice = session.get_one(Notice, notice_id)
    user = session.get_one(User, notice.user_id)
    says = mail.told(notice.says, notice.places)
    mail.send(f"notice-{notice.id}", to=f"{user.username}@market.invalid", subject=says[:120], text=says + "\n")


def _put(
    event: Event,
    kind: str,
    says: str,
    members: Members,
    thing: Any,
    *,
    letters: bool = False,
    again: datetime | None = None,
    due: datetime | None = None,
    by: str = "",
) -> None:
    """`by` is the notice that moved a deadline. A deadline that ends with what happened is none to tell."""
    due = due if again else _due(event)
    if due and due <= event.at and "%(until)s" not in says:
        due = None
    unit = thing.unit if isinstance(thing, Term) else ""
    places = {"title": _title(_about(thing))} | filled(says, event.facts, due, by=by, unit=unit)
    places |= _months(thing, event, says)
    known = set(session.scalars(select(Notice.user_id).where(Notice.event_id == event.id, Notice.kind == kind)))
    told = []
    for member in {one.user_id: one for one in members}.values():
        if member.user_id in known or (member.user_id == event.user_id and not again):
            continue
        notice = Notice(
            event_id=event.id,
            user_id=member.user_id,
            unit_id=member.unit_id,
            kind=kind,
            says=says,
            places=places,
            path=_letter(thing, member) if letters else _page(thing),
            due=due,
            at=again or event.at,
        )
        session.add(notice)
        session.flush()
        enqueue(Act(Actor(), notice.at), "notices.post", notice_id=notice.id)
        told.append(notice.id)
    searched.changed(Act(Actor(), again or event.at), "notice", told)


def _page(thing: Any) -> str:
    return "/rules/changes" if isinstance(thing, Term) else f"/{thing.LIFE.page}/{thing.id}"


def _letter(job: Job, member: Membership) -> str:
    """Where the agency of a member reads how it stands in the result of a job."""
    entry = entry_of(job.id, member.unit_id)
    return f"/entries/{entry.id}/letter" if entry else f"/jobs/{job.id}"


def _about(thing: Any) -> Any:
    """The job or agency that a thing belongs to."""
    if isinstance(thing, CreditEvent | BlacklistLine):
        return getattr(thing, "job", None) or thing.agency
    return getattr(thing, "job", thing)


def _title(about: Any) -> str:
    if isinstance(about, Term):
        return about.zh
    return f"{about.project_name} {about.item.name}".strip() if isinstance(about, Job) else str(about.unit.name)


def _months(thing: Any, event: Event, says: str) -> dict[str, int]:
    """For how long a fraud removes its agency, where the sentence names it."""
    day = getattr(thing, "effective_on", None) or local_day(event.at)
    return {"months": number_on("credit_removed_months", day)} if "%(months)s" in says else {}


def _due(event: Event) -> datetime | None:
    return datetime.fromisoformat(due) if (due := event.facts.get("due")) else None
