"""What is ahead of a job: the milestones of the way on which nothing goes wrong, and by when each is reached."""

from datetime import datetime, timedelta

from app.infra import almanac
from app.jobs.models import Job
from app.jobs.rules import LIFE, State, paused, waits_for_opening
from app.kernel.act import VISITOR
from app.kernel.words import N_

# fmt: off
# What a posting goes through when nothing goes wrong, in the words of someone who waits for it: the milestone, and the
# states whose periods run until it is reached.
MILESTONES = (
    (N_("checked by the operator"),             (State.SUBMITTED,)),
    (N_("entry closes, the agency is selected"), (State.OPEN, State.AWAITING)),
    (N_("result final after publicity"),        (State.SELECTED,)),
    (N_("contract signed and confirmed"),       (State.AWARDED, State.CONTRACT_UPLOADED)),
    (N_("papers complete, the service begins"), (State.CONTRACTED, State.MATERIALS, State.MATERIALS_CHECK)),
    (N_("report delivered"),                    (State.IN_SERVICE,)),
    (N_("report accepted"),                     (State.DELIVERED,)),
    (N_("rated by both sides"),                 (State.ACCEPTED,)),
)
# fmt: on
# Where a state beside this path rejoins it.
REJOINS = {
    State.RETURNED: State.DRAFT,
    State.SELECTING: State.SELECTED,
    State.SCORING: State.OPEN,
    State.OBJECTED: State.SELECTED,
    State.ABANDONED: State.SELECTED,
    State.PAUSED: State.IN_SERVICE,
    State.SUSPENDED: State.IN_SERVICE,
    State.REWORK: State.IN_SERVICE,
}
# The entry has closed, and nobody is selected yet.
CLOSED = (State.AWAITING, State.SCORING)
OBJECTION = ("objection_answer", "objection_decision")


def ahead(job: Job, now: datetime) -> list[tuple[str, datetime | None]]:
    """The milestones still ahead, each with the latest instant it may be reached when everybody takes all their time
    and nothing goes wrong. The first is the deadline the job waits for, when it waits for one, also when that has
    passed; what follows is then counted from now. While the service stands still its day moves on, and there is no
    latest instant. A period is as long as the law has it when it begins."""
    path = [state for _, states in MILESTONES for state in states]
    here = REJOINS.get(State(job.state), State(job.state))
    if here not in path and here != State.DRAFT:
        return []
    place = path.index(here) if here in path else -1
    if paused(VISITOR, job):
        return [(says, None) for says, states in MILESTONES if path.index(states[-1]) >= place]
    by = job.due or (now if place < 0 else almanac.calendar().deadline(*_waited(job, here, now)))
    by, before = max(by, now), State(job.state) if job.state in CLOSED else here
    found: list[tuple[str, datetime | None]] = []
    for says, states in MILESTONES:
        for state in states:
            if path.index(state) > place and (state != State.AWAITING or waits_for_opening(VISITOR, job)):
                begins = _begins(before, by)
                by, before = almanac.calendar().deadline(begins, _longest(job, state, begins)), state
            if state == State.OPEN and path.index(state) >= place and job.criteria and job.state != State.SCORING:
                begins = _begins(before, by)
                by, before = almanac.calendar().deadline(begins, almanac.number("panel", begins)), State.SCORING
        if path.index(states[-1]) >= place:
            closed = State.OPEN in states and job.state in CLOSED
            passed = job.due if path.index(states[-1]) == place and job.due else by
            found.append((N_("the agency is selected") if closed else says, passed))
    return found


def _begins(before: State, by: datetime) -> datetime:
    """When what follows a state begins at the latest, where `by` is the end of its last day. Who acts does so on that
    day; the clock's own step comes after it, except that silence completes the papers on their last day."""
    by_the_clock = before in LIFE.lapses and before != State.MATERIALS_CHECK
    return by if by_the_clock else by - timedelta(microseconds=1)


def _waited(job: Job, here: State, now: datetime) -> tuple[datetime, int]:
    """From when, and how many working days, the state may last where a job waits for no deadline of its own. An
    objection holds the award for as long as answer and decision may take."""
    if job.state == State.OBJECTED:
        return job.state_since, sum(almanac.number(code, job.state_since) for code in OBJECTION)
    return now, _longest(job, here, now)


def _longest(job: Job, state: State, at: datetime) -> int:
    """The working days of a state's period for this job, when it begins at an instant."""
    if state == State.IN_SERVICE:
        return job.agreed_days or job.days or 1
    terms = next(step.due.terms for step in LIFE.steps.values() if step.target == state and step.due and step.due.terms)
    wishes = [wish for wish, meant in (("_repost", job.round > 1), ("_urgent", job.urgent)) if meant]
    fitting = [term for wish in wishes for term in terms if term.endswith(wish)]
    return almanac.number((fitting or terms)[0], at)
