"""A job that a panel scores, in a few words: its panel, its bidders, and everything up to the result."""

from collections.abc import Sequence
from typing import Any

from app.accounts.models import User
from app.agencies.models import Agency
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.act import Act
from app.methods.rules import Method, asks_quote
from app.panels import operations as panels
from app.panels.models import Seat, bidders_in, seats_of
from app.panels.rules import Part, scorers
from tests import make
from tests.make import lapse

CRITERIA = [
    {"name": "服务方案", "weight": 50, "descriptor": "方案完整、可行得高分，照抄范本得低分。"},
    {"name": "项目人员", "weight": 30, "descriptor": "经验与本项目相符得高分。"},
]
MERIT: dict[str, Any] = {
    "item": make.BY_CONTRACT, "method": Method.MERIT, "criteria": CRITERIA, "price_weight": 20, "two_envelopes": True,
    "days": 10,
}  # fmt: skip
QUALITY = MERIT | {
    "price_weight": None,
    "two_envelopes": False,
    "criteria": [CRITERIA[0], CRITERIA[1] | {"weight": 50}],
}
QUOTES = (1_357_931, 1_468_042, 1_579_153)


def proposal(number: int) -> str:
    return f"第{number}份方案：现场踏勘、编制、报批和修改一次完成，人员固定，进度每周报告。"


def opened(**fields: Any) -> Job:
    return make.job("open", **MERIT | fields)


def seat(job: Job, part: str = Part.MEMBER, user: User | None = None) -> Seat:
    """A seat for somebody, a person of a unit of their own when nobody is named."""
    user = user or make.user_of(make.unit(name=""))
    return panels.appoint(make.act(job.owner, make.later(job)), job, username=user.username, part=part)


def seated(job: Job, members: int = 2, witnesses: int = 0) -> list[Seat]:
    """A whole panel, the chair first."""
    parts = [Part.CHAIR, *[Part.MEMBER] * members, *[Part.WITNESS] * witnesses]
    return [seat(job, part) for part in parts]


def enter(job: Job, number: int = 1, agency: Agency | None = None, **fields: Any) -> Any:
    agency = agency or make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    known = {"quote_cents": QUOTES[number - 1] if asks_quote(job) else None, "proposal": proposal(number)}
    return entries.enter(make.act(agency, make.later(job)), job, Offer(**known | fields))


def convened(job: Job | None = None, agencies: Sequence[Agency] = (), **fields: Any) -> Job:
    """A job whose panel of three has come together over three bidders."""
    job = job or opened(**fields)
    if not seats_of(job.id):
        seated(job)
    for number in (1, 2, 3):
        enter(job, number, agencies[number - 1] if agencies else None)
    return lapse(lapse(job))


def by(seat: Seat, **span: float) -> Act:
    return make.act(seat.user, make.later(seat.job, **span))


def score(seat: Seat, *scores: Sequence[int], **span: float) -> None:
    """One member's scores, bidder by bidder; 80 for everything where none are given."""
    given = scores or sheet(seat.job)
    panels.score(by(seat, **span), seat, scores=given, remarks=["有依据。"] * len(given))


def sheet(job: Job, each: int = 80) -> list[list[int]]:
    return [[each] * len(job.criteria) for _ in bidders_in(job.id)]


def scored(job: Job, *each: Sequence[Sequence[int]]) -> Job:
    """Everybody gives their scores."""
    for place, one in enumerate(scorers(seats_of(job.id))):
        score(one, *(each[place] if each else ()))
    return job


def agree(job: Job, *scores: Sequence[int], reasons: Sequence[str] = (), **span: float) -> None:
    given = scores or sheet(job)
    chair = session.get_one(User, job.chair_id)
    act = make.act(chair, make.later(job, **span))
    panels.agree(act, job, scores=given, reasons=reasons or [""] * len(given))


def selected(job: Job | None = None, *scores: Sequence[int], **fields: Any) -> Job:
    """A job whose panel has agreed, and the clock selected."""
    job = scored(convened(job, **fields), *([scores] * 3 if scores else []))
    agree(job, *scores)
    return lapse(job)
