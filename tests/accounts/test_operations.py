"""Registering, signing in and out, members: on both databases."""

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest

from app.accounts import operations
from app.accounts.models import (
    Membership,
    SignIn,
    Unit,
    User,
    by_name,
    members_of,
    memberships_of,
    regulators_members,
    running_sign_ins,
    sign_ins_of,
)
from app.accounts.operations import NewPerson, SignedIn
from app.infra import db
from app.kernel.act import VISITOR, Act, Kind, Role
from app.kernel.credit_code import make_code
from app.kernel.errors import Invalid, NotAllowed, WrongState
from tests import make
from tests.at_once import LONGEST, in_threads
from tests.staging import NOW, act

FUTURE = "450802204901010017"  # whoever has this identity number will be born in 2049
SENTENCE = "green hills beyond the river"
CODE, OTHER_CODE = make_code("91450802", "MA5TEKT0"), make_code("91450802", "MA5TEKT1")


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
        ({"person": person("wei", password="my name is WEI, you know")}, "password"),
        ({"person": person(mobile="13800000000", password="call 13800000000 now")}, "password"),
        ({"person": person(password="x" * 99 + "yz! " * 30)}, "password"),
        ({"person": person("we i")}, "username"),
        ({"person": person(mobile="0775-4200000")}, "mobile"),
        ({"person": person(name="  ")}, "person_name"),
        ({"sector": "water"}, "sector"),
        ({"kind": Kind.REGULATOR}, "sector"),
        ({"code": FUTURE, "natural": True}, "code"),
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


@pytest.mark.parametrize("typed", ["WEI", " wei ", "ｗｅｉ", "+86 138 0000 0000", "138-0000-0000"])
def test_a_name_is_found_however_it_is_typed(app, typed):
    register(person=person("Wei", mobile="138 0000 0000"))
    assert sign_in(typed).token


def test_five_wrong_passwords_lock_and_say_until_when(app):
    register()
    for minute in range(4):
        assert "belong together" in str(sign_in(password="wrong", now=NOW + timedelta(minutes=minute)).refusal)
    last = NOW + timedelta(minutes=4)
    assert "locked until 09:49" in str(sign_in(password="wrong", now=last).refusal), "15 minutes from the last one"
    assert "locked until 09:49" in str(sign_in(now=last + timedelta(minutes=14)).refusal), "the right one waits too"
    assert sign_in(now=last + timedelta(minutes=15)).token


def test_what_is_tried_during_a_lock_does_not_make_it_longer(app):
    register()
    for _ in range(5):
        sign_in(password="wrong")
    for minute in range(14):
        for password in ("wrong", SENTENCE):
            assert "locked until 09:45" in str(sign_in(password=password, now=NOW + timedelta(minutes=minute)).refusal)
    assert sign_in(now=NOW + timedelta(minutes=15)).token


def test_a_lock_names_the_first_minute_at_which_it_is_over(app):
    register()
    late = NOW + timedelta(seconds=20)
    for _ in range(4):
        sign_in(password="wrong", now=late)
    assert "locked until 09:46" in str(sign_in(password="wrong", now=late).refusal)
    assert sign_in(now=NOW + timedelta(minutes=16)).token


def test_one_person_is_locked_by_both_names_and_nobody_else(app):
    register(person=person(mobile="13800000000"))
    register(code=OTHER_CODE, person=person("huang"))
    for typed in ("wei", "13800000000", "WEI", "138 0000 0000", "wei"):
        sign_in(typed, "wrong")
    assert "locked" in str(sign_in("13800000000").refusal)
    assert sign_in("huang").token


def test_wrong_passwords_long_ago_lock_nothing(app):
    register()
    for hour in range(6):
        assert "belong together" in str(sign_in(password="wrong", now=NOW + timedelta(hours=hour)).refusal)


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


def test_every_attempt_is_on_the_record_with_what_became_of_it(app):
    register()
    sign_in()
    for _ in range(5):
        sign_in(password="wrong")
    sign_in()
    record = sign_ins_of(by_name("wei").id)
    assert [one.outcome(NOW) for one in record] == ["refused", *["wrong password"] * 5, "signed in"]
    assert record[-1].outcome(NOW + timedelta(hours=12)) == "expired"
    assert {(one.address, one.agent) for one in record} == {("127.0.0.1", "test")}


def test_changing_the_password_ends_the_other_sessions(app):
    register()
    for _ in range(3):
        sign_in()
    user = by_name("wei")
    here, *others = sign_ins_of(user.id)
    operations.change_password(act(user), user, old=SENTENCE, new="a quite different sentence", here=here.id)
    db.session.commit()
    assert here.ended_at is None
    assert all(one.ended_at for one in others)
    assert not sign_in().token
    assert sign_in(password="a quite different sentence").token


def test_signing_out_everywhere_ends_every_session_however_many_failed_since(app):
    register()
    register(code=OTHER_CODE, person=person("huang"))
    sign_in()
    sign_in("huang")
    wei, huang = by_name("wei"), by_name("huang")
    wrong = {"user_id": wei.id, "typed": "wei", "at": NOW, "address": "", "agent": "", "right": False, "counts": True}
    db.session.add_all(SignIn(**wrong) for _ in range(2000))
    assert len(running_sign_ins(wei.id)) == 1
    operations.sign_out_everywhere(act(wei), wei)
    db.session.commit()
    assert running_sign_ins(wei.id) == []
    assert len(running_sign_ins(huang.id)) == 1


@pytest.mark.parametrize("new", ["short", SENTENCE, "wei is by the river", "1234567890123", "13800000000 is mine"])
def test_a_new_password_is_another_and_strong(app, new):
    register(person=person(mobile="13800000000"))
    user = by_name("wei")
    with pytest.raises(Invalid) as refusal:
        operations.change_password(act(user), user, old=SENTENCE, new=new, here=None)
    assert refusal.value.field == "new_password"
    assert sign_in().token


def test_the_present_password_is_asked(app):
    register()
    user = by_name("wei")
    with pytest.raises(Invalid) as refusal:
        operations.change_password(act(user), user, old="wrong", new="a quite different sentence", here=None)
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


def test_a_member_who_left_can_come_back_in_another_role(app):
    unit = register()
    admin = by_name("wei")
    added = operations.add_member(act(admin), unit, role=Role.DELEGATE, person=person("huang"))
    operations.end_membership(act(admin), added)
    again = operations.add_member(act(admin), unit, role=Role.ADMINISTRATOR, person=person("huang", password=""))
    db.session.commit()
    assert [(one.unit_id, one.role) for one in memberships_of(added.user_id)] == [(unit.id, Role.ADMINISTRATOR)]
    assert again.ended_at is None


def test_a_member_who_comes_back_signs_in_anew(app):
    unit = register()
    admin = by_name("wei")
    added = operations.add_member(act(admin), unit, role=Role.DELEGATE, person=person("huang"))
    db.session.commit()
    sign_in("huang")
    operations.end_membership(act(admin), added)
    assert running_sign_ins(added.user_id) == []


def test_a_person_known_here_joins_a_second_unit_and_acts_for_either(app):
    first = register()
    register(code=OTHER_CODE, person=person("huang"))
    operations.add_member(act(by_name("wei")), first, role=Role.DELEGATE, person=person("HUANG", password=""))
    db.session.commit()
    sign_in("huang")
    session, places = sign_ins_of(by_name("huang").id)[0], memberships_of(by_name("huang").id)
    assert len(places) == 2
    operations.switch(act(by_name("huang")), session, membership_id=places[1].id)
    assert session.membership_id == places[1].id


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (person("nobody", password=""), "Nobody has this user name"),
        (person("huang"), "leave the password empty"),
        (person("wei", password=""), "a member already"),
        (person("newcomer", name=""), "name of the person"),
    ],
)
def test_adding_a_member_says_what_to_do(app, who, says):
    unit = register()
    register(code=OTHER_CODE, person=person("huang"))
    with pytest.raises(Invalid, match=says):
        operations.add_member(act(by_name("wei")), unit, role=Role.DELEGATE, person=who)


def test_a_membership_ends_once(app):
    unit = register()
    admin = by_name("wei")
    added = operations.add_member(act(admin), unit, role=Role.DELEGATE, person=person("huang"))
    operations.end_membership(act(admin), added)
    with pytest.raises(WrongState):
        operations.end_membership(act(admin), added)


def test_whoever_is_a_member_of_nothing_is_told_so(app):
    unit = register()
    added = operations.add_member(act(by_name("wei")), unit, role=Role.DELEGATE, person=person("huang"))
    operations.end_membership(act(by_name("wei")), added)
    assert "member of no unit" in str(sign_in("huang").refusal)
    assert "belong together" in str(sign_in("huang", "wrong").refusal), "only to whoever knows the password"


@pytest.mark.parametrize("role", [Role.AUTHORISED, "king"])
def test_a_unit_gives_only_its_own_roles(app, role):
    unit = register()
    with pytest.raises(Invalid) as refusal:
        operations.add_member(act(by_name("wei")), unit, role=role, person=person("huang"))
    assert refusal.value.field == "role"


def test_only_an_administrator_of_the_unit_adds_members(app):
    unit = register()
    other = register(code=OTHER_CODE, person=person("stranger"))
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


def office(kind=Kind.REGULATOR, sector="water", **changes):
    return operations.add_office(
        act(changes.pop("by")), kind=kind, sector=sector, code=CODE, name="示例水行政主管部门（示例）",
        district_code="450800", address="", contact_name="示例", contact_phone="0775-0000000", person=person(),
    )  # fmt: skip


def test_the_operator_registers_a_regulator_of_a_sector(app):
    made = office(by=make.user_of(make.operator()))
    assert (made.kind, made.sector) == (Kind.REGULATOR, "water")
    assert [one.user.username for one in regulators_members("water")] == ["wei"]


@pytest.mark.parametrize(
    ("kind", "sector", "field"),
    [
        (Kind.REGULATOR, "", "sector"),
        (Kind.REGULATOR, None, "sector"),
        (Kind.OPERATOR, "water", "sector"),
        (Kind.AGENCY, None, "kind"),
        (Kind.OWNER, None, "kind"),
    ],
)
def test_an_office_is_one_and_has_a_sector_if_it_regulates(app, kind, sector, field):
    with pytest.raises(Invalid) as refusal:
        office(kind, sector, by=make.user_of(make.operator()))
    assert refusal.value.field == field


def test_only_an_administrator_of_the_operator_registers_offices(app):
    operator = make.operator()
    for outsider in (make.person(operator, Role.AUTHORISED), make.user_of(make.regulator()), make.user_of(make.unit())):
        with pytest.raises(NotAllowed):
            office(by=outsider)


# --- two administrators end each other --------------------------------------------------------------------------------


def two_administrators():
    unit = register()
    place = operations.add_member(act(by_name("wei")), unit, role=Role.ADMINISTRATOR, person=person("huang"))
    db.session.commit()
    wei, huang = members_of(unit.id)
    assert huang.id == place.id
    tries = [(act(wei.user), huang.id), (act(huang.user), wei.id)]
    db.session.remove()
    return unit.id, tries


def run_both(*runs):
    answers = [None] * len(runs)

    def run(number):
        try:
            answers[number] = runs[number]()
        except Exception as error:
            answers[number] = error

    in_threads(*(partial(run, number) for number in range(len(runs))))
    return answers


def test_two_administrators_who_end_each_other_leave_one(app):
    unit_id, tries = two_administrators()

    def end(by, id):
        with db.transaction():
            operations.end_membership(by, db.session.get_one(Membership, id))

    answers = run_both(*(partial(end, *one) for one in tries))
    assert sorted(type(one) for one in answers if one) == [NotAllowed]
    assert len([one for one in members_of(unit_id) if one.ended_at is None]) == 1


def test_without_the_lock_both_would_be_gone(app):
    """The control: whoever looks first and acts later ends the last administrator."""
    unit_id, tries = two_administrators()
    meet = Barrier(2)

    def naively(by, id):
        with db.transaction():
            operations._refuse_strangers(by, db.session.get_one(Unit, unit_id))
        meet.wait(LONGEST)
        with db.transaction():
            db.session.get_one(Membership, id).ended_at = NOW

    assert run_both(*(partial(naively, *one) for one in tries)) == [None, None]
    assert [one for one in members_of(unit_id) if one.ended_at is None] == []
