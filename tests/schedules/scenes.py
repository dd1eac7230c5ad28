"""Seven scenes in which only one may be first: who acts and when, what may not stand together afterwards, and the naive
control, which looks first and acts later."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import Unit
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry, live_entries
from app.infra.db import session, transaction
from app.infra.record import Event, record
from app.jobs.models import Job
from app.kernel.act import CLOCK, Act, Role
from app.kernel.errors import WrongState
from app.panels.models import Seat, bidders_in, panel_of, seats_of
from app.selections.models import Award, current_award, places_held
from app.web.commands import GRACE
from tests import make
from tests.at_once import Try, acts, by, looks, published_list, standing_list, the_clock
from tests.panels import bench

# How far from the closing a request comes in. From 0 on it is too late.
AROUND = (timedelta(seconds=-2), timedelta(milliseconds=-1), timedelta(0), timedelta(seconds=1))
REASON = "中选机构的资质在报名截止前已被注销。"


@dataclass(frozen=True)
class Person:
    """Somebody who sends a form, at an instant: a user, the address, and what is typed, or how it is made anew."""

    user: Any
    path: str
    at: datetime
    typed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Naive:
    """The control of one contestant: what it looks at, and how it then acts without looking again."""

    looks: Callable[[], None]
    acts: Callable[[], None]


@dataclass(frozen=True)
class Scene:
    """`workers` is when each worker of the clock comes by; `wrong(story)` says what of the events of the job, in their
    order, cannot be true together; `stands(accepted)` holds of the rows when so many people were told yes."""

    job_id: int
    people: Sequence[Person]
    workers: Sequence[datetime]
    wrong: Callable[[list[str]], bool]
    stands: Callable[[list[bool]], bool]
    naive: Sequence[Naive]

    def story(self) -> list[str]:
        return story_of(self.job_id)


def story_of(job_id: int) -> list[str]:
    """The names of the events of a job, its entries and its panel's seats, in their order."""
    session.remove()
    threads = [f"job:{job_id}"]
    for model in (Entry, Seat):
        threads += [f"{model.__tablename__}:{id}" for id in session.scalars(select(model.id).filter_by(job_id=job_id))]
    return list(session.scalars(select(Event.name).where(Event.thread_of.in_(threads)).order_by(Event.id)))


def more_than_one(*names: str) -> Callable[[list[str]], bool]:
    return lambda story: sum(one in names for one in story) > 1


def after(first: str, late: str) -> Callable[[list[str]], bool]:
    return lambda story: first in story and late in story[story.index(first) :]


def plainly(one: Try) -> Naive:
    return Naive(lambda: looks(one), lambda: acts(one))


def only_records(act: Act, job: Job, name: str, looks: Callable[[Job], Any]) -> Naive:
    id = job.id

    def looked() -> None:
        with transaction():
            looks(session.get_one(Job, id))

    def acted() -> None:
        with transaction():
            record(act, name, session.get_one(Job, id))

    return Naive(looked, acted)


# --- the scenes -------------------------------------------------------------------------------------------------------


def double_entry(chance: Random) -> Scene:
    """Three windows of two people of one agency."""
    job, agency = make.job("open"), make.agency()
    second = make.person(session.get_one(Unit, agency.id), Role.AUTHORISED)
    users = [make.user_of(agency), second, second]
    now, path, job_id = make.later(job), f"/jobs/{job.id}/enter", job.id

    def alone(job: Job) -> None:
        if "entry.enter" in story_of(job.id):
            raise WrongState("entered")

    return Scene(
        job.id,
        [Person(user, path, now) for user in users],
        [],
        more_than_one("entry.enter"),
        lambda told: told.count(True) == 1 == len(live_entries(job_id)),
        [only_records(make.act(user, now), job, "entry.enter", alone) for user in users],
    )


def double_award(chance: Random) -> Scene:
    """Two officers take the same award back as its publicity ends: the next is selected, and not the one after."""
    job = make.job("selected", entries=4)
    award, officers, due, id = current_award(job.id), officers_two(), job.due, job.id
    assert award and due
    path, typed = f"/jobs/{job.id}/correct", {"award_id": award.id, "reason": REASON}
    at = due - timedelta(seconds=1)
    takes_back = [Try(make.act(one, at), Job, job.id, "correct", lambda: None) for one in officers]
    return Scene(
        job.id,
        [Person(one, path, at, typed) for one in officers],
        [due + GRACE],
        more_than_one("job.correct"),
        lambda told: told.count(True) == 1 and places_held(id) == 2 and one_award_stands(id),
        [plainly(one) for one in takes_back],
    )


def entry_and_closing(chance: Random) -> Scene:
    """An agency enters around the closing, and two workers close: it is on the list, or reads that it closed."""
    job, agency = make.job("open"), make.agency()
    for _ in range(3):
        enters(job)
    at = around(chance, job)
    early = only_records(make.act(agency, at), job, "entry.enter", lambda job: entries.check_open(by_day(job), job))
    agency_id, job_id, due = agency.id, job.id, job.due
    assert due
    return Scene(
        job.id,
        [Person(make.user_of(agency), f"/jobs/{job.id}/enter", at)],
        [due + GRACE, due + GRACE],
        after("job.close", "entry.enter"),
        lambda told: told[0] == (agency_id in listed(job_id)) and (at < due or not told[0]),
        [early, plainly(the_clock(job, "close"))],
    )


def withdrawal_and_closing(chance: Random) -> Scene:
    """An agency withdraws around the closing, and two workers close."""
    job = make.job("open")
    entry = [enters(job) for _ in range(4)][-1]
    at, due, job_id, agency_id = around(chance, job), job.due, job.id, entry.agency_id
    assert due
    leaves = by(make.act(entry.agency, due - timedelta(seconds=1)), entry, "withdraw", entries.withdraw)
    return Scene(
        job.id,
        [Person(make.user_of(entry.agency), f"/entries/{entry.id}/withdraw", at)],
        [due + GRACE, due + GRACE],
        after("job.close", "entry.withdraw"),
        lambda told: told[0] != (agency_id in listed(job_id)) and (at < due or not told[0]),
        [plainly(leaves), plainly(the_clock(job, "close"))],
    )


def two_chairs(chance: Random) -> Scene:
    """A chair agrees in two windows, each with its own consensus, as an officer recuses the chair."""
    job = bench.scored(bench.convened())
    seat, now, id = seats_of(job.id)[0], make.later(job), job.id
    numbers, places = range(1, len(bidders_in(id)) + 1), range(1, len(job.criteria) + 1)

    def consensus(word: str) -> dict[str, Any]:
        scores = {f"score_{number}_{place}": 80 for number in numbers for place in places}
        return scores | {f"reason_{number}": word for number in numbers}

    officer, path = make.user_of(make.operator()), f"/jobs/{job.id}/panel/agree"
    agrees = [Try(make.act(seat.user, now), Job, job.id, "agree", lambda: None) for _ in range(2)]
    return Scene(
        job.id,
        [
            *(Person(seat.user, path, now, consensus(word)) for word in ("甲窗口的合议", "乙窗口的合议")),
            Person(officer, f"/seats/{seat.id}/recuse", now, {"reason": "与投标人有亲属关系。"}),
        ],
        [],
        more_than_one("job.agree", "seat.recuse"),
        lambda told: told.count(True) == 1 and len(set(panel_of(id).reasons)) == 1 - told[2],  # type: ignore[union-attr]
        [plainly(one) for one in agrees],
    )


def objection_and_end_of_publicity(chance: Random) -> Scene:
    """Two units object around the end of publicity, and two workers award."""
    job = make.job("selected")
    units, due, path, id = [make.unit(), make.unit()], job.due, f"/jobs/{job.id}/object", job.id
    assert due
    instants, typed = [around(chance, job) for _ in units], {"ground": "名单里有不符合条件的机构。"}
    objects = Try(make.act(units[0], due - timedelta(seconds=1)), Job, job.id, "object", lambda: None)

    def stands(told: list[bool]) -> bool:
        waits = make.again(session.get_one(Job, id)).state == "objected"
        in_time = all(at < due or not yes for at, yes in zip(instants, told, strict=True))
        return waits == any(told) and in_time and one_award_stands(id)

    return Scene(
        job.id,
        [Person(make.user_of(unit), path, at, typed) for unit, at in zip(units, instants, strict=True)],
        [due + GRACE, due + GRACE],
        lambda story: {"job.object", "job.award"} <= set(story),
        stands,
        [plainly(objects), plainly(the_clock(job, "award"))],
    )


def undo_and_contract(chance: Random) -> Scene:
    """The agency confirms the contract in one window and gives up in another, as an officer takes the award back."""
    job = make.job("contract_uploaded", entries=4)
    award, now, path, id = current_award(job.id), make.later(job), f"/jobs/{job.id}", job.id
    assert award
    agency, officer = make.user_of(job.agency), make.user_of(make.operator())
    steps = ((agency, "confirm_contract"), (agency, "abandon"), (officer, "correct"))
    tries = [Try(make.act(user, now), Job, job.id, step, lambda: None) for user, step in steps]

    def stands(told: list[bool]) -> bool:
        ends = zip(told, ("contracted", "abandoned", "selected"), strict=True)
        return [make.again(session.get_one(Job, id)).state] == [state for yes, state in ends if yes]

    return Scene(
        job.id,
        [
            Person(agency, f"{path}/contract/confirm", now),
            Person(agency, f"{path}/abandon", now, {"reason": "人员安排不开，无法按期完成。"}),
            Person(officer, f"{path}/correct", now, {"award_id": award.id, "reason": REASON}),
        ],
        [],
        more_than_one("job.confirm_contract", "job.abandon", "job.correct"),
        stands,
        [plainly(one) for one in tries],
    )


SCENES = (
    double_entry, double_award, entry_and_closing, withdrawal_and_closing, two_chairs, objection_and_end_of_publicity,
    undo_and_contract,
)  # fmt: skip


# --- their parts ------------------------------------------------------------------------------------------------------


def officers_two() -> list[Any]:
    office = make.operator()
    return [make.user_of(office), make.person(office)]


def around(chance: Random, job: Job) -> datetime:
    assert job.due
    return job.due + chance.choice(AROUND)


def enters(job: Job) -> Entry:
    return entries.enter(make.act(make.agency(), make.later(job)), job, Offer())


def by_day(job: Job) -> Act:
    return Act(CLOCK, make.later(job))


def listed(job_id: int) -> list[int]:
    """Whose entries stand; the published list is theirs."""
    assert published_list(job_id) == standing_list(job_id)
    return [entry.agency_id for entry in live_entries(job_id)]


def one_award_stands(job_id: int) -> bool:
    standing = select(func.count()).select_from(Award).where(Award.job_id == job_id, Award.ended_at.is_(None))
    return session.scalar(standing) == 1
