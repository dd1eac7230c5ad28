"""Five scenes of a service in which no step may be lost or count twice: answers to a pause, the end of a pause, new
days, a suspension, and acceptance, each with the clock, a second window or an officer beside it."""

import io
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from app.alterations import operations as alterations
from app.infra.db import session
from app.jobs.models import Job
from app.services import operations as services
from app.services.clock import derived_due
from app.services.models import Alteration, Pause
from app.web.commands import GRACE
from tests import make
from tests.at_once import Try, the_clock
from tests.schedules.scenes import AROUND, Person, Scene, more_than_one, plainly

WHY = "现场道路塌方，设备无法进入场地，无法踏勘。"


def answers_to_a_pause(chance: Random) -> Scene:
    """The agency agrees in one window and refuses in another, the owner takes the pause back, and silence agrees."""
    job = make.job("in_service")
    pause = services.ask_pause(make.act(job.owner, make.later(job)), job, reason="site", text=WHY, file_id=None)
    path, due, ids = f"/pauses/{pause.id}", pause.due, (job.id, pause.id)
    assert due
    one, other, owner = make.user_of(job.agency), make.person(job.agency.unit), make.user_of(job.owner)
    times = [due + chance.choice(AROUND) for _ in range(3)]

    def stands(told: list[bool]) -> bool:
        ended = [state for yes, state in zip(told, ("running", "refused", "dropped"), strict=True) if yes]
        job, pause = (make.again(session.get_one(kind, id)) for kind, id in zip((Job, Pause), ids, strict=True))
        paused = pause.state == "running"
        in_time = all(at < due or not yes for at, yes in zip(times, told, strict=True))
        return in_time and [pause.state] == (ended or ["running"]) and (job.state == "paused") == paused

    return Scene(
        job.id,
        [
            Person(one, f"{path}/confirm", times[0]),
            Person(other, f"{path}/refuse", times[1], {"answer": WHY}),
            Person(owner, f"{path}/drop", times[2]),
        ],
        [due + GRACE, due + GRACE],
        more_than_one("pause.confirm", "pause.refuse", "pause.drop"),
        stands,
        [plainly(the_step(pause, "confirm", one, make.later(job))), plainly(the_clock(pause, "confirm"))],
    )


def end_of_a_pause(chance: Random) -> Scene:
    """The owner resumes in two windows, the regulator vetoes, and the agency delivers."""
    job = make.job("paused")
    pause, now, id, path = newest(Pause, job), make.later(job, hours=chance.randint(1, 60)), job.id, f"/jobs/{job.id}"
    owner, regulator = make.user_of(job.owner), make.user_of(make.regulator(job.sector_code))
    pause_id = pause.id

    def stands(told: list[bool]) -> bool:
        vetoed, delivered = told[2:]
        job, pause = make.again(session.get_one(Job, id)), session.get_one(Pause, pause_id)
        states = (job.state, pause.state)
        wanted = ("delivered" if delivered else "in_service", "vetoed" if vetoed else "ended")
        return states == wanted and job.service_due == derived_due(job)

    def wrong(story: list[str]) -> bool:
        ends = ("pause.end", "pause.close", "job.veto_pause")
        pairs = (("job.resume", "job.veto_pause"), ends, ("pause.veto",))
        return any(more_than_one(*names)(story) for names in pairs)

    return Scene(
        job.id,
        [
            Person(owner, f"{path}/service/resume", now),
            Person(make.person(job.owner), f"{path}/service/resume", now),
            Person(regulator, f"/pauses/{pause.id}/veto", now, {"reason": WHY}),
            Person(make.user_of(job.agency), f"{path}/service/deliver", now, report()),
        ],
        [],
        wrong,
        stands,
        [plainly(the_step(pause, "veto", regulator, now)) for _ in range(2)],
    )


def new_days(chance: Random) -> Scene:
    """The owner agrees to an extension in one window and refuses it in another, the agency takes it back, and silence
    refuses it."""
    job = make.job("in_service")
    by = make.act(job.agency, make.later(job))
    asked = alterations.ask(by, job, kind="extension", days=3, reason=WHY)
    path, due, ids, before = f"/alterations/{asked.id}", asked.due, (job.id, asked.id), job.service_due
    assert due
    owner, other = make.user_of(job.owner), make.person(job.owner)
    times = [due + chance.choice(AROUND) for _ in range(3)]

    def stands(told: list[bool]) -> bool:
        ended = [state for yes, state in zip(told, ("agreed", "refused", "dropped"), strict=True) if yes]
        job, asked = (make.again(session.get_one(kind, id)) for kind, id in zip((Job, Alteration), ids, strict=True))
        moved = job.service_due != before
        in_time = all(at < due or not yes for at, yes in zip(times, told, strict=True))
        return in_time and [asked.state] == (ended or ["refused"]) and moved == told[0] and job.due == derived_due(job)

    return Scene(
        job.id,
        [
            Person(owner, f"{path}/agree", times[0]),
            Person(other, f"{path}/refuse", times[1], {"answer": WHY}),
            Person(make.user_of(job.agency), f"{path}/drop", times[2]),
        ],
        [due + GRACE, due + GRACE],
        more_than_one("alteration.agree", "alteration.refuse", "alteration.drop"),
        stands,
        [plainly(the_step(asked, "agree", owner, make.later(job))), plainly(the_clock(asked, "refuse"))],
    )


def suspension_and_delivery(chance: Random) -> Scene:
    """The operator and the regulator suspend at once, as the agency delivers."""
    job = make.job("in_service")
    now, id, path = make.later(job, hours=chance.randint(1, 20)), job.id, f"/jobs/{job.id}/service"
    offices = [make.user_of(make.operator()), make.user_of(make.regulator(job.sector_code))]

    def stands(told: list[bool]) -> bool:
        ends = zip(told, ("suspended", "suspended", "delivered"), strict=True)
        return [make.again(session.get_one(Job, id)).state] == [state for yes, state in ends if yes]

    return Scene(
        job.id,
        [
            *(Person(one, f"{path}/suspend", now, {"reason": WHY}) for one in offices),
            Person(make.user_of(job.agency), f"{path}/deliver", now, report()),
        ],
        [],
        more_than_one("job.suspend", "job.deliver"),
        stands,
        [plainly(the_step(job, "suspend", one, now)) for one in offices],
    )


def acceptance(chance: Random) -> Scene:
    """The owner accepts in one window and returns in another around the deadline, and two workers accept by silence."""
    job = make.job("delivered")
    due, id, path = job.due, job.id, f"/jobs/{job.id}/service"
    assert due
    owner, other = make.user_of(job.owner), make.person(job.owner)
    times = [due + chance.choice(AROUND) for _ in range(2)]

    def stands(told: list[bool]) -> bool:
        ended = [state for yes, state in zip(told, ("accepted", "rework"), strict=True) if yes]
        job = make.again(session.get_one(Job, id))
        in_time = all(at < due or not yes for at, yes in zip(times, told, strict=True))
        return in_time and [job.state] == (ended or ["accepted"]) and job.rework_rounds == told[1]

    return Scene(
        job.id,
        [
            Person(owner, f"{path}/accept", times[0]),
            Person(other, f"{path}/return", times[1], {"reason": WHY}),
        ],
        [due + GRACE, due + GRACE],
        more_than_one("job.accept", "job.return_report"),
        stands,
        [plainly(the_step(job, "accept", owner, make.later(job))), plainly(the_clock(job, "accept"))],
    )


SERVICE_SCENES = (answers_to_a_pause, end_of_a_pause, new_days, suspension_and_delivery, acceptance)


# --- their parts ------------------------------------------------------------------------------------------------------


def newest(model: Any, job: Job) -> Any:
    return session.query(model).filter_by(job_id=job.id).order_by(model.id.desc()).first()


def the_step(thing: Any, step: str, user: Any, now: datetime) -> Try:
    return Try(make.act(user, now), type(thing), thing.id, step, lambda: None)


def report() -> dict[str, Callable[[], Any]]:
    """What an agency types to deliver; a file is read once, so that each schedule needs a new one."""
    return {"files": lambda: (io.BytesIO(make.content()), "report.pdf")}
