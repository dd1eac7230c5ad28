"""What people do with units, memberships and sign-ins. Each verb is one function, one event."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.models import (
    Membership,
    SignIn,
    Unit,
    User,
    by_name,
    memberships_of,
    unit_with_code,
    wrong_sign_ins,
)
from app.accounts.rules import MAY_ADD_OFFICES, MAY_MANAGE_MEMBERS, ROLES_OF
from app.districts.models import district
from app.infra import almanac
from app.infra.db import session
from app.infra.record import record
from app.infra.secrets import fits, hash_password, hash_token, is_common, make_token
from app.kernel.act import Act, Role
from app.kernel.credit_code import check_code, check_identity
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_
from app.kernel.workdays import HERE


@dataclass(frozen=True)
class NewPerson:
    """Someone to be given an account: user name, mobile number (may be empty), own name, password in clear."""

    username: str
    mobile: str
    name: str
    password: str


@dataclass(frozen=True)
class SignedIn:
    """The outcome of an attempt: the new session's token, or why not. It is remembered, so it is no exception."""

    token: str = ""
    refusal: Invalid | None = None


def register_unit(
    act: Act,
    *,
    kind: str,
    code: str,
    natural: bool,
    name: str,
    district_code: str,
    address: str,
    contact_name: str,
    contact_phone: str,
    person: NewPerson,
    sector: str | None = None,
) -> Unit:
    """Register a unit with its first administrator. The code is checked to its last digit (GB 32100-2015, or GB 11643
    for a natural person) and stands once in the market."""
    try:
        code = check_identity(code) if natural else check_code(code)
    except ValueError as error:
        raise Invalid(str(error), field="code") from error
    _refuse_known(code, district_code)
    unit = Unit(
        kind=kind,
        code=code,
        natural=natural,
        name=name,
        district_code=district_code,
        address=address,
        sector=sector,
        contact_name=contact_name,
        contact_phone=contact_phone,
        registered_at=act.now,
    )
    record(act, "unit.register", unit)
    _join(act, unit, _new_user(act, person), Role.ADMINISTRATOR)
    return unit


def add_office(act: Act, *, person: NewPerson, **unit: object) -> Unit:
    """The operator registers a regulator, or a further office of the operator."""
    if not MAY_ADD_OFFICES(act.actor):
        raise NotAllowed(N_("Only an administrator of the operator may register offices."))
    return register_unit(act, natural=False, person=person, **unit)  # type: ignore[arg-type]


def add_member(act: Act, unit: Unit, *, role: str, person: NewPerson) -> Membership:
    """Give a person a place in the unit: someone known by their user name, or a new account with a first password."""
    if not MAY_MANAGE_MEMBERS(act.actor, unit) or act.actor.unit_id != unit.id:
        raise NotAllowed(N_("Only an administrator of the unit may add members."))
    if role not in ROLES_OF[unit.kind]:
        raise Invalid(N_("Choose one of the roles your unit may give."), field="role")
    user = by_name(person.username) if not person.password else None
    if not person.password and user is None:
        raise Invalid(N_("Nobody has this user name. Give a first password to make an account."), field="username")
    user = user or _new_user(act, person)
    known = next((one for one in memberships_of(user.id) if one.unit_id == unit.id), None)
    if known:
        raise Invalid(N_("This person is a member already."), field="username")
    return _join(act, unit, user, role)


def end_membership(act: Act, membership: Membership) -> None:
    """End a member's place. Nobody ends their own, so a unit always keeps an administrator."""
    if not MAY_MANAGE_MEMBERS(act.actor, membership) or act.actor.unit_id != membership.unit_id:
        raise NotAllowed(N_("Only an administrator of the unit may end a membership."))
    if membership.user_id == act.actor.user_id:
        raise Invalid(N_("You cannot end your own membership. Ask another administrator."))
    if membership.ended_at:
        raise WrongState(N_("This membership has ended already."))
    membership.ended_at = act.now
    record(act, "membership.end", membership)


def sign_in(act: Act, *, typed: str, password: str, address: str, agent: str, hours: int) -> SignedIn:
    """Try to sign in with a user name or mobile number. Attempts are remembered; too many wrong ones lock it."""
    typed = typed.strip()[:100]
    user = by_name(typed)
    if user:
        session.refresh(user, with_for_update=True)
    locked = _locked_until(act.now, user, typed)
    attempt = SignIn(
        user_id=user.id if user else None, typed=typed, at=act.now, address=address[:60], agent=agent[:200], right=False
    )
    session.add(attempt)
    if locked:
        return SignedIn(refusal=_lock_refusal(locked))
    places = memberships_of(user.id) if user else []
    if not fits(user.password_hash if user else None, password) or not places:
        session.flush()
        locked = _locked_until(act.now, user, typed)
        text = N_("The user name and the password do not belong together. Check both and try again.")
        return SignedIn(refusal=_lock_refusal(locked) if locked else Invalid(text, field="password"))
    token = make_token()
    attempt.right, attempt.token_hash = True, hash_token(token)
    attempt.membership_id, attempt.expires_at = places[0].id, act.now + timedelta(hours=hours)
    return SignedIn(token)


def switch(act: Act, sign_in: SignIn, *, membership_id: int) -> None:
    """Act for another of the person's units."""
    place = next((one for one in memberships_of(sign_in.user_id or 0) if one.id == membership_id), None)
    if place is None:
        raise NotAllowed(N_("You are not a member of this unit."))
    sign_in.membership_id = place.id


def sign_out(act: Act, sign_in: SignIn) -> None:
    sign_in.ended_at = act.now


def sign_out_everywhere(act: Act, sign_ins: list[SignIn]) -> None:
    """End every running session of a person."""
    for one in sign_ins:
        if one.right and one.ended_at is None:
            one.ended_at = act.now


def change_password(act: Act, user: User, *, old: str, new: str, others: list[SignIn]) -> None:
    """Change the password and end the person's other sessions."""
    if not fits(user.password_hash, old):
        raise Invalid(N_("This is not your present password."), field="old_password")
    check_strength(act.now, new, user.username, field="new_password")
    user.password_hash = hash_password(new)
    sign_out_everywhere(act, others)
    record(act, "user.change_password", user)


def check_strength(now: datetime, password: str, username: str, field: str = "password") -> None:
    """Refuse a password that is short, common, or the user name in disguise."""
    least = almanac.number("password_length", now)
    if len(password) < least:
        raise Invalid(N_("Choose a password of at least %(n)s characters."), field=field, n=least)
    if len(password) > 200:
        raise Invalid(N_("Choose a password of at most 200 characters."), field=field)
    if is_common(password) or len(set(password)) < 4:
        raise Invalid(N_("This password is easy to guess. Choose another, like a short sentence."), field=field)
    if username and username.lower() in password.lower():
        raise Invalid(N_("The password may not contain the user name."), field=field)


def _refuse_known(code: str, district_code: str) -> None:
    if unit_with_code(code):
        text = N_(
            "This code is registered already. Sign in, or ask an administrator of the unit to add you as a member."
        )
        raise Invalid(text, field="code")
    if district(district_code) is None:
        raise Invalid(N_("Choose a district from the list."), field="district_code")


def _new_user(act: Act, person: NewPerson) -> User:
    username = unicodedata.normalize("NFKC", person.username).strip().lower()
    if by_name(username) or username.isdigit():
        raise Invalid(N_("This user name is taken or only digits. Choose another."), field="username")
    if person.mobile and by_name(person.mobile):
        raise Invalid(
            N_("This mobile number belongs to another account. Sign in with it, or leave it empty."), field="mobile"
        )
    check_strength(act.now, person.password, username)
    user = User(
        username=username,
        mobile=person.mobile or None,
        name=person.name,
        password_hash=hash_password(person.password),
        created_at=act.now,
    )
    record(act, "user.register", user)
    return user


def _join(act: Act, unit: Unit, user: User, role: str) -> Membership:
    membership = Membership(user=user, unit=unit, role=role, since=act.now)
    record(act, "membership.start", membership)
    return membership


def _locked_until(now: datetime, user: User | None, typed: str) -> datetime | None:
    allowed = almanac.number("session_lock_failures", now)
    pause = timedelta(minutes=almanac.number("session_lock_minutes", now))
    wrong = wrong_sign_ins(user.id if user else None, typed, now - pause)
    return wrong[allowed - 1] + pause if len(wrong) >= allowed else None


def _lock_refusal(until: datetime) -> Invalid:
    text = N_("Too many wrong passwords. Sign-in is locked until %(time)s.")
    return Invalid(text, field="password", time=f"{until.astimezone(HERE):%H:%M}")
