"""Builders: a small market in few words. Units and people are plain rows; all else goes through the real verbs.

Nothing here commits: a test that reads its rows through a client calls `keep()` first (signing in does it too).
"""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any

import pikepdf
from argon2 import PasswordHasher
from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from app import wiring
from app.accounts.models import Membership, Unit, User, memberships_of
from app.agencies import operations as agencies
from app.agencies.models import Agency, Listing
from app.catalogue.models import Item, Standard, item_by_code, materials_of, standard_in_force, standards_of
from app.catalogue.operations import STATED, copied_materials, make_standard
from app.contracts.models import materials_asked
from app.entries.eligibility import Offer
from app.infra import almanac, db
from app.infra.almanac import Term
from app.infra.clockwork import take_late
from app.infra.db import session
from app.infra.files import File, store
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.act import Act, Actor, Kind, Role
from app.kernel.credit_code import make_code
from app.kernel.workdays import due_day, local_day
from app.methods.rules import PRICED, TIMED
from tests.replay import made_once
from tests.staging import NOW

PASSWORD = "seven green tea houses"
CITY, COUNTY = "450800", "450802"
ITEM, BY_CONTRACT, OTHER_ITEM = "ZJ-011", "ZJ-001", "ZJ-012"
MINUTE = timedelta(minutes=1)

_serial = count(1)


@cache
def password_hash() -> str:
    """As the service keeps it, at the least cost there is: whoever signs in in a story pays it."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def keep() -> None:
    """Commit what was made."""
    db.settle(True)


def again(thing: Any) -> Any:
    """The row as it is in the database now, after requests of other sessions."""
    session.expire_all()
    return session.get_one(type(thing), thing.id)


# --- people and units -----------------------------------------------------------------------------------------------


@made_once
def unit(kind: str = Kind.OWNER, name: str = "", *, sector: str | None = None, **fields: Any) -> Unit:
    """A unit with one administrator. A regulator supervises `sector`, water resources if none is named."""
    number = next(_serial)
    known = {
        "kind": kind,
        "code": make_code("91450800", f"MA{number:06d}"),
        "name": name or f"示例单位{number}（示例）",
        "district_code": CITY,
        "sector": (sector or "water") if kind == Kind.REGULATOR else None,
        "contact_name": "示例联系人",
        "contact_phone": "0775-0000000",
        "registered_at": NOW,
    }
    made = Unit(**known | fields)
    session.add(made)
    session.flush()
    person(made)
    return made


@made_once
def person(unit: Unit, role: str = Role.ADMINISTRATOR, username: str = "") -> User:
    """A member of the unit, who signs in with PASSWORD."""
    number = next(_serial)
    known = {"username": username or f"person{number}", "name": f"示例人员{number}", "created_at": NOW}
    user = User(**known, password_hash=password_hash())
    session.add(Membership(user=user, unit=unit, role=role, since=NOW))
    session.flush()
    return user


def user_of(thing: Any) -> User:
    """The first member, the administrator, of a unit or an agency."""
    return session.scalars(
        select(User).join(Membership).where(Membership.unit_id == thing.id).order_by(Membership.id)
    ).first()  # type: ignore[return-value]


def act(thing: Any, now: datetime = NOW) -> Act:
    """An act of a person (a User, for their first unit) or of the administrator of a unit or an agency."""
    if isinstance(thing, User):
        place = memberships_of(thing.id)[0]
    else:
        first = select(Membership).where(Membership.unit_id == thing.id).order_by(Membership.id).limit(1)
        place = session.scalars(first.options(joinedload(Membership.unit))).one()
    return Act(Actor(place.user_id, place.unit_id, place.unit.kind, place.role, place.unit.sector), now)


def operator() -> Unit:
    """The operator; the same each time."""
    return session.scalars(select(Unit).where(Unit.kind == Kind.OPERATOR)).first() or unit(Kind.OPERATOR)


def regulator(sector: str = "water") -> Unit:
    """The regulator of a sector; the same each time."""
    known = select(Unit).where(Unit.kind == Kind.REGULATOR, Unit.sector == sector)
    return session.scalars(known).first() or unit(Kind.REGULATOR, sector=sector)


# --- catalogue, agencies, files -------------------------------------------------------------------------------------


def item(code: str = ITEM) -> Item:
    """A shipped item: ITEM has a standard of five days and a ceiling, BY_CONTRACT has neither."""
    return item_by_code(code)  # type: ignore[return-value]


@cache
def content() -> bytes:
    """The bytes of a sound one-page PDF."""
    pdf, paper = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(paper)
    return paper.getvalue()


@made_once
def file(by: Any, name: str = "paper.pdf", now: datetime = NOW) -> File:
    """A PDF handed in by somebody."""
    return store(act(by, now), name, io.BytesIO(content()))


@made_once
def agency(
    name: str = "",
    *,
    admitted: bool = True,
    lists: Item | str | None = ITEM,
    days: int | None = None,
    fee_cents: int | None = None,
    now: datetime = NOW,
) -> Agency:
    """An agency, admitted with all the qualifications and professionals its listed item asks for. `lists` is an item,
    its code, or None; `days` and `fee_cents` are what it promises, by default the standard's own."""
    wanted = item(lists) if isinstance(lists, str) else lists
    registered = unit(Kind.AGENCY, name or f"示例咨询公司{next(_serial)}（示例）")
    made = Agency(id=registered.id, state="draft", state_since=now)
    session.add(made)
    session.flush()
    by = act(made, now)
    paper = file(made, now=now).id
    agencies.describe(by, made, introduction="示例", legal_representative="示例", licence=paper)
    chosen = {group[0]["kind"]: group[0] for group in (wanted.require if wanted else [])}
    agencies.set_qualifications(by, made, rows=[qualification(**one, file=paper) for one in chosen.values()])
    needed = [one["certificate"] for one in (wanted.require_staff if wanted else []) for _ in range(one["least"])]
    agencies.set_professionals(by, made, rows=[professional(one) for one in needed or ["注册工程师"]])
    if admitted:
        agencies.submit(by, made, signed_by="示例")
        agencies.admit(act(operator(), now), made)
        if wanted:
            listing(made, wanted, days=days, fee_cents=fee_cents, now=now)
    return made


def qualification(kind: str = "测绘资质", grade: str = "甲级", **changes: Any) -> dict[str, Any]:
    """A line of the qualifications of an application."""
    known = {"kind": kind, "grade": grade, "number": f"Z{next(_serial):06d}", "valid_until": date(2030, 12, 31)}
    return known | {"file": None} | changes


def professional(certificate: str = "注册工程师", **changes: Any) -> dict[str, Any]:
    """A line of the professionals of an application."""
    return {"name": "示例人员", "certificate": certificate, "number": f"P{next(_serial):06d}"} | changes


@made_once
def listing(
    agency: Agency, item: Item, *, days: int | None = None, fee_cents: int | None = None, now: datetime = NOW
) -> Listing:
    """The agency's promise for an item: by default the standard's own days and ceiling."""
    standard = standard_in_force(item.id, local_day(now))
    assert standard
    return agencies.promise(
        act(agency, now),
        agency,
        item,
        days=days or standard.days or 10,
        fee_cents=fee_cents or standard.ceiling_cents,
        quality="示例质量承诺",
        accepts_evaluation=True,
    )


@made_once
def standard(item: Item, *, effective_from: date, now: datetime = NOW, **changes: Any) -> Standard:
    """A further version of an item's standard, made by the operator: as the newest is, with changes."""
    newest = standards_of(item.id)[0]
    known = {name: getattr(newest, name) for name in STATED} | {"materials": copied_materials(newest)}
    return make_standard(
        act(operator(), now), item, effective_from=effective_from, source="示例通知（示例）", **known | changes
    )


# --- jobs -----------------------------------------------------------------------------------------------------------

# The way to each state: the steps of `Walk` in order.
MAIN = (
    "draft", "submitted", "open", "selected", "awarded", "contract_uploaded", "contracted", "materials",
    "materials_check", "in_service", "delivered", "accepted", "archived",
)  # fmt: skip
BESIDE = {
    "returned": "submitted", "withdrawn": "open", "awaiting": "open", "selecting": "open", "failed": "open",
    "objected": "selected", "abandoned": "awarded",
    "paused": "in_service", "rework": "delivered", "terminated": "in_service",
}  # fmt: skip


def way_to(state: str) -> tuple[str, ...]:
    if state in BESIDE:
        return (*way_to(BESIDE[state]), state)
    return MAIN[: MAIN.index(state) + 1]


@made_once
def job(
    state: str = "open",
    *,
    owner: Unit | None = None,
    item: Item | str = ITEM,
    entrants: Sequence[Agency] | None = None,
    entries: int = 3,
    quotes: Sequence[int] = (),
    now: datetime = NOW,
    **fields: Any,
) -> Job:
    """A job led to a state by the real verbs, one minute apart, the clock's steps at their deadlines.

    `fields` are those of the posting (method, funds, urgent, …). From "selected" on, `entrants` (or as many new
    agencies as `entries` says) have entered, where the method has quotes with `quotes` in cents, 60% of the ceiling
    and up by default. `job.state_since` tells when its last step was taken.
    """
    if state == "awaiting":
        fields = {"outside_source": "drand"} | fields
    walk = Walk(owner or unit(), item, entrants, entries, quotes, now, fields)
    for step in way_to(state):
        getattr(walk, step)()
    assert walk.job.state == state, f"the way to {state} ended in {walk.job.state}"
    return walk.job


def lapse(thing: Any, **late: float) -> Any:
    """Let the deadline of a thing pass, by so much (days=1) if said, and the clock take its step."""
    assert thing.due, f"no deadline in {thing.state}"
    take_late(type(thing), thing.id, thing.due + timedelta(**late), wiring.VERBS)
    return thing


def workdays(since: datetime, due: datetime | None) -> int:
    """The working days from the day of an instant to the last day of a deadline."""
    assert due
    return almanac.calendar().between(local_day(since), due_day(due))


def term(code: str, value: str, since: date) -> None:
    """A number of the law that takes effect on a day."""
    known = {"unit": "count", "zh": code, "en": code, "basis": "示例通知", "mark": "D"}
    session.add(Term(code=code, value=value, effective_from=since, **known))
    session.flush()
    almanac.almanac(fresh=True)


def copies(row: Any, count: int, **cycles: Sequence[Any]) -> list[int]:
    """So many more rows like this one, without the verbs, for pages that show many; their ids. `cycles` gives columns
    other values, in turn."""
    table = type(row).__table__
    columns = [column for column in table.columns if column.key != "id"]
    known = dict(session.execute(select(*columns).where(table.c.id == row.id)).one()._mapping)
    changed = [{name: some[place % len(some)] for name, some in cycles.items()} for place in range(count)]
    return [session.scalar(insert(table).values(**known | values).returning(table.c.id)) for values in changed]


def later(job: Job, **span: float) -> datetime:
    """An instant after the job's last step: a minute, or the span given (days=1)."""
    return job.state_since + (timedelta(**span) if span else MINUTE)


class Walk:
    """One job on its way; each method is the step that leads to the state it is named for."""

    job: Job

    def __init__(
        self,
        owner: Unit,
        wanted: Item | str,
        entrants: Sequence[Agency] | None,
        entries: int,
        quotes: Sequence[int],
        now: datetime,
        fields: dict[str, Any],
    ):
        self.owner, self.now, self.fields = owner, now, fields
        self.item = item(wanted) if isinstance(wanted, str) else wanted
        self.entrants, self.entries, self.quotes = entrants, entries, quotes

    def by(self, thing: Any) -> Act:
        """The next act, a minute later."""
        self.now += MINUTE
        return act(thing, self.now)

    def clock(self) -> None:
        """Let the deadline pass, and the clock take its step."""
        assert self.job.due, f"no deadline in {self.job.state}"
        self.now = max(self.now, self.job.due)
        take_late(Job, self.job.id, self.now, wiring.VERBS)

    @property
    def agency(self) -> Agency:
        return session.get_one(Agency, self.job.agency_id)

    def draft(self) -> None:
        self.job = jobs.create(self.by(self.owner), item_id=self.item.id)
        self.job.created_at = self.job.state_since = self.now
        by_contract = {} if self.job.ceiling_cents else {"ceiling_cents": 5_000_000, "days": 10}
        known = {"project_name": "示例产业园三期（示例）", "need": "编制水土保持方案报告表，含现场踏勘、报批和修改。"}
        jobs.edit(self.by(self.owner), self.job, **known | by_contract | self.fields)

    def submitted(self) -> None:
        jobs.submit(self.by(self.owner), self.job)

    def returned(self) -> None:
        jobs.return_posting(self.by(operator()), self.job, reason="请补充项目规模。")

    def open(self) -> None:
        jobs.publish(self.by(operator()), self.job)

    def withdrawn(self) -> None:
        jobs.withdraw(self.by(self.owner), self.job, reason="项目调整，不再需要。")

    def enter(self) -> None:
        job, ceiling = self.job, self.job.ceiling_cents or 0
        entrants = self.entrants
        if entrants is None:
            promise = {"lists": self.item, "days": job.days, "fee_cents": ceiling, "now": self.now}
            entrants = [agency(**promise) for _ in range(self.entries)]
        for place, one in enumerate(entrants):
            quote = self.quotes[place] if place < len(self.quotes) else ceiling * (60 + place) // 100
            discount = 3000 - 100 * place if job.reference_fee_cents else None
            quoted = quote if job.method in PRICED and discount is None else None
            days = job.days if job.method in TIMED else None
            verb("entries", "enter")(self.by(one), job, Offer(quoted, days=days, discount=discount))

    def awaiting(self) -> None:
        self.enter()
        self.clock()

    def selecting(self) -> None:
        self.clock()

    def failed(self) -> None:
        self.clock()
        self.clock()

    def selected(self) -> None:
        self.enter()
        self.clock()
        self.clock()

    def objected(self) -> None:
        verb("objections", "object_to")(self.by(unit()), self.job, ground="名单里有不符合条件的机构。", file_id=None)

    def awarded(self) -> None:
        self.clock()

    def abandoned(self) -> None:
        verb("selections", "abandon")(self.by(self.agency), self.job, reason="人员安排不开，无法按期完成。")

    def contract_uploaded(self) -> None:
        by, job = self.by(self.owner), self.job
        terms = {"signed_on": local_day(self.now), "amount_cents": job.amount_cents, "days": job.agreed_days}
        verb("contracts", "upload")(by, job, file_id=file(self.owner, "contract.pdf", self.now).id, **terms)

    def contracted(self) -> None:
        verb("contracts", "confirm")(self.by(self.agency), self.job)

    def materials(self) -> None:
        wanted = [one for one in materials_of(self.job.standard_id) if not one.certificate][:2]
        lines = [{"name": one.name, "proves": one.proves, "essential": one.essential} for one in wanted]
        verb("contracts", "list_materials")(self.by(self.agency), self.job, lines=lines)

    def materials_check(self) -> None:
        papers = {line.id: (file(self.owner, now=self.now).id, "") for line in materials_asked(self.job.id)}
        verb("contracts", "hand_in")(self.by(self.owner), self.job, papers=papers)

    def in_service(self) -> None:
        verb("services", "start")(self.by(self.agency), self.job)

    def paused(self) -> None:
        by, text = self.by(self.owner), "现场道路中断，勘察人员无法进入，预计三个工作日恢复。"
        pause = verb("services", "ask_pause")(by, self.job, reason="site", text=text, file_id=None)
        verb("services", "confirm_pause")(self.by(self.agency), pause)

    def delivered(self) -> None:
        report = file(self.agency, "report.pdf", self.now)
        verb("services", "deliver")(self.by(self.agency), self.job, file_ids=[report.id], note="示例成果")

    def rework(self) -> None:
        verb("services", "return_report")(self.by(self.owner), self.job, reason="第七项缺少附图，请补充。")

    def accepted(self) -> None:
        verb("services", "accept")(self.by(self.owner), self.job)

    def archived(self) -> None:
        self.clock()

    def terminated(self) -> None:
        verb("services", "terminate")(self.by(operator()), self.job, reason="项目取消，经双方同意终止。")


def verb(feature: str, name: str) -> Callable[..., Any]:
    """A verb of a feature, looked up when it is needed."""
    found: Callable[..., Any] = getattr(import_module(f"app.{feature}.operations"), name)
    return found
