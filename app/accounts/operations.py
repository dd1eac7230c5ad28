"""What people do with units, memberships and sign-ins. Each verb is one function, one event."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.accounts.models import (
    Membership,
    SignIn,
    Unit,
    User,
    by_name,
    memberships_of,
    place_in,
    running_sign_ins,
    unit_with_code,
    wrong_sign_ins,
)
from app.accounts.rules import MAY_ADD_OFFICES, MAY_MANAGE_MEMBERS, OFFICES, ROLES_OF, has_sector
from app.districts.models import district
from app.infra import almanac
from app.infra.db import lock, session
from app.infra.record import record
from app.infra.secrets import fits, hash_password, hash_token, is_easy, make_token
from app.kernel.act import Act, Role
from app.kernel.credit_code import IDENTITY_WRONG_BIRTHDAY, born, check_code, check_identity
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.sign_in_names import check_mobile, check_username, read_name
from app.kernel.words import N_
from app.kernel.workdays import HERE, local_day


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
    code = _checked(check_identity if natural else check_code, code, "code")
    if natural and born(code) > local_day(act.now):
        raise Invalid(IDENTITY_WRONG_BIRTHDAY, field="code")
    _refuse_known(code, district_code)
    if has_sector(kind) != bool(sector):
        raise Invalid(N_("Name the sector of a regulator, and of nobody else."), field="sector")
    unit = Unit(
        kind=kind,
        code=code,
        natural=natural,
        name=name,
        district_code=district_code,
        address=address,
        sector=sector or None,
        contact_name=contact_name,
        contact_phone=contact_phone,
        registered_at=act.now,
    )
    record(act, "unit.register", unit)
    _join(act, unit, _new_user(act, person), Role.ADMINISTRATOR)
    return unit


def add_office(act: Act, *, person: NewPerson, kind: str, **unit: Any) -> Unit:
    """The operator registers a regulator, or a further office of the operator."""
    if not MAY_ADD_OFFICES(act.actor):
        raise NotAllowed(N_("Only an administrator of the operator may register offices."))
    if kind not in OFFICES:
        raise Invalid(N_("Choose one of the kinds of office."), field="kind")
    return register_unit(act, kind=kind, natural=False, person=person, **unit)


def add_member(act: Act, unit: Unit, *, role: str, person: NewPerson) -> Membership:
    """Give a person a place in the unit: someone known by their user name, or a new account with a first password."""
    _refuse_strangers(act, unit)
    if role not in ROLES_OF[unit.kind]:
        raise Invalid(N_("Choose one of the roles your unit may give."), field="role")
    user = by_name(person.username)
    if person.password and user:
        text = N_("Somebody has this user name. To add them leave the password empty; else choose another name.")
        raise Invalid(text, field="username")
    if not person.password and user is None:
        raise Invalid(N_("Nobody has this user name. Give a first password to make an account."), field="username")
    user = user or _new_user(act, person)
    place = place_in(user.id, unit.id)
    if place and place.ended_at is None:
        raise Invalid(N_("This person is a member already."), field="username")
    return _join(act, unit, user, role)


def end_membership(act: Act, membership: Membership) -> None:
    """End a member's place, and the sessions that act by it. Nobody ends their own, so a unit always keeps an
    administrator."""
    _refuse_strangers(act, membership.unit)
    session.refresh(membership)
    if membership.user_id == act.actor.user_id:
        raise Invalid(N_("You cannot end your own membership. Ask another administrator."))
    if membership.ended_at:
        raise WrongState(N_("This membership has ended already."))
    membership.ended_at = act.now
    _end(act, [one for one in running_sign_ins(membership.user_id) if one.membership_id == membership.id])
    record(act, "membership.end", membership)


def sign_in(act: Act, *, typed: str, password: str, address: str, agent: str, hours: int) -> SignedIn:
    """Try to sign in with a user name or mobile number. Attempts are remembered; too many wrong ones lock it."""
    name = read_name(typed)
    user = by_name(name)
    if user:
        lock(user)
    attempt = SignIn(
        user_id=user.id if user else None, typed=name, at=act.now, address=address[:60], agent=agent[:200], right=False
    )
    session.add(attempt)
    if locked := _locked_until(act.now, user, name):
        return SignedIn(refusal=_lock_refusal(locked))
    fitting = fits(user.password_hash if user else None, password)
    if user is None or not fitting:
        attempt.counts = True
        session.flush()
        locked = _locked_until(act.now, user, name)
        text = N_("The user name and the password do not belong together. Check both and try again.")
        return SignedIn(refusal=_lock_refusal(locked) if locked else Invalid(text, field="password"))
    places = memberships_of(user.id)
    if not places:
        text = N_("You are a member of no unit any more. Ask an administrator of your unit to add you again.")
        return SignedIn(refusal=Invalid(text, field="typed"))
    token = make_token()
    attempt.right, attempt.token_hash = True, hash_token(token)
    attempt.membership_id, attempt.expires_at = places[0].id, act.now + timedelta(hours=hours)
    return SignedIn(token)


def switch(act: Act, sign_in: SignIn, *, membership_id: int) -> Membership:
    """Act for another of the person's units."""
    place = next((one for one in memberships_of(sign_in.user_id or 0) if one.id == membership_id), None)
    if place is None:
        raise NotAllowed(N_("You are not a member of this unit."))
    sign_in.membership_id = place.id
    return place


def sign_out(act: Act, sign_in: SignIn) -> None:
    _end(act, [sign_in])


def sign_out_everywhere(act: Act, user: User) -> None:
    """End every running session of a person."""
    _end(act, running_sign_ins(user.id))


def change_password(act: Act, user: User, *, old: str, new: str, here: int | None) -> None:
    """Change the password and end the person's other sessions: all but the sign-in with the id `here`."""
    if not fits(user.password_hash, old):
        raise Invalid(N_("This is not your present password."), field="old_password")
    if new == old:
        raise Invalid(N_("Choose a password that differs from the present one."), field="new_password")
    check_strength(act.now, new, user.username, user.mobile or "", field="new_password")
    user.password_hash = hash_password(new)
    _end(act, [one for one in running_sign_ins(user.id) if one.id != here])
    record(act, "user.change_password", user)


def check_strength(now: datetime, password: str, *names: str, field: str = "password") -> None:
    """Refuse a password that is short, common, or holds one of the names that one signs in by."""
    least = almanac.number("password_length", now)
    if len(password) < least:
        raise Invalid(N_("Choose a password of at least %(n)s characters."), field=field, n=least)
    if len(password) > 200:
        raise Invalid(N_("Choose a password of at most 200 characters."), field=field)
    if is_easy(password):
        raise Invalid(N_("This password is easy to guess. Choose another, like a short sentence."), field=field)
    if any(name and name in password.lower() for name in names):
        raise Invalid(N_("The password may hold neither the user name nor the mobile number."), field=field)


def _end(act: Act, sign_ins: list[SignIn]) -> None:
    for one in sign_ins:
        one.ended_at = one.ended_at or act.now


def _refuse_strangers(act: Act, unit: Unit) -> None:
    """Only who administers the unit now may go on. Its row is locked: two administrators cannot end each other."""
    lock(unit)
    place = place_in(act.actor.user_id, unit.id)
    role = place.role if place and place.ended_at is None else None
    actor = replace(act.actor, role=role)
    if act.actor.unit_id != unit.id or not MAY_MANAGE_MEMBERS(actor, unit):
        raise NotAllowed(N_("Only an administrator of the unit may add members or end a membership."))


def _checked(check: Callable[[str], str], text: str, field: str) -> str:
    try:
        return check(text)
    except ValueError as error:
        raise Invalid(str(error), field=field) from error


def _refuse_known(code: str, district_code: str) -> None:
    if unit_with_code(code):
        text = N_(
            "This code is registered already. Sign in, or ask an administrator of the unit to add you as a member."
        )
        raise Invalid(text, field="code")
    if district(district_code) is None:
        raise Invalid(N_("Choose a district from the list."), field="district_code")


def _new_user(act: Act, person: NewPerson) -> User:
    username = _checked(check_username, person.username, "username")
    mobile = _checked(check_mobile, person.mobile, "mobile")
    if by_name(username):
        raise Invalid(N_("This user name is taken. Choose another."), field="username")
    if mobile and by_name(mobile):
        raise Invalid(
            N_("This mobile number belongs to another account. Sign in with it, or leave it empty."), field="mobile"
        )
    if not person.name.strip():
        raise Invalid(N_("Enter the name of the person."), field="person_name")
    check_strength(act.now, person.password, username, mobile)
    user = User(
        username=username,
        mobile=mobile or None,
        name=person.name,
        password_hash=hash_password(person.password),
        created_at=act.now,
    )
    record(act, "user.register", user)
    return user


def _join(act: Act, unit: Unit, user: User, role: str) -> Membership:
    membership = place_in(user.id, unit.id) or Membership(user=user, unit=unit)
    membership.role, membership.since, membership.ended_at = role, act.now, None
    record(act, "membership.start", membership, role=role)
    return membership


def _locked_until(now: datetime, user: User | None, typed: str) -> datetime | None:
    """The end of a lock that still runs. It begins with the last of too many wrong passwords within its own length."""
    allowed = almanac.number("session_lock_failures", now)
    pause = timedelta(minutes=almanac.number("session_lock_minutes", now))
    wrong = wrong_sign_ins(user.id if user else None, typed, now - 2 * pause)
    if len(wrong) < allowed or wrong[0] - wrong[allowed - 1] >= pause:
        return None
    return wrong[0] + pause if now < wrong[0] + pause else None


def _lock_refusal(until: datetime) -> Invalid:
    """The refusal names the first whole minute at which the lock is over."""
    whole = (until + timedelta(seconds=59, microseconds=999_999)).astimezone(HERE)
    text = N_("Too many wrong passwords. Sign-in is locked until %(time)s.")
    return Invalid(text, field="password", time=f"{whole:%H:%M}")
