"""Registering, signing in and out, members: on both databases."""

from datetime import timedelta

import pytest

from app.accounts import operations
from app.accounts.models import SignIn, Unit, User, by_name, members_of, memberships_of, sign_ins_of
from app.accounts.operations import NewPerson, SignedIn
from app.infra import db
from app.kernel.act import VISITOR, Act, Kind, Role
from app.kernel.credit_code import make_code
from app.kernel.errors import Invalid, NotAllowed
from tests.staging import NOW, act

SENTENCE = "green hills beyond the river"
CODE = make_code("91450802", "MA5TEKT0")


def person(username="wei", **changes):
    return NewPerson(**({"username": username, "mobile": "", "name": "韦示例", "password": SENTENCE} | changes))


def register(now=NOW, **changes) -> Unit:
    unit = {
        "kind": Kind.OWNER, "code": CODE, "natural": False, "name": "示例建设公司（示例）", "district_code": "450802",
        "address": "", "contact_name": "韦示例", "contact_phone": "0775-0000000", "person": person(),
    }  # fmt: skip
    made = operations.register_unit(Act(VISITOR, now), **(unit | changes))
    db.session.commit()
    return made


def sign_in(typed="wei", password=SENTENCE, now=NOW) -> SignedIn:
    outcome = operations.sign_in(
        Act(VISITOR, now), typed=typed, password=password, address="127.0.0.1", agent="test", hours=12
    )
    db.session.commit()
    return outcome


def test_a_unit_is_registered_with_its_first_administrator(app):
    unit = register()
    (membership,) = members_of(unit.id)
    assert (membership.role, membership.user.username) == (Role.ADMINISTRATOR, "wei")


def test_a_code_stands_once(app):
    register()
    with pytest.raises(Invalid, match="registered already") as refusal:
        register(person=person("other"))
    assert refusal.value.field == "code"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, "code"),
        ({"code": "91450802"}, "code"),
        ({"code": "11010519491231002X", "natural": False}, "code"),
        ({"district_code": "nowhere"}, "district_code"),
        ({"person": person(password="short")}, "password"),
        ({"person": person(password="woaini1314")}, "password"),
        ({"person": person(password="aaaaaaaaaaaaaa")}, "password"),
        ({"person": person(password="wei-and-a-longer-tail")}, "password"),
        ({"person": person("13800000000")}, "username"),
    ],
)
def test_bad_registrations_name_the_field(app, changes, field):
    with pytest.raises(Invalid) as refusal:
        register(**changes)
    assert refusal.value.field == field


def test_a_natural_person_owns_under_a_masked_number(app):
    unit = register(code="11010519491231002X", natural=True)
    assert unit.shown_code == "1101**********002X"


def test_signing_in_by_user_name_or_mobile_number(app):
    register(person=person(mobile="13800000000"))
    assert sign_in("wei").token
    assert sign_in("13800000000").token
    assert not sign_in("wei", "wrong").token


def test_five_wrong_passwords_lock_and_say_until_when(app):
    register()
    for _ in range(4):
        assert "belong together" in str(sign_in(password="wrong").refusal)
    assert "locked until 09:45" in str(sign_in(password="wrong").refusal)
    assert "locked" in str(sign_in().refusal), "even the right password waits"
    assert sign_in(now=NOW + timedelta(minutes=15, seconds=1)).token


def test_an_unknown_name_is_answered_like_a_wrong_password(app):
    register()
    for _ in range(4):
        assert str(sign_in("nobody", "wrong").refusal) == str(sign_in("wei", "wrong").refusal)
    assert "locked" in str(sign_in("nobody", "wrong").refusal)


def test_a_right_password_forgets_the_wrong_ones(app):
    register()
    for step in range(4):
        sign_in(password="wrong", now=NOW + timedelta(seconds=step))
    assert sign_in(now=NOW + timedelta(seconds=10)).token
    assert "belong together" in str(sign_in(password="wrong", now=NOW + timedelta(seconds=20)).refusal)


def test_every_attempt_is_on_the_record(app):
    register()
    sign_in(password="wrong")
    sign_in()
    assert [one.right for one in sign_ins_of(by_name("wei").id)] == [True, False]


def test_changing_the_password_ends_the_other_sessions(app):
    register()
    sign_in()
    user = by_name("wei")
    others = sign_ins_of(user.id)
    operations.change_password(act(user), user, old=SENTENCE, new="a quite different sentence", others=others)
    db.session.commit()
    assert all(one.ended_at for one in sign_ins_of(user.id))
    assert not sign_in().token
    assert sign_in(password="a quite different sentence").token


def test_the_present_password_is_asked(app):
    register()
    user = by_name("wei")
    with pytest.raises(Invalid) as refusal:
        operations.change_password(act(user), user, old="wrong", new="a quite different sentence", others=[])
    assert refusal.value.field == "old_password"


def test_an_administrator_adds_and_ends_members(app):
    unit = register()
    admin = by_name("wei")
    added = operations.add_member(act(admin), unit, role=Role.DELEGATE, person=person("huang"))
    db.session.commit()
    assert sign_in("huang").token
    operations.end_membership(act(admin), added)
    db.session.commit()
    assert memberships_of(added.user_id) == []
    assert not sign_in("huang").token


@pytest.mark.parametrize("role", [Role.AUTHORISED, "king"])
def test_a_unit_gives_only_its_own_roles(app, role):
    unit = register()
    with pytest.raises(Invalid) as refusal:
        operations.add_member(act(by_name("wei")), unit, role=role, person=person("huang"))
    assert refusal.value.field == "role"


def test_only_an_administrator_of_the_unit_adds_members(app):
    unit = register()
    other = register(code=make_code("91450802", "MA5TEKT1"), person=person("stranger"))
    operations.add_member(act(by_name("wei")), unit, role=Role.DELEGATE, person=person("huang"))
    for outsider in ("huang", "stranger"):
        with pytest.raises(NotAllowed):
            operations.add_member(act(by_name(outsider)), unit, role=Role.DELEGATE, person=person("third"))
    assert other.id != unit.id


def test_nobody_ends_their_own_membership(app):
    unit = register()
    with pytest.raises(Invalid):
        operations.end_membership(act(by_name("wei")), members_of(unit.id)[0])


def test_acting_for_a_unit_needs_a_place_in_it(app):
    register()
    sign_in()
    mine = sign_ins_of(by_name("wei").id)[0]
    with pytest.raises(NotAllowed):
        operations.switch(act(by_name("wei")), db.session.get(SignIn, mine.id), membership_id=999)


def test_passwords_are_kept_as_argon2id(app):
    register()
    stored = db.session.get(User, by_name("wei").id).password_hash
    assert stored.startswith("$argon2id$") and SENTENCE not in stored
