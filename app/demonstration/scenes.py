"""What stands open on the morning the city is as of: a job in every state, so that each role finds its work."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Membership, Unit, User
from app.agencies import operations as agencies
from app.agencies.models import Agency, Professional, stated
from app.alterations import operations as alterations
from app.contracts import operations as contracts
from app.demonstration.stories import DEFECT, UNATTENDED, ask_for_papers, deliver, draft, hand_in, listed, sealing, sign
from app.demonstration.telling import City, Story, free, lapse, office_hours
from app.demonstration.units import HOUR, apply
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra import almanac
from app.infra.db import session
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Act, Actor, Kind
from app.kernel.workdays import HERE, local_day
from app.methods.rules import PRICED, TIMED, Method
from app.objections import operations as objections
from app.panels import operations as panels
from app.panels.models import Seat, bidders_in, seats_of
from app.panels.rules import Part, scorers
from app.services import operations as services
from app.services.models import open_alteration, open_pause
from app.services.rules import AlterationKind, Reason

PROPOSAL = "接单次日踏勘现场，三个工作日内完成初稿，报批期间派员驻场；负责人有同类项目经验，团队人员固定。"
# The acts of each scene after those before it on the way, and how many working days before the morning it begins.
ENTRY = ("submit", "publish", "enter")
AWARD = (*ENTRY, "lapse", "lapse", "lapse")
SERVICE = (*AWARD, "sign", "confirm", "ask", "hand in", "start")
SCENES = (
    (("submit",), 1),
    (("submit", "publish"), 2),
    (ENTRY, 2),
    (AWARD[:-1], 5),
    ((*AWARD[:-1], "object"), 5),
    (AWARD, 9),
    *((SERVICE[:more], 9) for more in range(len(AWARD) + 1, len(SERVICE) - 1)),
    ((*SERVICE[:-2], "wait", "hand in"), 9),  # the day before: they are checked today
    (SERVICE, 9),
    ((*SERVICE, "pause"), 9),
    ((*SERVICE, "pause", "agree"), 9),
    ((*SERVICE, "extend"), 9),
    ((*SERVICE, "extend", "grant"), 9),
    ((*SERVICE, "suspend"), 9),
    ((*SERVICE, "deliver"), 9),
    ((*SERVICE, "deliver", "return"), 9),
    ((*SERVICE, "deliver", "accept"), 9),
    ((*SERVICE, "terminate"), 9),
    (("name a value", *ENTRY, "lapse"), 5),
    (AWARD, 4),
)
DIRECTLY = len(SCENES) - 1  # the last scene is an urgent job that names its agency


def scenes(city: City) -> list[Story]:
    """Every scene, played by the first owner and the first agency; a job that a panel scores and one that it has
    decided, an agency that waits to be admitted, and one whose changes wait."""
    played = [_scene(city, number, acts, days) for number, (acts, days) in enumerate(SCENES)]
    return [*played, _panel(city, 5), _panel(city, 6, decides=True), _application(city), _changes(city)]


def _scene(city: City, number: int, acts: tuple[str, ...], days: int) -> Story:
    owner, agency, other = city.owners[0], city.agencies[0], city.agencies[1]
    players = {"the operator": city.operator, "the owner": owner, "the agency": agency, "another agency": other}
    at = _morning(city, days)
    yield at
    items = listed(agency)
    method = Method.DIRECT if number == DIRECTLY else UNATTENDED[number % len(UNATTENDED)]
    job, ceiling = draft(city, Act(owner, at), items[number % len(items)], method, "social")
    for name in acts:
        if name == "wait":
            at = max(at, _morning(city, 1) + 4 * HOUR)
            continue
        at = job.due or at if name == "lapse" else office_hours(at + HOUR, city.chance)
        yield at
        if name == "lapse":
            city.tick(job, at)
        else:
            player, play = ACTS[name]
            play(city, Act(players[player], at), job, ceiling)


def _panel(city: City, days: int, *, decides: bool = False) -> Story:
    """A job for a panel, people of three offices. It has decided, or waits: one member has scored, the others not."""
    owner, chance = city.owners[0], city.chance
    yield (at := _morning(city, days))
    job, ceiling = draft(city, Act(owner, at), listed(city.agencies[0])[0], Method.MERIT, "social")
    jobs.submit(Act(owner, at), job)
    yield (at := office_hours(at + HOUR, chance))
    jobs.publish(Act(city.operator, at), job, secret=chance.randbytes(32))
    offices = select(User).join(Membership).join(Unit).where(Unit.sector.is_not(None)).order_by(User.id).limit(3)
    experts = list(session.scalars(offices))
    for place, (one, part) in enumerate(zip(experts, (Part.CHAIR, Part.MEMBER, Part.MEMBER), strict=True)):
        panels.appoint(Act(owner, at + place * HOUR / 60), job, username=one.username, part=part)
    able = [one for one in city.agencies if job.item_id in listed(one) and free(one, job.item_id, at)]
    for firm in able[:3]:
        yield (at := office_hours(at + HOUR, chance))
        quote = int(ceiling * chance.uniform(0.70, 0.92)) // 10000 * 10000
        entries.enter(Act(firm, at), job, Offer(quote, proposal=PROPOSAL), sealing=sealing(city))
    yield from lapse(city, job, State.OPEN)
    yield from lapse(city, job, State.SELECTING)
    at = job.state_since
    seats = scorers(seats_of(job.id))
    bidders = range(len(bidders_in(job.id)))
    for place, seat in enumerate(seats if decides else seats[1:2]):
        yield (at := office_hours(at + HOUR, chance))
        scores = [[80 + one + place, 85] for one in bidders]
        panels.score(_sitting(seat, at), seat, scores=scores, remarks=["安排具体。" for _ in bidders])
    if decides:
        yield (at := office_hours(at + HOUR, chance))
        agreed = [[81 + one, 85] for one in bidders]
        panels.agree(_sitting(seats[0], at), job, scores=agreed, reasons=[""] * len(agreed))
        yield from lapse(city, job, State.SELECTING)


def _sitting(seat: Seat, at: datetime) -> Act:
    return Act(Actor(seat.user_id, seat.unit_id, Kind.REGULATOR), at)


def _morning(city: City, days: int) -> datetime:
    """Nine o'clock so many working days before the city's morning."""
    calendar, day = almanac.calendar(), local_day(city.until)
    while days:
        day -= timedelta(days=1)
        days -= calendar.is_working(day)
    return datetime.combine(day, datetime.min.time(), HERE) + 9 * HOUR


def _application(city: City) -> Story:
    at = _morning(city, 1) + 6 * HOUR
    yield at
    apply(city.chance, at, len(city.agencies) + 1)


def _changes(city: City) -> Story:
    """The second agency has a new professional."""
    at = _morning(city, 1) + 5 * HOUR
    yield at
    act = Act(city.agencies[1], at)
    agency = session.get_one(Agency, act.actor.unit_id)
    staff = [
        {name: getattr(one, name) for name in ("name", "certificate", "number")}
        for one in stated(Professional, agency.id)
    ]
    newcomer = {"name": "示例新人", "certificate": "注册测绘师", "number": "示例证书-新"}
    agencies.set_professionals(act, agency, rows=[*staff, newcomer])
    agencies.submit_changes(act, agency)


ACTS: dict[str, tuple[str, Callable[[City, Act, Job, int], object]]] = {
    "name a value": ("the owner", lambda city, act, job, ceiling: jobs.edit(act, job, outside_source="welfare_3d")),
    "submit": ("the owner", lambda city, act, job, ceiling: jobs.submit(act, job)),
    "publish": (
        "the operator",
        lambda city, act, job, ceiling: jobs.publish(act, job, secret=city.chance.randbytes(32)),
    ),
    "enter": (
        "the agency",
        lambda city, act, job, ceiling: entries.enter(
            act,
            job,
            Offer(ceiling * 9 // 10 if job.method in PRICED else None, days=job.days if job.method in TIMED else None),
            sealing=sealing(city),
        ),
    ),
    "object": (
        "another agency",
        lambda city, act, job, ceiling: objections.object_to(
            act, job, ground="公告要求的成果形式与统一标准不一致，请核实后再确定结果。", file_id=None
        ),
    ),
    "sign": ("the owner", lambda city, act, job, ceiling: sign(act, job)),
    "confirm": ("the agency", lambda city, act, job, ceiling: contracts.confirm(act, job)),
    "ask": ("the agency", lambda city, act, job, ceiling: ask_for_papers(act, job)),
    "hand in": ("the owner", lambda city, act, job, ceiling: hand_in(act, job)),
    "start": ("the agency", lambda city, act, job, ceiling: services.start(act, job)),
    "pause": (
        "the owner",
        lambda city, act, job, ceiling: services.ask_pause(
            act,
            job,
            reason=Reason.SITE,
            text="现场正在组织交通疏导，三日内无法进场踏勘，附施工单位说明。",
            file_id=None,
        ),
    ),
    "agree": ("the agency", lambda city, act, job, ceiling: _agree(act, job)),
    "extend": (
        "the agency",
        lambda city, act, job, ceiling: alterations.ask(
            act, job, kind=AlterationKind.EXTENSION, days=3, reason="外业测量遇连续强降雨，预计推迟三个工作日完成。"
        ),
    ),
    "grant": ("the owner", lambda city, act, job, ceiling: _grant(act, job)),
    "suspend": (
        "the operator",
        lambda city, act, job, ceiling: alterations.suspend(
            act, job, reason="项目选址正在重新论证，论证期间中止服务。"
        ),
    ),
    "deliver": ("the agency", lambda city, act, job, ceiling: deliver(act, job)),
    "return": ("the owner", lambda city, act, job, ceiling: services.return_report(act, job, reason=DEFECT)),
    "accept": ("the owner", lambda city, act, job, ceiling: services.accept(act, job)),
    "terminate": (
        "the operator",
        lambda city, act, job, ceiling: services.terminate(act, job, reason="项目经批准停止建设，双方同意终止本项目。"),
    ),
}


def _agree(act: Act, job: Job) -> None:
    pause = open_pause(job.id)
    assert pause is not None
    services.confirm_pause(act, pause)


def _grant(act: Act, job: Job) -> None:
    asked = open_alteration(job.id)
    assert asked is not None
    alterations.agree(act, asked)
