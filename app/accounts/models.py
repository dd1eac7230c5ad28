"""Units, people, memberships and sign-ins."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.rules import MAY_READ_UNIT
from app.districts.models import District
from app.infra.db import Row, session
from app.kernel.act import Kind, Role
from app.kernel.sign_in_names import read_name
from app.kernel.words import N_


def one_of(column: str, values: type[StrEnum]) -> str:
    """The CHECK that a column holds one of an enumeration's values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Unit(Row):
    """An owner unit, an agency, a regulator or the operator. `code` is the unified social credit code (GB 32100-2015),
    or the identity number (GB 11643) of a natural person who owns a project; `sector` is set for regulators."""

    MAY_READ = MAY_READ_UNIT

    kind: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    natural: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(index=True)
    district_code: Mapped[str] = mapped_column(ForeignKey(District.code), index=True)
    address: Mapped[str] = mapped_column(default="")
    sector: Mapped[str | None]
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    registered_at: Mapped[datetime]

    district: Mapped[District] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("kind", Kind), "known_kind"),
        CheckConstraint("(kind = 'regulator') = (sector IS NOT NULL)", "regulators_have_a_sector"),
    )

    @property
    def shown_code(self) -> str:
        """The code as others may see it: a natural person's number is masked."""
        return self.code[:4] + "*" * 10 + self.code[-4:] if self.natural else self.code


class User(Row):
    """A person, known by a user name and perhaps a mobile number."""

    username: Mapped[str] = mapped_column(unique=True)
    mobile: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class Membership(Row):
    """A person's place in a unit. An ended one stays, for the record, and runs again when the person comes back."""

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    role: Mapped[str]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("user_id", "unit_id"),
        CheckConstraint(one_of("role", Role), "known_role"),
    )


class SignIn(Row):
    """One attempt to sign in, right or wrong. A right one carries the hash of its session token, the membership the
    person acts by, when it expires and when it ended. `counts` marks a wrong password, which counts towards a lock;
    what is tried during a lock is remembered and does not. `address` and `agent` are for the person to recognise it."""

    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    typed: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    membership_id: Mapped[int | None] = mapped_column(ForeignKey(Membership.id))
    at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    agent: Mapped[str]
    right: Mapped[bool]
    counts: Mapped[bool] = mapped_column(default=False, server_default=false())

    user: Mapped[User | None] = relationship()

    __table_args__ = (Index(None, "user_id", "at"), Index(None, "typed", "at"))

    def outcome(self, now: datetime) -> str:
        """What became of it, as a msgid: wrong, refused without a look at the password, or how the session stands."""
        if not self.right:
            return N_("wrong password") if self.counts else N_("refused")
        if self.ended_at:
            return N_("ended")
        return N_("expired") if self.expires_at and self.expires_at <= now else N_("signed in")


def by_name(typed: str) -> User | None:
    """The person with this user name or mobile number, however it is typed."""
    name = read_name(typed)
    return session.scalar(select(User).where((User.username == name) | (User.mobile == name)))


def unit_with_code(code: str) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.code == code))


def memberships_of(user_id: int) -> list[Membership]:
    """The running memberships of a person."""
    query = (
        select(Membership)
        .join(Unit)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    return list(session.scalars(query))


def place_in(user_id: int | None, unit_id: int) -> Membership | None:
    """A person's membership of a unit, running or ended."""
    return session.scalar(select(Membership).where(Membership.user_id == user_id, Membership.unit_id == unit_id))


def members_of(unit_id: int) -> list[Membership]:
    query = select(Membership).join(User).where(Membership.unit_id == unit_id).order_by(Membership.id)
    return list(session.scalars(query))


def wrong_sign_ins(user_id: int | None, typed: str, since: datetime) -> list[datetime]:
    """When a wrong password was given since an instant and since the last right one, newest first: by person, or by
    what was typed when nobody is called that."""
    mine = SignIn.user_id == user_id if user_id else SignIn.typed == typed
    last_right = select(func.max(SignIn.id)).where(mine, SignIn.right).scalar_subquery()
    query = select(SignIn.at).where(mine, SignIn.counts, SignIn.at > since)
    query = query.where((SignIn.id > last_right) | last_right.is_(None))
    return list(session.scalars(query.order_by(SignIn.id.desc())))


def sign_ins_of(user_id: int, limit: int = 50) -> list[SignIn]:
    """The newest attempts to sign in as a person."""
    return list(
        session.scalars(select(SignIn).where(SignIn.user_id == user_id).order_by(SignIn.id.desc()).limit(limit))
    )


def running_sign_ins(user_id: int) -> list[SignIn]:
    """The sessions of a person that nobody has ended."""
    return list(
        session.scalars(select(SignIn).where(SignIn.user_id == user_id, SignIn.right, SignIn.ended_at.is_(None)))
    )


def members_where(*which: Any) -> list[Membership]:
    """Running memberships of the units that meet conditions on their columns."""
    query = select(Membership).join(Unit).where(*which, Membership.ended_at.is_(None))
    return list(session.scalars(query.order_by(Membership.id)))


def operators_members() -> list[Membership]:
    return members_where(Unit.kind == Kind.OPERATOR)


def regulators_members(sector: str | None = None) -> list[Membership]:
    """Those of the regulators of a sector, or of all."""
    return members_where(Unit.kind == Kind.REGULATOR, *([Unit.sector == sector] if sector is not None else []))
