"""The demonstration city: fictional units, plainly marked 示例, and a year of jobs made through the real verbs.

The stories are told in the order of time, so the city is the same every time for a given day.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from app.accounts.models import Membership, Unit, User
from app.calendars.operations import enter
from app.catalogue.models import Sector
from app.demonstration.conduct import conduct
from app.demonstration.scenes import SCENES, scenes
from app.demonstration.stories import story
from app.demonstration.telling import City, Story, tell
from app.demonstration.units import HOUR, PLACES, agency, unit
from app.infra import almanac
from app.infra.clockwork import late, take_late
from app.infra.db import session
from app.infra.outbox import take_one
from app.kernel.act import Act, Actor, Kind
from app.kernel.workdays import HERE, Word, local_day
from app.lateness.models import Round
from app.notices.operations import read_all

# What nobody waits for in a city that is being told: no mailbox is there, and the search is built at the end.
LATER = ("notices.post", "finding.write")

# How long ago everybody last looked at their messages.
UNREAD = timedelta(days=7)


def build(
    today: date,
    lives: Iterable[Any],
    verbs: Mapping[tuple[str, str], Any],
    tasks: Mapping[str, Callable[..., None]],
    *,
    owners: int,
    agencies: int,
    jobs: int,
) -> None:
    """Make the city inside the caller's transaction, as of the morning of a day. Messages are told as the city lives;
    none is sent by mail, for nobody here has a mailbox."""
    now = datetime.combine(today, datetime.min.time(), HERE) + 9 * HOUR
    start = now - timedelta(days=400)
    chance = Random(today.toordinal())  # noqa: S311  a story, not a secret
    told = {**tasks, **dict.fromkeys(LATER, lambda act, **payload: None)}

    def tick(thing: Any, at: datetime) -> None:
        take_late(type(thing), thing.id, at, verbs)

    def work(at: datetime) -> None:
        while take_one(told, at):
            pass

    operator = _offices(start)
    some = [_owner(start, number) for number in range(1, owners + 1)]
    firms = [agency(chance, start, operator, number) for number in range(1, agencies + 1)]
    city = City(chance, operator, some, firms, now, tick, work)
    stories = max(jobs - len(SCENES), 0)
    year = [story(city, start + timedelta(days=20), number, stories) for number in range(stories)]
    tell(city, [*year, *scenes(city), *conduct(city, start), _reading(city)])
    for model in lives:
        _catch_up(city, model)
    _closure(city)


def _offices(at: datetime) -> Actor:
    """The regulator of each sector, and the operator, who is returned."""
    operator = unit(at, Kind.OPERATOR, "示例运行机构（示例）", 0, "operator")
    for number, sector in enumerate(session.scalars(select(Sector).order_by(Sector.id)).all(), 1):
        name = "regulator" if sector.code == "water" else f"regulator-{sector.code}"
        unit(at, Kind.REGULATOR, f"示例市{sector.name}（示例）", 900 + number, name, sector=sector.code)
    return operator


def _owner(at: datetime, number: int) -> Actor:
    name = f"示例{PLACES[(number - 1) % len(PLACES)]}建设投资公司{number}（示例）"
    return unit(at, Kind.OWNER, name, 100 + number, "owner" if number == 1 else f"owner{number}")


def _reading(city: City) -> Story:
    yield (at := city.until - UNREAD)
    for membership in session.scalars(select(Membership).order_by(Membership.id)):
        read_all(Act(Actor(membership.user_id, membership.unit_id), at))


def _catch_up(city: City, model: Any) -> None:
    """Let the clock take what stories have left to it, each step at its own instant; a round that tells how things
    stand goes once, this morning."""
    while waiting := late(model, city.until):
        for _, id in waiting:
            thing = session.get_one(model, id)
            city.tick(thing, city.until if model is Round else thing.due)
    city.work(city.until)


def _closure(city: City) -> None:
    """A closed day next week that the operator has entered and not put into force yet."""
    day = almanac.calendar().add(local_day(city.until), 3)
    enter(
        Act(city.operator, city.until),
        kind=Word.CLOSURE,
        source="示例市关于防御台风停工的通知（示例）",
        url="",
        reason="示例：预计台风登陆，全市停工一天。",
        published_on=local_day(city.until),
        effective_from=local_day(city.until),
        lines=f"{day},0,台风停工",
    )


def sign_ins() -> list[tuple[str, str]]:
    """(kind of unit, user name) of one person per role, for whoever tries the service."""
    wanted = ("operator", "regulator", "owner", "agency")
    query = select(Unit.kind, User.username).join(Membership, Membership.unit_id == Unit.id)
    rows = session.execute(query.join(User, Membership.user_id == User.id).where(User.username.in_(wanted)))
    return [(row.kind, row.username) for row in rows]
