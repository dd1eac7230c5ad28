"""The whole service phase as a machine of random steps: whatever is tried when, one due day follows from the rows, from
the events alone, from the public record and from a model that goes day by day; and no step is lost or counts twice."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app import wiring
from app.alterations import operations as alterations
from app.calendars import operations as calendars
from app.infra import almanac, moved, recount
from app.infra.almanac import CalendarDay
from app.infra.clockwork import take_late
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.act import CLOCK, Act
from app.kernel.deadline_record import open_calendar, written
from app.kernel.errors import Refusal
from app.kernel.workdays import HERE, Exceptional, local_day
from app.services import operations as services
from app.services.clock import record_of
from app.services.models import Alteration, Pause, Suspension, last_delivery
from tests import make
from tests.services.work import at, serving
from tests.verify.test_deadline import STRANGER, Known, model

pytestmark = pytest.mark.usefixtures("app")
WHY = "现场道路塌方，设备无法进入场地，无法踏勘，附通知。"
CLOSURE = {"kind": "closure", "source": "示例通知", "url": "", "reason": "示例：停工。", "published_on": None}
LIVES = (Pause, Alteration)
WAITS = st.sampled_from([0, 1, 20, 90, 179, 180, 181, 360, 1440, 2880, 10080])
DONE = {
    "pause": "pause.ask", "confirm": "pause.confirm", "refuse": "pause.refuse", "drop": "pause.drop",
    "resume": "job.resume", "veto": "pause.veto", "extend": "alteration.ask", "scope": "alteration.ask",
    "agree": "alteration.agree", "decline": "alteration.refuse", "take back": "alteration.drop",
    "suspend": "job.suspend", "lift": "job.lift", "deliver": "job.deliver", "return": "job.return_report",
    "accept": "job.accept", "terminate": "job.terminate",
}  # fmt: skip
# Which of them the clock takes too, when somebody was silent or the service ends.
CLOCKS = {
    "pause.confirm", "pause.fall_away", "job.resume", "alteration.refuse", "alteration.fall_away", "job.accept",
}  # fmt: skip


class Course(RuleBasedStateMachine):
    """One job from the start of its clock; `people` acts for each side. Nothing that it does remains."""

    def __init__(self, job_id: int, people: dict[str, Any], file_id: int) -> None:
        super().__init__()
        self.job_id, self.people, self.file_id = job_id, people, file_id
        self.trial = session.begin_nested()
        self.now, self.told = at("9-28 12:00"), Counter[str]()

    @property
    def job(self) -> Job:
        return session.get_one(Job, self.job_id)

    def newest(self, model: Any) -> Any:
        return session.scalars(select(model).where(model.job_id == self.job_id).order_by(model.id.desc())).first()

    def tries(self, side: str, name: str, verb: Callable[..., Any], thing: Any, **details: Any) -> None:
        """What is refused leaves nothing; what is done is counted."""
        if thing is None:
            return
        act = make.act(self.people[side], self.now)
        try:
            with session.begin_nested():
                verb(act, thing, **details)
        except Refusal:
            session.expire_all()
            return
        self.told[name] += 1

    @initialize()
    def begins(self) -> None:
        assert self.job.state == "in_service"

    @rule(minutes=WAITS)
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_clock_comes_by(self) -> None:
        for kind in (*LIVES, Job):
            for thing in session.scalars(select(kind).where((kind.id if kind is Job else kind.job_id) == self.job_id)):
                take_late(kind, thing.id, self.now, wiring.VERBS)

    @rule(side=st.sampled_from(["owner", "agency"]))
    def asks_for_a_pause(self, side: str) -> None:
        self.tries(side, "pause", services.ask_pause, self.job, reason="site", text=WHY, file_id=None)

    @rule(side=st.sampled_from(["owner", "agency"]), says=st.sampled_from(["confirm", "confirm", "refuse", "drop"]))
    def answers_a_pause(self, side: str, says: str) -> None:
        verb = {"confirm": services.confirm_pause, "refuse": services.refuse_pause, "drop": services.drop_pause}[says]
        self.tries(side, says, verb, self.newest(Pause), **({"answer": WHY} if says == "refuse" else {}))

    @rule(side=st.sampled_from(["owner", "agency"]))
    def resumes(self, side: str) -> None:
        self.tries(side, "resume", services.resume, self.job)

    @rule(place=st.integers(0, 3))
    def vetoes(self, place: int) -> None:
        known = session.scalars(select(Pause).where(Pause.job_id == self.job_id).order_by(Pause.id)).all()
        self.tries("regulator", "veto", services.veto_pause, known[place] if place < len(known) else None, reason=WHY)

    @rule(days=st.integers(1, 10))
    def asks_for_an_extension(self, days: int) -> None:
        self.tries("agency", "extend", alterations.ask, self.job, kind="extension", days=days, reason=WHY)

    @rule(side=st.sampled_from(["owner", "agency"]), days=st.integers(-4, 6))
    def asks_for_a_change_of_scope(self, side: str, days: int) -> None:
        self.tries(side, "scope", alterations.ask, self.job, kind="scope_change", days=days, reason=WHY)

    @rule(side=st.sampled_from(["owner", "agency"]), says=st.sampled_from(["agree", "agree", "decline", "take back"]))
    def answers_new_days(self, side: str, says: str) -> None:
        verb = {"agree": alterations.agree, "decline": alterations.refuse, "take back": alterations.drop}[says]
        self.tries(side, says, verb, self.newest(Alteration), **({"answer": WHY} if says == "decline" else {}))

    @rule(side=st.sampled_from(["operator", "regulator"]), says=st.sampled_from(["suspend", "lift", "lift"]))
    def suspends_or_lifts(self, side: str, says: str) -> None:
        verb = alterations.suspend if says == "suspend" else alterations.lift
        self.tries(side, says, verb, self.job, reason=WHY)

    @rule()
    def delivers(self) -> None:
        self.tries("agency", "deliver", services.deliver, self.job, file_ids=[self.file_id], note="")

    @rule(says=st.sampled_from(["return", "return", "accept"]))
    def receives(self, says: str) -> None:
        verb, more = (services.return_report, {"reason": WHY}) if says == "return" else (services.accept, {})
        self.tries("owner", says, verb, self.job, **more)

    @rule(chance=st.integers(0, 9))
    def terminates_now_and_then(self, chance: int) -> None:
        if not chance:
            self.tries("operator", "terminate", services.terminate, self.job, reason=WHY)

    @rule(place=st.integers(0, 60), working=st.booleans())
    def the_calendar_changes(self, place: int, working: bool) -> None:
        day = date(2026, 9, 29) + timedelta(days=place)
        if not session.scalar(select(CalendarDay.id).where(CalendarDay.day == day)):
            session.add(CalendarDay(day=day, working=working, name="示例", source="示例通知"))
            session.flush()
            almanac._held.clear()
            services.rederive(Act(CLOCK, self.now), self.job)

    @rule(place=st.sampled_from([0, 1, 10, 13, 14, 15, 16, 17, 20, 21]))
    def a_notice_closes_a_day_and_the_rows_are_written_down_later(self, place: int) -> None:
        day = date(2026, 9, 29) + timedelta(days=place)
        known = session.scalar(select(CalendarDay.id).where(CalendarDay.day == day))
        if known or moved.pending() or self.job.state != "in_service" or not self.job.counted():
            return
        act, stated = make.act(self.people["operator"], self.now), CLOSURE | {"effective_from": local_day(self.now)}
        notice = calendars.enter(act, lines=f"{day},0,示例", **stated)
        calendars.apply(act, notice, seen=calendars.preview(self.now, notice).mark)

    @rule()
    def the_worker_writes_them_down(self) -> None:
        moved.write_some()

    @invariant()
    def the_rows_fit_the_state(self) -> None:
        job = self.job
        pauses = Counter(session.scalars(select(Pause.state).where(Pause.job_id == job.id)))
        asked = Counter(session.scalars(select(Alteration.state).where(Alteration.job_id == job.id)))
        lasting = session.scalars(select(Suspension).where(Suspension.job_id == job.id, Suspension.ended_at.is_(None)))
        assert pauses["running"] == (job.state == "paused")
        assert len(lasting.all()) == (job.state == "suspended")
        assert pauses["asked"] + pauses["running"] <= 1 and asked["asked"] <= 1
        assert job.state in ("in_service", "paused") or not (pauses["asked"] or asked["asked"])
        assert job.state != "in_service" or job.due == job.service_due
        kinds = session.scalars(
            select(Alteration.kind).where(Alteration.job_id == job.id, Alteration.state != "dropped")
        )
        assert list(kinds).count("extension") <= 1

    @invariant()
    def one_due_day_follows_from_everything(self) -> None:
        job = self.job
        session.flush()
        rows = session.scalars(select(CalendarDay)).all()
        known = Known([Exceptional(row.day, row.working, row.name, row.source) for row in rows], 1)
        told = record_of(job, self.now)
        assert told and job.service_due and job.clock_start and job.agreed_days
        stood, added = replayed(job)
        due, seconds, days, lines = model(known, job.clock_start, job.agreed_days + added, stood)
        assert job.service_due == datetime.combine(date.fromisoformat(due), time(), HERE) + timedelta(days=1)
        if not any(one["state"] == "running" for one in told["pauses"]):
            found = (told["due"], told["excluded_seconds"], told["excluded_days"], told["ledger"])
            assert found == (due, seconds, days, lines)
        calendar = open_calendar(almanac.calendar())
        stranger = STRANGER.recomputed(json.loads(written(told)), calendar)
        assert [name for name, value in stranger.items() if told[name] != value] == []

    @invariant()
    def what_was_done_stands_once(self) -> None:
        job = self.job
        stands = Counter(session.scalars(select(Event.name).where(Event.thread_of == job.thread)))
        for name in set(DONE.values()):
            done = sum(self.told[verb] for verb, event in DONE.items() if event == name)
            assert done <= stands[name] and (name in CLOCKS or done == stands[name]), name
        last = last_delivery(job.id)
        assert (last.round if last else 0) == self.told["deliver"]
        assert job.rework_rounds == self.told["return"]

    def teardown(self) -> None:
        self.trial.rollback()
        session.expire_all()
        almanac._held.clear()


def replayed(job: Job) -> tuple[list[tuple[datetime, datetime]], int]:
    """The stretches that the clock stood still, in Shanghai wall time, and the days added, from the events alone."""
    started: dict[int, datetime] = {}
    pauses: dict[int, tuple[datetime, datetime]] = {}
    halts: list[tuple[datetime, datetime]] = []
    since, added = None, 0
    for event in session.scalars(select(Event).where(Event.thread_of == job.thread).order_by(Event.id)):
        match event.name:
            case "pause.ask":
                started[event.subject_id] = event.at
            case "pause.end" | "pause.close":
                ended = datetime.fromisoformat(event.facts["ended_at"])
                pauses[event.subject_id] = (started[event.subject_id], ended)
            case "pause.veto":
                pauses.pop(event.subject_id, None)
            case "alteration.agree":
                added += event.facts["days"]
            case "job.suspend":
                since = event.at
            case "job.lift" | "job.terminate" if since:
                halts.append((since, event.at))
                since = None
    stood = [(begins, max(begins, ends)) for begins, ends in [*pauses.values(), *halts]]
    return [tuple(one.astimezone(HERE).replace(tzinfo=None) for one in pair) for pair in stood], added  # type: ignore[misc]


@pytest.mark.soak
def test_whatever_is_tried_when_one_due_day_follows(
    at_scale: Callable[[int, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recount, "AT_ONCE", 0)
    job = serving()
    people = {
        "owner": job.owner,
        "agency": job.agency,
        "operator": make.operator(),
        "regulator": make.regulator(job.sector_code),
    }
    file = make.file(job.agency, "report.pdf", at("9-28 11:00"))
    run_state_machine_as_test(
        lambda: Course(job.id, people, file.id),
        settings=settings(
            max_examples=at_scale(2, 400),
            stateful_step_count=at_scale(20, 60),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
