"""Two decide at once, on appeals, credit events, repairs, reviews and numbers of the law: one is first, and the other
reads how it stands. On both databases, each beside the naive control, which must show two winners."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Barrier
from types import NoneType
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.agencies.models import Agency
from app.appeals import operations as appeals
from app.appeals.models import Appeal
from app.credit import operations as credit
from app.credit.models import CreditEvent
from app.infra.almanac import Term
from app.infra.db import Row, session, transaction
from app.infra.record import Event, record
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.errors import WrongState
from app.kernel.workdays import local_day
from app.ratings import operations as ratings
from app.ratings.models import AXES, Rating, ratings_of
from app.reviews import operations as reviews
from app.reviews.models import Review
from app.terms import operations as terms
from app.terms.models import first_version, version_from
from tests import make
from tests.at_once import LONGEST, Try, acts, at_once, by, in_threads, in_transaction, looks, naively, the_clock
from tests.client import CheckedClient
from tests.credit.matters import in_effect, noted, on
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
WHY = "经核查，有书面材料证明。"


@dataclass(frozen=True)
class Race:
    """Two tries, and the row that both queue for."""

    row: Row
    tries: tuple[Try, Try]


def both(row: Row, *tries: Try) -> Race:
    return Race(row, (tries[0], tries[1]))


def office(now: Any) -> tuple[Act, Act]:
    """Two people of the regulator of water resources."""
    unit = make.regulator()
    return make.act(make.user_of(unit), now), make.act(make.person(unit), now)


# --- one of two decisions ---------------------------------------------------------------------------------------------


def rated() -> tuple[Job, Rating]:
    """An archived job, and what its owner said of the agency."""
    job = make.job("accepted", entries=1, funds="social")
    for side in (job.owner, job.agency):
        ratings.give(make.act(side, make.later(job)), job, **dict.fromkeys(AXES, 2), text="")
    return job, next(one for one in ratings_of(job.id) if one.side == "owner")


def appealed() -> tuple[Job, Appeal]:
    job, rating = rated()
    return job, appeals.appeal(make.act(job.agency, make.later(job)), rating, ground=WHY, file_id=None)


def flagged() -> tuple[Job, Review]:
    job, rating = rated()
    known = {"sector_code": job.sector_code, "month": rating.month, "risk": 20, "flags": {}, "text_key": ""}
    review = Review(rating=rating, state="waiting", state_since=job.state_since, **known)
    session.add(review)
    session.flush()
    return job, review


def two_decisions_of_an_appeal() -> Race:
    job, appeal = appealed()
    one, other = office(make.later(job))
    refuses = by(one, appeal, "refuse", appeals.refuse, decision=WHY)
    return both(appeal, refuses, by(other, appeal, "grant", appeals.grant, decision=WHY))


def an_appeal_taken_back_as_it_is_granted() -> Race:
    job, appeal = appealed()
    grants = by(office(make.later(job))[0], appeal, "grant", appeals.grant, decision=WHY)
    return both(appeal, grants, by(make.act(job.agency, make.later(job)), appeal, "take_back", appeals.take_back))


def two_decisions_of_a_credit_event() -> Race:
    agency = make.agency()
    event = noted(agency)
    credit.object_to(make.act(agency), event, objection=WHY, file_id=None)
    one, other = office(NOW)
    confirms = by(one, event, "confirm", credit.confirm, decision=WHY)
    return both(event, confirms, by(other, event, "drop", credit.drop, decision=WHY))


def an_objection_and_the_silence() -> Race:
    agency = make.agency()
    event = noted(agency)
    assert event.due
    objects = by(
        make.act(agency, event.due - timedelta(minutes=5)),
        event,
        "object",
        credit.object_to,
        objection=WHY,
        file_id=None,
    )
    return both(event, objects, the_clock(event, "take_effect"))


def two_decisions_on_a_repair() -> Race:
    event = asked_for_repair()
    one, other = office(on(event, months=6))
    repairs = by(one, event, "repair", credit.repair, decision=WHY)
    return both(event, repairs, by(other, event, "refuse_repair", credit.refuse_repair, decision=WHY))


def two_review_decisions_on_one_rating() -> Race:
    job, review = flagged()
    one, other = office(make.later(job))
    first, second = (by(each, review, "keep", reviews.keep, note=WHY) for each in (one, other))
    return both(review.rating, first, second)


def asked_for_repair() -> CreditEvent:
    agency = make.agency()
    event = in_effect(agency)
    credit.ask_repair(make.act(agency, on(event, months=6)), event, plea=WHY)
    return event


RACES = (
    two_decisions_of_an_appeal, an_appeal_taken_back_as_it_is_granted, two_decisions_of_a_credit_event,
    an_objection_and_the_silence, two_decisions_on_a_repair, two_review_decisions_on_one_rating,
)  # fmt: skip


def told(*tries: Try) -> list[str]:
    """What the tries brought about, in the order of the record."""
    names = {f"{one.model.LIFE.name}.{one.step}": one.id for one in tries}  # type: ignore[attr-defined]
    rows = session.execute(select(Event.name, Event.subject_id).where(Event.name.in_(names)).order_by(Event.id))
    return [name for name, id in rows if names[name] == id]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
@pytest.mark.parametrize("order", [1, -1], ids=["", "the other way round"])
def test_of_two_decisions_one_is_first(race: Callable[[], Race], order: int) -> None:
    run = race()
    answers = at_once(run.row, *map(in_transaction, run.tries[::order]))
    assert len(told(*run.tries)) == 1
    clock = any(one.act.actor.kind == "clock" for one in run.tries)
    losers = [answer for answer in answers if answer is not None]
    assert len(losers) == (0 if clock and not losers else 1) and all(isinstance(one, WrongState) for one in losers)


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_without_the_lock_both_would_decide(race: Callable[[], Race]) -> None:
    run = race()
    if isinstance(run.row, CreditEvent):
        run.row.effective_on = run.row.repaired_on = local_day(run.tries[0].act.now)  # what they would write besides
    naively(*run.tries)
    assert len(told(*run.tries)) == 2


# --- two that do not exclude each other: the second is refused in one order of the two --------------------------------


def a_statement_and_a_decision() -> Race:
    agency = make.agency()
    event = noted(agency)
    states = by(make.act(agency), event, "state", credit.make_statement, statement="已与业主沟通。")
    return both(event, states, by(office(NOW)[0], event, "drop", credit.drop, decision=WHY))


@pytest.mark.parametrize("order", [1, -1], ids=["statement first", "decision first"])
def test_a_statement_comes_before_the_decision_or_not_at_all(order: int) -> None:
    run = a_statement_and_a_decision()
    stated, dropped = at_once(run.row, *map(in_transaction, run.tries[::order]))[::order]
    assert dropped is None
    event = session.get_one(CreditEvent, run.tries[0].id)
    assert event.state == "dropped"
    found = told(*run.tries)
    assert (type(stated), event.statement, found) in (
        (NoneType, "已与业主沟通。", ["credit_event.state", "credit_event.drop"]),
        (WrongState, "", ["credit_event.drop"]),
    )


def test_without_the_lock_a_statement_would_revive_a_dropped_event() -> None:
    run = a_statement_and_a_decision()
    make.keep()
    states, drops = run.tries
    looks(states), looks(drops)
    acts(drops), acts(states)
    assert session.get_one(CreditEvent, states.id).state == "stated"


def a_repair_and_a_new_event() -> Race:
    event = asked_for_repair()
    now = on(event, months=6)
    other = noted(event.agency, "complaint_upheld", now - timedelta(days=20))
    agency, other_id = session.get_one(Agency, event.agency_id), other.id
    repairs = by(office(now)[0], event, "repair", credit.repair, decision=WHY)
    takes = Try(the_clock(other, "take_effect").act, CreditEvent, other_id, "take_effect", lambda: None)
    return both(agency, repairs, Try(takes.act, CreditEvent, other_id, "take_effect", the_clock(other, "").verb))


@pytest.mark.parametrize("order", [1, -1], ids=["repair first", "event first"])
def test_no_repair_is_granted_after_a_new_event_took_effect(order: int) -> None:
    run = a_repair_and_a_new_event()
    repaired, took = at_once(run.row, *map(in_transaction, run.tries[::order]))[::order]
    assert took is None, "what happened counts"
    names = ["credit_event.repair", "credit_event.take_effect"]
    assert (type(repaired), told(*run.tries)) in ((NoneType, names), (WrongState, names[1:]))
    state = session.get_one(CreditEvent, run.tries[0].id).state
    assert state == ("repaired" if repaired is None else "repair_asked"), "the regulator refuses it then"


def test_without_the_lock_a_repair_would_come_after_the_event_that_forbids_it() -> None:
    run = a_repair_and_a_new_event()
    repairs, takes = run.tries
    event = session.get_one(CreditEvent, repairs.id)
    event.repaired_on = local_day(repairs.act.now)  # what it would write besides
    make.keep()
    with transaction():
        event = session.get_one(CreditEvent, repairs.id)
        clean = credit.clean_from(event, repairs.act.now)
        assert clean and clean <= local_day(repairs.act.now)
    in_transaction(takes)()
    acts(repairs)
    assert told(*run.tries) == ["credit_event.take_effect", "credit_event.repair"]


def a_note_and_a_setting_aside() -> Race:
    job, review = flagged()
    one, other = office(make.later(job))
    keeps = by(one, review, "keep", reviews.keep, note=WHY)
    return both(review.rating, keeps, by(other, review.rating, "set_aside", ratings.set_aside, reason=WHY))


@pytest.mark.parametrize("order", [1, -1], ids=["note first", "set aside first"])
def test_nobody_lets_a_rating_stay_that_was_set_aside(order: int) -> None:
    run = a_note_and_a_setting_aside()
    kept, aside = at_once(run.row, *map(in_transaction, run.tries[::order]))[::order]
    assert aside is None
    names = ["review.keep", "rating.set_aside"]
    assert (type(kept), told(*run.tries)) in ((NoneType, names), (WrongState, names[1:]))


def test_without_the_lock_a_rating_would_stay_that_was_set_aside() -> None:
    run = a_note_and_a_setting_aside()
    make.keep()
    keeps, sets_aside = run.tries
    looks(keeps)
    in_transaction(sets_aside)()
    acts(keeps)
    assert told(*run.tries) == ["rating.set_aside", "review.keep"]


# --- one number of the law for a day ----------------------------------------------------------------------------------

DAY = local_day(NOW) + timedelta(days=40)
NUMBER = {"code": "entry", "effective_from": DAY, "basis": "示例通知〔2026〕第 1 号", "mark": "D"}


def adopts(value: str) -> Callable[[], Any]:
    act = make.act(make.person(make.operator()))

    def run() -> None:
        with transaction():
            terms.adopt(act, value=value, **NUMBER)

    return run


@pytest.mark.parametrize("values", [("4", "6"), ("6", "4"), ("4", "4")], ids="/".join)
def test_a_number_is_adopted_once_for_a_day(values: tuple[str, str]) -> None:
    answers = at_once(first_version("entry"), *map(adopts, values))
    (lost,) = [answer for answer in answers if answer is not None]
    term = version_from("entry", DAY)
    assert term and isinstance(lost, WrongState) and lost.places == {"day": DAY, "value": term.value}
    assert session.scalars(select(Event.facts).where(Event.name == "term.adopt")).one()["value"] == term.value


def test_without_lock_and_key_a_number_would_be_two_on_a_day() -> None:
    meet, act = Barrier(2), make.act(make.operator())
    session.execute(text("CREATE TABLE bare_term AS SELECT code, effective_from, value FROM term WHERE code = 'entry'"))
    make.keep()

    def run(value: str) -> None:
        with transaction():
            assert version_from("entry", DAY) is None
        meet.wait(LONGEST)
        with transaction():
            line = {"code": "entry", "day": DAY, "value": value}
            session.execute(text("INSERT INTO bare_term VALUES (:code, :day, :value)"), line)
            record(act, "term.adopt", first_version("entry"), value=value)

    in_threads(partial(run, "4"), partial(run, "6"))
    found = text("SELECT count(*) FROM bare_term WHERE effective_from = :day")
    assert session.scalar(found, {"day": DAY}) == 2
    session.execute(text("DROP TABLE bare_term"))
    make.keep()


# --- what the second one reads ----------------------------------------------------------------------------------------

Sends = tuple[Row, list[tuple[str, dict[str, Any]]], Any, str]
DECISION = {"decision": WHY}


def appeal_twice() -> Sends:
    job, appeal = appealed()
    path = f"/appeals/{appeal.id}"
    return appeal, [(f"{path}/refuse", DECISION), (f"{path}/grant", DECISION)], make.later(job), path


def credit_twice() -> Sends:
    run = two_decisions_of_a_credit_event()
    path = f"/credit/{run.row.id}"
    return run.row, [(f"{path}/confirm", DECISION), (f"{path}/drop", DECISION)], NOW, path


def repair_twice() -> Sends:
    event = asked_for_repair()
    path = f"/credit/{event.id}"
    return event, [(f"{path}/repair", DECISION), (f"{path}/refuse_repair", DECISION)], on(event, months=6), path


def review_twice() -> Sends:
    job, review = flagged()
    path = f"/reviews/{review.id}"
    return review.rating, [(f"{path}/keep", {"note": WHY})] * 2, make.later(job), path


@pytest.mark.parametrize("race", [appeal_twice, credit_twice, repair_twice, review_twice])
def test_the_second_of_two_reads_how_it_stands(
    race: Callable[[], Sends], clock: Any, as_user: Callable[..., CheckedClient]
) -> None:
    row, sends, clock.now, path = race()
    unit = make.regulator()
    clients = [in_english(as_user(user)) for user in (make.user_of(unit), make.person(unit))]
    runs = [partial(client.post, page, data=typed) for client, (page, typed) in zip(clients, sends, strict=True)]
    first, second = sorted(at_once(row, *runs), key=lambda answer: int(answer.status_code))
    assert (first.status_code, second.status_code) == (303, 409)
    assert "it is now “" in second.text and WHY in second.text, "nothing typed is lost"
    assert f'class="btn btn-go" href="{path}"' in second.text


def test_a_repair_that_came_too_late_says_why_and_where_to_refuse_it(
    clock: Any, as_user: Callable[..., CheckedClient]
) -> None:
    run = a_repair_and_a_new_event()
    repairs, takes = run.tries
    make.keep()
    in_transaction(takes)()
    clock.now, path = repairs.act.now, f"/credit/{repairs.id}"
    client = in_english(as_user(make.user_of(make.regulator())))
    answer = client.post(f"{path}/repair", data=DECISION)
    assert answer.status_code == 409 and "A new event took effect in the meantime: refuse the repair." in answer.text
    assert f'class="btn btn-go" href="{path}"' in answer.text
    assert f"{path}/refuse_repair" in client.get(path).text
    assert client.post(f"{path}/refuse_repair", data=DECISION).status_code == 303


def test_who_adopts_second_reads_what_was_announced(clock: Any, as_user: Callable[..., CheckedClient]) -> None:
    clock.now = NOW
    clients = [in_english(as_user(make.person(make.operator()))) for _ in range(2)]
    typed = NUMBER | {"effective_from": str(DAY)}
    runs = [
        partial(one.post, "/rules/adopt", data=typed | {"value": value})
        for one, value in zip(clients, "46", strict=True)
    ]
    first, second = sorted(at_once(first_version("entry"), *runs), key=lambda answer: int(answer.status_code))
    assert (first.status_code, second.status_code) == (303, 409)
    value = session.scalar(select(Term.value).where(Term.code == "entry", Term.effective_from == DAY))
    assert f"From {DAY:%-d %b %Y} on a version is announced already: {value}." in second.text
    assert 'class="btn btn-go"' in second.text
    assert session.scalar(select(func.count()).select_from(Term).where(Term.effective_from == DAY)) == 1


def in_english(client: CheckedClient) -> CheckedClient:
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    return client
