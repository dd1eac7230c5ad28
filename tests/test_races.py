"""Two at once: the schema and the locks let one be first, and the other reads how it stands. On both databases.

Every race is also run by a naive control, which looks first and acts later without a lock: it must show two winners.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Barrier
from types import NoneType
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app import wiring
from app.accounts.models import Unit
from app.addenda import operations as addenda
from app.agencies.models import Agency
from app.contracts import operations as contracts
from app.contracts.models import contracts_of, materials_asked
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import Entry, EntryVersion, entry_of, live_entries, versions_of
from app.infra import record as log
from app.infra.clockwork import take_late
from app.infra.db import Row, session, transaction
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.act import CLOCK, Act, Role
from app.kernel.errors import WrongState
from app.kernel.workdays import local_day
from app.objections import operations as objections
from app.panels import operations as panels
from app.panels.models import seats_of
from app.ratings import operations as ratings
from app.ratings.models import AXES, Rating
from app.selections import operations as selections
from app.selections.models import Award, Selection, current_award
from app.services import operations as services
from app.services.models import Delivery, Pause, open_pause
from app.web.commands import GRACE, run_due
from tests import make
from tests.at_once import (
    LONGEST,
    Try,
    acts,
    at_once,
    by,
    in_threads,
    in_transaction,
    looks,
    naively,
    published_list,
    standing_list,
    the_clock,
)
from tests.client import CheckedClient
from tests.panels import bench

pytestmark = pytest.mark.usefixtures("app")
SOON = timedelta(minutes=5)


@dataclass(frozen=True)
class Race:
    """Two tries of which one may succeed, and the table that has one row afterwards."""

    job: Job
    tries: tuple[Try, Try]
    table: type[Row] | None = None


# --- the races --------------------------------------------------------------------------------------------------------


def act(job: Job, side: str) -> Act:
    return make.act(getattr(job, side), job.state_since + SOON)


def colleague(job: Job) -> Act:
    """Another person of the selected agency."""
    unit = session.get_one(Unit, job.agency_id)
    return make.act(make.person(unit, Role.AUTHORISED), job.state_since + SOON)


def terms(job: Job) -> dict[str, Any]:
    paper, day = make.file(job.owner, now=job.state_since), local_day(job.state_since)
    return {"file_id": paper.id, "signed_on": day, "amount_cents": job.amount_cents, "days": job.agreed_days}


def two_workers_select() -> Race:
    job = make.job("open")
    for _ in range(3):
        entries.enter(make.act(make.agency(), job.state_since + SOON), job, Offer())
    take_late(Job, job.id, job.due, wiring.VERBS)
    return Race(job, (the_clock(job, "select"), the_clock(job, "select")), Award)


def an_addendum_and_the_closing() -> Race:
    job = make.job("open")
    changes = {"days": 4, "text": "工期缩短一天，以便衔接审批。"}
    amends = by(make.act(job.owner, job.due - SOON), job, "amend", addenda.amend, **changes)
    return Race(job, (amends, the_clock(job, "close")))


def two_workers_award() -> Race:
    job = make.job("selected")
    return Race(job, (the_clock(job, "award"), the_clock(job, "award")))


def an_objection_and_the_award() -> Race:
    job = make.job("selected")
    by_stranger = make.act(make.unit(), job.due - SOON)
    ground = "名单里有不符合条件的机构。"
    objects = by(by_stranger, job, "object", objections.object_to, ground=ground, file_id=None)
    return Race(job, (objects, the_clock(job, "award")))


def both_sides_upload_the_contract() -> Race:
    job = make.job("awarded")
    tries = [by(act(job, side), job, "upload_contract", contracts.upload, **terms(job)) for side in ("owner", "agency")]
    return Race(job, (tries[0], tries[1]))


def one_confirms_and_one_abandons() -> Race:
    job = make.job("awarded")
    contracts.upload(act(job, "agency"), job, **terms(job))
    confirms = by(act(job, "owner"), job, "confirm_contract", contracts.confirm)
    abandons = by(act(job, "agency"), job, "abandon", selections.abandon, reason="人员安排不开。")
    return Race(job, (confirms, abandons))


def one_corrects_and_one_confirms() -> Race:
    job = make.job("awarded")
    contracts.upload(act(job, "agency"), job, **terms(job))
    return Race(job, (corrects(job), by(act(job, "owner"), job, "confirm_contract", contracts.confirm)))


def two_officers_correct() -> Race:
    job = make.job("awarded")
    return Race(job, (corrects(job), corrects(job)))


def corrects(job: Job) -> Try:
    award, reason = current_award(job.id), "中选机构的资质在报名截止前已被注销。"
    assert award is not None
    officer = make.act(make.operator(), job.state_since + SOON)
    return by(officer, job, "correct", selections.correct, award_id=award.id, reason=reason)


def two_of_the_operator_return_a_posting() -> Race:
    job, operator = make.job("submitted"), make.operator()
    acts = [make.act(user, make.later(job)) for user in (make.user_of(operator), make.person(operator))]
    reason = "请补充项目规模。"
    first, second = (by(one, job, "return_posting", jobs.return_posting, reason=reason) for one in acts)
    return Race(job, (first, second))


def two_people_deliver() -> Race:
    job = make.job("in_service")
    report = make.file(job.agency, now=make.later(job))
    first, second = (
        by(who, job, "deliver", services.deliver, file_ids=[report.id], note="")
        for who in (act(job, "agency"), colleague(job))
    )
    return Race(job, (first, second), Delivery)


def the_owner_accepts_as_silence_does() -> Race:
    job = make.job("delivered")
    accepts = by(make.act(job.owner, job.due - SOON), job, "accept", services.accept)
    return Race(job, (accepts, the_clock(job, "accept")))


def one_returns_the_report_as_silence_accepts() -> Race:
    job = make.job("delivered")
    returns = by(make.act(job.owner, job.due - SOON), job, "return_report", services.return_report, reason="缺少附图。")
    return Race(job, (returns, the_clock(job, "accept")))


def one_terminates_as_silence_accepts() -> Race:
    job = make.job("delivered")
    ends = by(make.act(make.operator(), job.due - SOON), job, "terminate", services.terminate, reason="项目已取消。")
    return Race(job, (ends, the_clock(job, "accept")))


def one_agrees_and_one_refuses_a_pause() -> Race:
    job = make.job("in_service")
    pause = asked(job)
    agrees = by(act(job, "agency"), pause, "confirm", services.confirm_pause)
    refuses = by(colleague(job), pause, "refuse", services.refuse_pause, answer="现场已经通路。")
    return Race(job, (agrees, refuses))


def asked(job: Job) -> Pause:
    text = "现场道路中断，勘察人员无法进入，预计三个工作日恢复。"
    pause: Pause = services.ask_pause(make.act(job.owner, make.later(job)), job, reason="site", text=text, file_id=None)
    return pause


RACES = (
    two_workers_select, two_workers_award, an_addendum_and_the_closing,
    an_objection_and_the_award, both_sides_upload_the_contract,
    one_confirms_and_one_abandons, one_corrects_and_one_confirms, two_officers_correct,
    two_of_the_operator_return_a_posting, two_people_deliver,
    the_owner_accepts_as_silence_does, one_returns_the_report_as_silence_accepts, one_terminates_as_silence_accepts,
    one_agrees_and_one_refuses_a_pause,
)  # fmt: skip


# --- one is first -----------------------------------------------------------------------------------------------------


def events(race: Race) -> list[log.Event]:
    """What the two brought about."""
    names = {f"{one.model.__tablename__}.{one.step}" for one in race.tries}
    query = select(log.Event).where(log.Event.thread_of == f"job:{race.job.id}", log.Event.name.in_(names))
    return list(session.scalars(query))


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
@pytest.mark.parametrize("order", [1, -1], ids=["", "the other way round"])
def test_of_two_at_once_one_is_first(race: Callable[[], Race], order: int) -> None:
    run = race()
    people = [one.act for one in run.tries if one.act.actor != CLOCK]
    answers = at_once(run.job, *map(in_transaction, run.tries[::order]))
    (won,) = events(run)
    refused = [answer for answer in answers if isinstance(answer, WrongState)]
    assert [answer for answer in answers if answer not in (None, *refused)] == []
    assert len(refused) == len(people) - (won.actor_kind != "clock"), "the clock finds nothing to do, people are told"
    if run.table:
        assert session.scalar(select(func.count()).select_from(run.table)) == 1


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_without_the_lock_both_would_win(race: Callable[[], Race]) -> None:
    run = race()
    naively(*run.tries)
    assert len(events(run)) == 2


# --- entering, and what the schema keeps single -----------------------------------------------------------------------


def two_people_enter() -> tuple[Job, Agency, tuple[Try, Try]]:
    job, agency = make.job("open"), make.agency()
    second = make.person(session.get_one(Unit, agency.id), Role.AUTHORISED)
    entering = [make.act(user, make.later(job)) for user in (make.user_of(agency), second)]
    first, other = (by(one, job, "enter", entries.enter, Offer()) for one in entering)
    return job, agency, (first, other)


def test_two_people_of_an_agency_enter_it_once() -> None:
    job, agency, tries = two_people_enter()
    answers = at_once(job, *map(in_transaction, tries))
    assert [type(answer) for answer in answers] in ([NoneType, WrongState], [WrongState, NoneType])
    assert session.scalar(select(func.count()).select_from(Entry).where(Entry.agency_id == agency.id)) == 1


def test_two_agencies_do_not_wait_for_each_other_to_enter() -> None:
    job, agencies = make.job("open"), [make.agency(), make.agency()]
    if session.get_bind().dialect.name == "sqlite":
        return  # it lets only one write at a time
    first, second = (by(make.act(one, make.later(job)), job, "enter", entries.enter, Offer()) for one in agencies)
    make.keep()
    with transaction():
        first.verb()
        in_threads(in_transaction(second))
        assert session.scalar(select(func.count()).select_from(Entry)) == 2, "the second is in before the first ends"


@pytest.mark.parametrize("order", [1, -1], ids=["entry first", "closing first"])
def test_an_entry_is_on_the_list_or_reads_that_it_closed(order: int) -> None:
    job, agency = make.job("open"), make.agency()
    enters = by(make.act(agency, job.due - SOON), job, "enter", entries.enter, Offer())
    runs = [in_transaction(enters), in_transaction(the_clock(job, "close"))]
    entered, closed = at_once(job, *runs[::order])[::order]
    assert closed is None
    job = make.again(job)
    assert (job.state, type(entered)) in (("selecting", NoneType), ("selecting", WrongState))
    listed = [entry.agency_id for entry in live_entries(job.id)]
    assert listed == ([] if entered else [agency.id]), "whoever is told to be in is on the list, and nobody else"


def test_an_entry_received_before_the_closing_counts_although_it_waited_past_it(
    clock: Any, as_user: Callable[..., CheckedClient]
) -> None:
    """It waits for the job's row; meanwhile the closing passes, and the worker, who comes a little later, finds it."""
    job, agency = make.job("open"), make.agency()
    client, path, due = as_user(make.user_of(agency)), f"/jobs/{job.id}/enter", job.due
    clock.now = due - timedelta(seconds=1)
    (answer,) = at_once(job, lambda: client.post(path))
    assert answer.status_code == 303
    id = job.id
    run_due(wiring, due + GRACE - timedelta(milliseconds=1), GRACE)
    assert session.get_one(Job, id).state == "open", "the worker leaves it open as long as somebody may still wait"
    run_due(wiring, due + GRACE, GRACE)
    assert session.get_one(Job, id).state != "open"
    assert session.scalars(select(Entry.received_at)).all() == [due - timedelta(seconds=1)]


def test_a_request_counts_from_when_it_came_and_not_from_when_it_was_read(
    clock: Any, as_user: Callable[..., CheckedClient]
) -> None:
    job, agency = make.job("open"), make.agency()
    client, path, came = as_user(make.user_of(agency)), f"/jobs/{job.id}/enter", job.due - timedelta(seconds=1)
    clock.now, due = came, job.due

    class Slow(io.BytesIO):
        def read(self, *size: Any) -> bytes:
            clock.now = due
            return super().read(*size)

        def readinto(self, buffer: Any) -> int:
            clock.now = due
            return super().readinto(buffer)

    body = urlencode({"csrf_token": client.csrf_token()}).encode()
    sent = {"content_type": "application/x-www-form-urlencoded", "content_length": len(body)}
    answer = client.post(path, csrf=False, input_stream=Slow(body), **sent)
    assert (answer.status_code, clock.now) == (303, due)
    assert entry_of(job.id, agency.id).received_at == came


def test_without_lock_and_key_an_agency_would_enter_twice() -> None:
    job, agency, _ = two_people_enter()
    job_id, agency_id, meet = job.id, agency.id, Barrier(2)
    session.execute(text("CREATE TABLE bare_entry AS SELECT job_id, agency_id FROM entry"))
    make.keep()

    def enters() -> None:
        with transaction():
            assert entry_of(job_id, agency_id) is None
        meet.wait(LONGEST)
        with transaction():
            session.execute(text("INSERT INTO bare_entry VALUES (:job, :agency)"), {"job": job_id, "agency": agency_id})

    in_threads(enters, enters)
    assert session.scalar(text("SELECT count(*) FROM bare_entry")) == 2
    session.execute(text("DROP TABLE bare_entry"))
    make.keep()


@pytest.mark.parametrize(
    "model", [Entry, EntryVersion, Selection, Award, Delivery, Rating], ids=lambda model: model.__name__
)
def test_the_schema_itself_refuses_a_second_one(model: type[Row]) -> None:
    job = make.job("accepted")
    ratings.give(act(job, "owner"), job, **dict.fromkeys(AXES, 4), text="示例")
    table = model.__tablename__
    columns = ", ".join(f'"{column.name}"' for column in model.__table__.columns if column.name != "id")
    session.execute(text(f"CREATE TEMPORARY TABLE bare AS SELECT {columns} FROM {table}"))
    session.execute(text("INSERT INTO bare SELECT * FROM bare"))
    assert session.scalar(text("SELECT count(*) FROM bare")) == 2 * len(session.scalars(select(model)).all())
    with pytest.raises(IntegrityError):
        session.execute(text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"))


# --- two that do not exclude each other: the order is told by the record, and the end is the same ---------------------


def one_agrees_to_a_pause_and_one_delivers() -> Race:
    job = make.job("in_service")
    report = make.file(job.agency, now=make.later(job))
    agrees = by(colleague(job), asked(job), "confirm", services.confirm_pause)
    delivers = by(act(job, "agency"), job, "deliver", services.deliver, file_ids=[report.id], note="")
    return Race(job, (agrees, delivers))


def one_uploads_and_one_abandons() -> Race:
    job = make.job("awarded")
    uploads = by(act(job, "owner"), job, "upload_contract", contracts.upload, **terms(job))
    abandons = by(act(job, "agency"), job, "abandon", selections.abandon, reason="人员安排不开。")
    return Race(job, (uploads, abandons))


@pytest.mark.parametrize("order", [1, -1], ids=["pause first", "delivery first"])
def test_no_pause_outlives_the_delivery(order: int) -> None:
    run = one_agrees_to_a_pause_and_one_delivers()
    agreed, delivered = at_once(run.job, *map(in_transaction, run.tries[::order]))[::order]
    pause = make.again(session.get_one(Pause, run.tries[0].id))
    assert delivered is None
    assert (pause.state, type(agreed)) in (("ended", NoneType), ("dropped", WrongState))
    assert (pause.job.state, open_pause(run.job.id)) == ("delivered", None)


def test_without_the_lock_a_pause_would_outlive_the_delivery() -> None:
    run = one_agrees_to_a_pause_and_one_delivers()
    naively(*run.tries)
    assert (make.again(run.job).state, session.get_one(Pause, run.tries[0].id).state) == ("delivered", "running")


@pytest.mark.parametrize("order", [1, -1], ids=["contract first", "abandoning first"])
def test_an_abandoned_award_is_not_revived_by_a_contract(order: int) -> None:
    run = one_uploads_and_one_abandons()
    uploaded, abandoned = at_once(run.job, *map(in_transaction, run.tries[::order]))[::order]
    assert abandoned is None
    assert (type(uploaded), len(contracts_of(run.job.id))) in ((NoneType, 1), (WrongState, 0))
    assert make.again(run.job).state == "abandoned"


def test_without_the_lock_a_contract_would_revive_an_abandoned_award() -> None:
    run = one_uploads_and_one_abandons()
    make.keep()
    uploads, abandons = run.tries
    looks(uploads)
    acts(abandons)
    acts(uploads)
    assert make.again(run.job).state == "contract_uploaded"


# --- up to the closing, and not after it: the list that is published is the list that stands -------------------------

QUOTE = 1_500_000


def one_changes_as_the_clock_closes() -> Race:
    entry, by_agency = entered()
    changes = by(by_agency, entry, "change", entries.change, Offer(QUOTE - 100))
    return Race(entry.job, (changes, the_clock(entry.job, "close")))


def one_withdraws_as_the_clock_closes() -> Race:
    entry, by_agency = entered()
    return Race(entry.job, (by(by_agency, entry, "withdraw", entries.withdraw), the_clock(entry.job, "close")))


def entered() -> tuple[Entry, Act]:
    """An entry, and its agency at the last minutes before the closing."""
    job, agency = make.job("open", method="lowest_price"), make.agency()
    assert job.due
    entry = entries.enter(make.act(agency, make.later(job)), job, Offer(QUOTE))
    return entry, make.act(agency, job.due - SOON)


AT_CLOSING = (one_changes_as_the_clock_closes, one_withdraws_as_the_clock_closes)


@pytest.mark.parametrize("race", AT_CLOSING, ids=lambda race: race.__name__)
@pytest.mark.parametrize("order", [1, -1], ids=["agency first", "clock first"])
def test_the_published_list_is_the_one_that_stands(race: Callable[[], Race], order: int) -> None:
    run = race()
    acted, closed = at_once(run.job, *map(in_transaction, run.tries[::order]))[::order]
    assert closed is None
    assert make.again(run.job).state == "selecting"
    assert published_list(run.job.id) == standing_list(run.job.id)
    ended = sum(one.ended_at is not None for one in versions_of(run.tries[0].id))
    assert (type(acted), ended) in ((NoneType, 1), (WrongState, 0))


@pytest.mark.parametrize("race", AT_CLOSING, ids=lambda race: race.__name__)
def test_without_the_lock_the_list_would_change_after_it_was_published(race: Callable[[], Race]) -> None:
    run = race()
    make.keep()
    acts_late, closes = run.tries
    looks(acts_late)
    in_transaction(closes)()
    with transaction():
        entry = session.get_one(Entry, acts_late.id)
        entry.state, entry.offer = entry.LIFE[acts_late.step].target, "0" * 64
    assert published_list(run.job.id) != standing_list(run.job.id)


# --- what the second one reads ----------------------------------------------------------------------------------------

Sends = tuple[Any, str, dict[str, Any]]


def upload_twice() -> tuple[Job, list[Sends], str]:
    job = make.job("awarded")
    day, amount = local_day(job.state_since).isoformat(), f"{(job.amount_cents or 0) / 100:.2f}"

    def typed() -> dict[str, Any]:
        paper = (io.BytesIO(make.content()), "contract.pdf")
        return {"file": paper, "signed_on": day, "amount_cents": amount, "days": job.agreed_days}

    return job, [(job.owner, "contract/upload", typed()), (job.agency, "contract/upload", typed())], ""


def accept_and_return() -> tuple[Job, list[Sends], str]:
    job = make.job("delivered")
    return job, [(job.owner, "service/accept", {}), (job.owner, "service/return", {"reason": "缺少附图。"})], ""


def start_and_name_defects() -> tuple[Job, list[Sends], str]:
    job = make.job("materials_check")
    defect = {f"defect_{materials_asked(job.id)[0].id}": "第三页缺公章。"}
    return job, [(job.agency, "service/start", {}), (job.agency, "materials/defects", defect)], ""


def enter_twice() -> tuple[Job, list[Sends], str]:
    job, agency = make.job("open"), make.agency()
    return job, [(agency, "enter", {}), (agency, "enter", {})], "Your agency has entered this job already."


@pytest.mark.parametrize("race", [upload_twice, accept_and_return, start_and_name_defects, enter_twice])
def test_the_second_of_two_reads_how_it_stands(
    race: Callable[[], Any], clock: Any, as_user: Callable[..., CheckedClient]
) -> None:
    job, sends, told = race()
    clock.now = make.later(job)
    path = f"/jobs/{job.id}"
    runs = []
    for unit, page, typed in sends:
        client = in_english(as_user(make.user_of(unit)))
        runs.append(partial(client.post, f"{path}/{page}", data=typed))
    first, second = sorted(at_once(job, *runs), key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code) == (303, 409)
    assert (told or f"it is now “{job.LIFE.label(make.again(job).state)}”") in second.text
    assert f'href="{path}"' in second.text, "and where to go on"


def test_whom_the_clock_has_overtaken_reads_it_before_and_after_the_worker_came(
    clock: Any, as_user: Callable[..., CheckedClient], work: Callable[..., int]
) -> None:
    job = make.job("delivered")
    client, clock.now = in_english(as_user(make.user_of(job.owner))), job.due
    path = f"/jobs/{job.id}/service/accept"
    before = client.post(path)
    assert (before.status_code, "the clock takes the next step" in before.text) == (409, True)
    assert "delivered, to be accepted" in before.text
    work(clock.now)
    after = client.post(path)
    assert (after.status_code, "accepted, being rated" in after.text) == (409, True)


def an_agency_uploads_after_the_correction() -> tuple[Job, Any, str, Try]:
    job = make.job("awarded")
    return job, make.user_of(job.agency), f"/jobs/{job.id}/contract/upload", corrects(job)


def a_chair_agrees_after_recusal() -> tuple[Job, Any, str, Try]:
    job = bench.scored(bench.convened())
    return job, seats_of(job.id)[0].user, f"/jobs/{job.id}/panel/agree", recuses(job)


def a_chair_scores_after_recusal() -> tuple[Job, Any, str, Try]:
    job = bench.convened()
    seat = seats_of(job.id)[0]
    return job, seat.user, f"/seats/{seat.id}/score", recuses(job)


def recuses(job: Job) -> Try:
    officer = make.act(make.operator(), make.later(job))
    return by(officer, seats_of(job.id)[0], "recuse", panels.recuse, reason="与投标人有亲属关系。")


@pytest.mark.parametrize(
    "race", [an_agency_uploads_after_the_correction, a_chair_agrees_after_recusal, a_chair_scores_after_recusal]
)
def test_whoever_lost_their_part_reads_how_it_stands_and_a_stranger_that_it_is_not_theirs(
    race: Callable[[], Any], clock: Any, as_user: Callable[..., CheckedClient]
) -> None:
    job, user, path, overtakes = race()
    clock.now = make.later(job)
    client, stranger = in_english(as_user(user)), as_user(make.user_of(make.unit()))
    assert client.get(path).status_code == 200
    in_transaction(overtakes)()
    left, strange = client.post(path), stranger.post(path)
    assert (left.status_code, strange.status_code in (403, 404)) == (409, True)
    state = "recused" if path.startswith("/seats") else job.LIFE.label(make.again(job).state)
    assert f"it is now “{state}”" in left.text
    way_on = re.search(r'class="btn btn-go" href="([^"]+)"', left.text)
    assert way_on and client.get(way_on[1], follow_redirects=True).status_code == 200


def in_english(client: CheckedClient) -> CheckedClient:
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    return client
