"""The fictional units of the demonstration city, their people, papers and listings."""

import io
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pikepdf
from sqlalchemy import select

from app.accounts.models import Unit, members_of
from app.accounts.operations import NewPerson, register_unit
from app.agencies import operations as agencies
from app.agencies.models import Agency
from app.catalogue.models import Item, standard_in_force
from app.infra.db import session
from app.infra.files import store
from app.kernel.act import VISITOR, Act, Actor, Kind
from app.kernel.credit_code import make_code
from app.kernel.workdays import local_day

PASSWORD = "green hills beyond the river"  # noqa: S105  printed for whoever tries the demonstration
COUNTIES = ("450802", "450803", "450804", "450821", "450881")
PLACES = ("东湖", "西江", "青山", "石羊", "凤凰", "平安", "双桥", "木棉", "龙潭", "金田", "荷城", "江口")
WORKS = (
    "产业园一期",
    "标准厂房",
    "安置房",
    "中学扩建",
    "物流园",
    "污水处理厂",
    "旅游公路",
    "人民医院扩建",
    "码头改造",
    "养老中心",
)
TRADES = ("咨询", "检测", "测绘", "评估", "勘察", "环境", "水保", "工程技术")
HOUR = timedelta(hours=1)

OFFICES = (Kind.OPERATOR, Kind.REGULATOR)


def unit(at: datetime, kind: str, name: str, number: int, username: str, sector: str | None = None) -> Actor:
    made = register_unit(Act(VISITOR, at), **_identity(kind, name, number, username), sector=sector)
    return _actor(made)


def _identity(kind: str, name: str, number: int, username: str) -> dict[str, Any]:
    prefix = "11450800" if kind in OFFICES else "91450800"
    return {
        "kind": kind,
        "code": make_code(prefix, f"MAX{number:05}"),
        "natural": False,
        "name": name,
        "district_code": COUNTIES[number % len(COUNTIES)],
        "address": "",
        "contact_name": "示例联系人",
        "contact_phone": f"0775-{number:07}",
        "person": NewPerson(username, "", "示例人员", PASSWORD),
    }


def _actor(unit: Unit) -> Actor:
    place = members_of(unit.id)[0]
    return Actor(place.user_id, unit.id, unit.kind, place.role, unit.sector)


def agency(chance: Random, at: datetime, operator: Actor, number: int) -> Actor:
    """An admitted agency that lists about a third of the items."""
    made, items = apply(chance, at, number)
    agencies.admit(Act(operator, at + 5 * HOUR), made)
    actor = _actor(session.get_one(Unit, made.id))
    _list(chance, Act(actor, at + 6 * HOUR), made, items)
    return actor


def apply(chance: Random, at: datetime, number: int) -> tuple[Agency, list[Item]]:
    """An agency that has submitted its application, and the items it means to list and has the qualifications for."""
    name = f"示例{chance.choice(PLACES)}{chance.choice(TRADES)}公司{number}（示例）"
    identity = _identity(Kind.AGENCY, name, 500 + number, "agency" if number == 1 else f"agency{number}")
    identity.pop("kind")
    identity.pop("natural")
    made = agencies.register(Act(VISITOR, at), **identity)
    act = Act(_actor(session.get_one(Unit, made.id)), at + HOUR)
    licence = paper(act, "营业执照.pdf")
    agencies.describe(act, made, introduction="示例机构，仅供演示。", legal_representative="示例人员", licence=licence)
    items = [item for item in session.scalars(select(Item).order_by(Item.id)) if chance.random() < 0.4]
    held = {(group[0]["kind"], group[0]["grade"]) for item in items for group in item.require if group}
    rows = [
        {
            "kind": kind,
            "grade": grade,
            "number": f"示例-{number}-{place}",
            "valid_until": date(2035, 12, 31),
            "file": paper(act, f"{kind}.pdf"),
        }
        for place, (kind, grade) in enumerate(sorted(held))
    ]
    agencies.set_qualifications(act, made, rows=rows)
    needed = {one["certificate"] for item in items for one in item.require_staff}
    people = [
        {"name": f"示例人员{place}", "certificate": certificate, "number": f"示例证书-{number}-{place}"}
        for place, certificate in enumerate(["注册咨询工程师", *sorted(needed)], 1)
    ]
    agencies.set_professionals(act, made, rows=people)
    agencies.submit(act, made, signed_by="示例人员")
    return made, items


def _list(chance: Random, act: Act, made: Agency, items: list[Item]) -> None:
    for item in items:
        standard = standard_in_force(item.id, local_day(act.now))
        if standard is None:
            continue
        days = max(1, (standard.days or 15) - chance.choice((0, 0, 1)))
        fee = int((standard.ceiling_cents or 5_000_000) * chance.uniform(0.75, 0.95)) // 10000 * 10000
        terms = {"days": days, "fee_cents": fee, "quality": "成果清单全部满足", "accepts_evaluation": True}
        agencies.promise(act, made, item, **terms)  # type: ignore[arg-type]


def paper(act: Act, name: str) -> int:
    """A blank one-page PDF under a name; its id."""
    pdf, paper = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(paper, deterministic_id=True)
    paper.seek(0)
    return store(act, name, paper).id
