"""Appointing a panel, leaving it, scoring alone, and agreeing under the chair."""

from collections.abc import Sequence

from app.accounts.models import User, by_name, memberships_of
from app.entries.models import Entry
from app.infra import almanac
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.models import Job
from app.jobs.posting import LEAST_REASON
from app.jobs.rules import its_owner, scoring, seats_people, takes_entries
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.transcript import MOST_SCORE
from app.kernel.words import N_
from app.methods.rules import SCORED
from app.panels.models import Bidder, Panel, ScoreSheet, Seat, bidders_in, panel_of, seats_of, sees_panel, sheets_of
from app.panels.rules import BARRED, PARTS, Part, SeatState, all_scored, has_chair, is_complete, is_even, witnesses

Scores = Sequence[Sequence[int]]
NOT_AGREED = N_("The panel did not agree in time. Nobody is selected; the job can be posted again.")


def appoint(act: Act, job: Job, *, username: str, part: str) -> Seat:
    """Give somebody a seat on the panel of a job. After the closing only a seat that somebody has left is filled."""
    job.lock()
    if not its_owner(act.actor, job):
        raise NotAllowed(N_("Only its owner appoints the panel of a job."))
    seats, user = seats_of(job.id), by_name(username)
    check_seats(act, job, seats)
    if user is None:
        raise Invalid(N_("Nobody signs in as “%(name)s”."), field="username", name=username)
    if any(seat.user_id == user.id for seat in seats):
        raise Invalid(N_("This person has a seat already, or has left one."), field="username")
    _refuse_part(act, seats, part)
    places = memberships_of(user.id)
    _refuse_barred(user, "username")
    seat = Seat(
        job_id=job.id,
        user_id=user.id,
        unit_id=places[0].unit_id,
        part=part,
        state=SeatState.SEATED,
        state_since=act.now,
    )
    seat.job = job
    record(act, "seat.appoint", seat, part=part)
    if part == Part.CHAIR:
        job.chair_id = user.id
    return seat


def recuse(act: Act, seat: Seat, *, reason: str) -> None:
    """Somebody leaves a seat: the reason is compulsory and published with the result. Their scores do not count."""
    job = seat.job
    job.lock()
    if not seats_people(act.actor, job) or job.LIFE.lapsed(job, act.now):
        raise WrongState(N_("The panel has ended its work: it is now “%(state)s”."), state=job.LIFE.label(job.state))
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field="reason", n=LEAST_REASON)
    seat.LIFE.check(act, seat, "recuse")
    seat.recused_because = reason.strip()
    advance(act, seat, "recuse", reason=reason.strip())
    if job.chair_id == seat.user_id:
        job.chair_id = None


def convene(act: Act, job: Job, order: Sequence[Entry]) -> None:
    """The clock's verb after closing: from now on the panel scores the entries, as bidders in the order drawn."""
    session.add(Panel(job_id=job.id, convened_at=act.now, closed_at=job.due or act.now))
    for number, entry in enumerate(order, 1):
        unit = entry.agency.unit
        session.add(Bidder(job_id=job.id, number=number, entry_id=entry.id, code=unit.code, name=unit.name))
    advance(act, job, "convene", bidders=len(order))


def extend(act: Act, job: Job, *, reason: str) -> None:
    """The operator gives the panel its time anew, before it has run out; the reason is published."""
    advance(act, job, "extend", reason=reason)


def time_out(act: Act, job: Job) -> None:
    """The clock's verb where the panel did not agree by its deadline: nobody may pick a winner in its place."""
    advance(act, job, "time_out", reason=NOT_AGREED)


def score(act: Act, seat: Seat, *, scores: Scores, remarks: Sequence[str]) -> None:
    """Give one's scores, once: for each bidder in turn one for each criterion, and a remark."""
    job = seat.job
    job.lock()
    check_sits(act, job)
    _refuse_barred(seat.user, None)
    _refuse_shape(job, scores)
    advance(act, seat, "score")
    sheet = ScoreSheet(seat_id=seat.id, given_at=act.now, scores=[list(one) for one in scores], remarks=list(remarks))
    session.add(sheet)
    session.flush()


def agree(act: Act, job: Job, *, scores: Scores, reasons: Sequence[str]) -> None:
    """Record the panel's consensus, which closes quality; the clock then opens the prices and selects at once. A score
    outside those the members gave needs a reason, which is published."""
    job.lock()
    job.LIFE.check(act, job, "agree")
    seats, panel = seats_of(job.id), panel_of(job.id)
    check_ready(act, job, seats)
    _refuse_shape(job, scores)
    _refuse_outside(job, scores, reasons)
    if panel is None:
        raise WrongState(N_("The panel has not been convened."))
    chair = next(seat for seat in seats if seat.user_id == act.actor.user_id)
    panel.agreed_by_id, panel.scores, panel.reasons = chair.id, [list(one) for one in scores], list(reasons)
    job.quality_closed_at = act.now
    advance(act, job, "agree")


def least_scorers(act: Act, job: Job) -> int:
    """How many score at least, as the law had it when the job was announced."""
    return almanac.number("panel_least", job.published_at or act.now)


def wants_people(act: Act, job: Job, seats: Sequence[Seat] | None = None) -> bool:
    """Whether the owner of a published job has still to appoint people to its panel, which has these `seats`, or those
    it is found to have."""
    waits = takes_entries(act.actor, job) or scoring(act.actor, job)
    if not (waits and job.method in SCORED and its_owner(act.actor, job)):
        return False
    return not is_complete(seats_of(job.id) if seats is None else seats, least_scorers(act, job))


def panel_seen(act: Act, job: Job) -> dict[str, bool]:
    """What the page of a job says of its panel: whether the actor may read it, and has to appoint people to it."""
    return {"panel": sees_panel(act.actor, job), "panel_wanted": wants_people(act, job)}


def check_seats(act: Act, job: Job, seats: Sequence[Seat]) -> None:
    """Refuse an appointment where no panel scores, or when it is too late for one."""
    if job.method not in SCORED or not seats_people(act.actor, job) or job.LIFE.lapsed(job, act.now):
        raise WrongState(
            N_("People are appointed until the entry closes, and then only while the panel is not complete.")
        )
    if scoring(act.actor, job) and is_complete(seats, least_scorers(act, job)):
        raise WrongState(N_("The panel is complete. Nobody can be added after the entry has closed."))


def check_ready(act: Act, job: Job, seats: Sequence[Seat]) -> None:
    """Refuse a consensus while a seat is empty or somebody has not scored."""
    least = least_scorers(act, job)
    if is_even(seats, least):
        raise WrongState(N_("The panel is not complete: an odd number has to score. The owner appoints one more."))
    if not is_complete(seats, least):
        raise WrongState(N_("The panel is not complete: the owner first fills the seat that was left."))
    if not all_scored(seats):
        raise WrongState(N_("Not everybody on the panel has scored yet."))


def check_sits(act: Act, job: Job) -> None:
    """Refuse what is for the time in which a panel scores."""
    if not scoring(act.actor, job) or job.LIFE.lapsed(job, act.now):
        raise WrongState(N_("The panel does not score now: it is “%(state)s”."), state=job.LIFE.label(job.state))


def _refuse_barred(user: User, field: str | None) -> None:
    places = memberships_of(user.id)
    if not places:
        raise Invalid(N_("This person belongs to no unit, and cannot sign in."), field=field)
    for place in places:
        if why := BARRED.get(place.unit.kind):
            text = N_("A member of %(unit)s may not sit on a panel: %(why)s.")
            raise Invalid(text, field=field, unit=place.unit.name, why=why)


def _refuse_part(act: Act, seats: Sequence[Seat], part: str) -> None:
    if part not in PARTS:
        raise Invalid(N_("Choose chair, member or witness."), field="part")
    if part == Part.CHAIR and has_chair(seats):
        raise Invalid(N_("The panel has a chair already."), field="part")
    most = almanac.number("panel_witnesses", act.now)
    if part == Part.WITNESS and len(witnesses(seats)) >= most:
        raise Invalid(N_("A panel has at most %(n)s witnesses."), field="part", n=most)


def _refuse_shape(job: Job, scores: Scores) -> None:
    fits = len(scores) == len(bidders_in(job.id)) and all(len(one) == len(job.criteria) for one in scores)
    if not fits or not all(0 <= each <= MOST_SCORE for one in scores for each in one):
        raise Invalid(N_("Give each bidder a score from 0 to 100 for each criterion."))


def _refuse_outside(job: Job, scores: Scores, reasons: Sequence[str]) -> None:
    """A score that no member's scores enclose stands only with a reason."""
    given = [sheet.scores for sheet in sheets_of(job.id)]
    for place, (agreed, reason) in enumerate(zip(scores, reasons, strict=True)):
        for each, theirs in zip(agreed, zip(*(sheet[place] for sheet in given), strict=True), strict=True):
            if not min(theirs) <= each <= max(theirs) and len(reason.strip()) < LEAST_REASON:
                text = N_("%(score)s lies outside what the members gave. Give the reason: it is published.")
                raise Invalid(text, field=f"reason_{place + 1}", score=each)
