"""The daily round: whoever's turn it is hears of a deadline that comes near, that ends today, or that has passed."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models import Membership, Unit, members_where, operators_members, regulators_members
from app.infra import almanac
from app.infra.db import session
from app.infra.outbox import enqueue
from app.infra.record import advance
from app.jobs.models import began
from app.kernel.act import Act, Actor
from app.kernel.escalation import BY_DAYS, BY_SHARE, DUE, NOT_YET, Ladder, rank
from app.kernel.law import Turn
from app.kernel.words import N_
from app.kernel.workdays import HERE, local_day
from app.lateness.models import Reminder, Round, last_event, reminders_of, rows_near
from app.lateness.rules import PEOPLE, RoundState, parties, sides
from app.notices.operations import SUBJECTS, press

DAILY = "daily"
SAYS = {
    BY_SHARE: N_("Much of the time is used. It is your turn until %(until)s: %(title)s."),
    BY_DAYS: N_("Few working days are left. It is your turn until %(until)s: %(title)s."),
    DUE: N_("Today is the last day for your step, %(until)s: %(title)s."),
}
LATE = N_("The deadline %(until)s has passed and it is still your turn: %(title)s.")


def plan(act: Act, event_id: int) -> None:
    """Reaction to the first deadlines of a market: let the daily rounds begin, once."""
    if session.scalar(select(Round.id).where(Round.name == DAILY)) is None:
        first = Round(name=DAILY, state=RoundState.WAITING, state_since=act.now, due=_next_morning(act.now))
        session.add(first)


def go_round(act: Act, round: Round) -> None:
    """The clock's verb when work begins on a working day: note every reminder that is due, and send each as a task of
    its own. Rounds that were missed are not made up for: the next one says how things stand then."""
    round.lock()
    round.LIFE.check(act, round, "remind")
    ladder = Ladder(
        almanac.number("reminder_share", act.now),
        almanac.number("reminder_days", act.now),
        almanac.number("reminder_every", act.now),
    )
    noted = sum(_note(act, model, ladder) for model in SUBJECTS.values() if model.LIFE.turns)
    advance(act, round, "remind", due=_next_morning(act.now), reminders=noted)


def remind(act: Act, reminder_id: int, rank: int) -> None:
    """Task: tell those whose turn it is, if the deadline that they are reminded of still waits for them."""
    row = session.get_one(Reminder, reminder_id)
    thing = session.get_one(SUBJECTS[row.life], row.thing_id)
    turn, event = thing.LIFE.turn(thing.state), last_event(thing)
    if turn is None or event is None or thing.due != row.due or row.rank != rank:
        return
    told = [member for member in _around(thing) if turn.who(_actor(member), thing)]
    press(act, event, f"remind/{row.due.isoformat()}/{rank}", SAYS.get(rank, LATE), told, thing)


def _note(act: Act, model: Any, ladder: Ladder) -> int:
    """Note the reminders that things of one kind have come to by now; how many."""
    calendar, count = almanac.calendar(), 0
    things = rows_near(select(model), model, act.now, share=ladder.from_percent, left=ladder.from_days_left)
    known = reminders_of(model.LIFE.name, [thing.id for thing in things])
    for thing in things:
        turn: Turn = thing.LIFE.turn(thing.state)
        reached = rank(calendar, began(thing), thing.due, act.now, ladder)
        row = known.get(thing.id) or Reminder(
            life=model.LIFE.name, thing_id=thing.id, due=thing.due, rank=NOT_YET, at=act.now
        )
        same = row.due == thing.due and row.at >= thing.state_since
        if reached <= (row.rank if same else NOT_YET) or not PEOPLE.intersection(sides(turn, thing, _about(thing))):
            continue
        row.due, row.rank, row.at = thing.due, reached, act.now
        session.add(row)
        session.flush()
        enqueue(act, "lateness.remind", reminder_id=row.id, rank=reached)
        count += 1
    return count


def _around(thing: Any) -> list[Membership]:
    """Everybody who could be asked about a thing: the law says whose turn it is among them."""
    found: list[Membership] = []
    for _, actor in parties(thing, _about(thing)):
        found += members_where(Unit.id == actor.unit_id) if actor.unit_id else []
        found += members_where(Membership.user_id == actor.user_id) if actor.user_id else []
    sector = getattr(_about(thing), "sector_code", None)
    return [*found, *operators_members(), *(regulators_members(sector) if sector else [])]


def _actor(member: Membership) -> Actor:
    return Actor(member.user_id, member.unit_id, member.unit.kind, member.role, member.unit.sector)


def _about(thing: Any) -> Any:
    return getattr(thing, "job", None) or thing


def _next_morning(now: datetime) -> datetime:
    """When work begins on the working day after this one."""
    day = almanac.almanac(fresh=True).calendar.add(local_day(now), 1)
    return datetime.combine(day, almanac.hours(now).spans[0][0], HERE)
