"""The pages of people and units: allowed, refused, invalid, each in one test."""

import html
import re

import pytest

from app.accounts import operations
from app.accounts.models import members_of, memberships_of, sign_ins_of, unit_with_code
from app.infra.db import session
from app.kernel.act import Kind, Role
from app.kernel.credit_code import make_code
from tests import make
from tests.client import CheckedClient
from tests.pages import english, error, kept

pytestmark = pytest.mark.one_database

CODE, IDENTITY = make_code("91450802", "MA5TEKT0"), "11010519491231002X"
UNIT = {
    "name": "示例建设公司（示例）", "code": CODE, "district_code": make.COUNTY, "address": "示例路 1 号",
    "contact_name": "韦示例", "contact_phone": "0775-0000000", "person_name": "韦示例", "username": "wei",
    "mobile": "13800000000", "password": make.PASSWORD,
}  # fmt: skip


@pytest.fixture
def visitor(client):
    return english(client)


@pytest.fixture
def member(as_user):
    def member(user, unit=None):
        return english(as_user(user, unit))

    return member


# --- signing in -------------------------------------------------------------------------------------------------------


def test_signing_in_leads_to_where_one_wanted_to_go(visitor):
    user = make.user_of(make.unit(name="示例一号公司（示例）"))
    make.keep()
    assert visitor.get("/me").location == "/sign-in?next=/me"
    done = visitor.post("/sign-in?next=/me", data={"typed": user.username.upper(), "password": make.PASSWORD})
    assert (done.status_code, done.location) == (303, "/me")
    assert "示例一号公司（示例）" in visitor.get("/me").text


def test_a_wrong_password_is_told_and_the_name_kept(visitor):
    user = make.user_of(make.unit())
    make.keep()
    page = visitor.post("/sign-in", data={"typed": user.username, "password": "wrong"})
    assert page.status_code == 422
    assert "belong together" in error(page, "password")
    assert kept(page, "typed") == user.username
    assert "wrong" not in page.text.replace("field wrong", "")


def test_a_lock_names_the_time_on_the_page(visitor):
    user = make.user_of(make.unit())
    make.keep()
    for _ in range(5):
        page = visitor.post("/sign-in", data={"typed": user.username, "password": "wrong"})
    assert "locked until 09:45" in error(page, "password")
    page = visitor.post("/sign-in", data={"typed": user.username, "password": make.PASSWORD})
    assert (page.status_code, "locked until 09:45" in error(page, "password")) == (422, True)


def test_the_cookie_is_of_no_use_to_scripts_and_strange_pages(visitor):
    user = make.user_of(make.unit())
    make.keep()
    done = visitor.post("/sign-in", data={"typed": user.username, "password": make.PASSWORD})
    cookie = done.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert sign_ins_of(user.id)[0].token_hash not in cookie


def test_after_signing_out_the_old_cookie_opens_nothing(member, app):
    client = member(make.user_of(make.unit()))
    key = client.get_cookie("session")
    assert client.post("/sign-out").location == "/"
    thief = app.test_client()
    thief.set_cookie(key.key, key.value)
    assert isinstance(thief, CheckedClient)
    assert thief.get("/me").location == "/sign-in?next=/me"


def test_signing_out_everywhere_ends_the_others_too(member):
    user = make.user_of(make.unit())
    one, other = member(user), member(user)
    assert one.post("/me/sign-out-everywhere").location == "/sign-in"
    for client in (one, other):
        assert client.get("/me").status_code == 303


def test_a_session_ends_after_its_hours(visitor, clock):
    user = make.user_of(make.unit())
    make.keep()
    visitor.post("/sign-in", data={"typed": user.username, "password": make.PASSWORD})
    clock.passes(hours=11, minutes=59)
    assert visitor.get("/me").status_code == 200
    clock.passes(minutes=1)
    assert visitor.get("/me").status_code == 303


# --- registering ------------------------------------------------------------------------------------------------------


def test_a_unit_registers_and_its_person_signs_in(visitor):
    assert visitor.get("/register").text.count('class="btn btn-go"') == 2
    done = visitor.post("/register/owner", data=UNIT)
    assert (done.status_code, done.location) == (303, "/sign-in")
    unit = unit_with_code(CODE)
    assert (unit.kind, unit.natural, unit.district_code) == (Kind.OWNER, False, make.COUNTY)
    assert visitor.post("/sign-in", data={"typed": "13800000000", "password": make.PASSWORD}).status_code == 303


def test_a_natural_person_registers_with_an_identity_number_that_others_see_masked(visitor):
    assert visitor.post("/register/owner", data=UNIT | {"natural": "1", "code": IDENTITY}).status_code == 303
    visitor.post("/sign-in", data={"typed": "wei", "password": make.PASSWORD})
    page = visitor.get("/unit").text
    assert "1101**********002X" in page
    assert IDENTITY not in page


def test_the_four_levels_of_the_tree_can_be_chosen(visitor):
    page = visitor.get("/register/owner").text
    for path in (
        "广西壮族自治区", "广西壮族自治区 贵港市", "广西壮族自治区 贵港市 桂平市",
        "广西壮族自治区 贵港市 港北区 大圩镇", "广东省",
    ):  # fmt: skip
        assert re.search(rf">\s*{path}\s*</option>", page)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"code": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, "code", "last character"),
        ({"code": IDENTITY}, "code", "has only digits and capital letters|district|does not match"),
        ({"natural": "1"}, "code", "identity number"),
        ({"district_code": "999999"}, "district_code", "in the list"),
        ({"name": ""}, "name", "Enter"),
        ({"mobile": "12345"}, "mobile", "11 digits"),
        ({"username": "w w"}, "username", "3 to 40 letters"),
        ({"password": "short"}, "password", "at least 10 characters"),
        ({"password": "1234567890"}, "password", "easy to guess"),
    ],
)
def test_a_wrong_registration_says_why_and_keeps_what_was_typed(visitor, changes, field, says):
    page = visitor.post("/register/owner", data=UNIT | changes)
    assert page.status_code == 422
    assert re.search(says, error(page, field))
    for name in {"name", "code", "address", "contact_name", "contact_phone", "username", "mobile"} - {field}:
        assert kept(page, name) == (UNIT | changes)[name]
    assert make.PASSWORD not in page.text
    assert unit_with_code(CODE) is None


def test_a_code_that_is_registered_says_what_to_do(visitor):
    known = make.unit()
    make.keep()
    page = visitor.post("/register/owner", data=UNIT | {"code": f" {known.code[:8]} {known.code[8:].lower()} "})
    assert page.status_code == 422
    assert "Sign in, or ask an administrator of the unit to add you" in error(page, "code")


# --- one's own account ------------------------------------------------------------------------------------------------


def test_the_sign_in_record_shows_what_became_of_each_attempt(visitor, clock):
    user = make.user_of(make.unit())
    make.keep()
    right, wrong = (
        {"typed": user.username, "password": password} for password in (make.PASSWORD, "wrong, wrong, wrong")
    )
    for _ in range(5):
        visitor.post("/sign-in", data=wrong)
    visitor.post("/sign-in", data=right)
    clock.passes(minutes=16)
    visitor.post("/sign-in", data=right, headers={"User-Agent": "A browser of the past"})
    visitor.post("/sign-out")
    visitor.post("/sign-in", data=right)
    page = visitor.get("/me").text
    results = re.findall(r'data-head="Result">([^<]*)<', page)
    assert results == ["this session", "ended", "refused", *["wrong password"] * 5]
    assert "A browser of the past" in page
    assert "127.0.0.1" in page


def test_a_person_sees_whom_they_act_for_and_switches(member):
    first, second = make.unit(name="示例一号公司（示例）"), make.unit(name="示例二号公司（示例）")
    user = make.user_of(first)
    session.add(make.Membership(user=user, unit=second, role=Role.DELEGATE, since=make.NOW))
    client = member(user)
    masthead = re.compile(r'class="who".*?</a>', re.S)
    assert "示例一号公司（示例）" in masthead.search(client.get("/me").text)[0]
    other = next(place for place in memberships_of(user.id) if place.unit_id == second.id)
    assert client.post(f"/me/switch/{other.id}").location == "/desk"
    page = client.get("/me").text
    assert "示例二号公司（示例）" in masthead.search(page)[0]
    assert "You act for 示例二号公司（示例） now." in page
    assert client.get("/unit/members/new").status_code == 403, "there the person is a delegate"


def test_nobody_acts_for_a_unit_they_are_no_member_of(member):
    user, stranger = make.user_of(make.unit()), make.user_of(make.unit())
    client = member(user)
    assert client.post(f"/me/switch/{memberships_of(stranger.id)[0].id}").status_code == 403


def test_the_password_is_changed_and_other_sessions_end(member):
    user = make.user_of(make.unit())
    here, elsewhere = member(user), member(user)
    words = {"old_password": make.PASSWORD, "new_password": "a quite different sentence"}
    assert here.post("/me/password", data=words).location == "/me"
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "a quite different sentence", "old_password"),
        (make.PASSWORD, "short", "new_password"),
        (make.PASSWORD, make.PASSWORD, "new_password"),
        ("", "", "old_password"),
    ],
)
def test_a_password_that_cannot_be_changed_is_not_shown_again(member, old, new, field):
    client = member(make.user_of(make.unit()))
    page = client.post("/me/password", data={"old_password": old, "new_password": new})
    assert page.status_code == 422
    assert error(page, field)
    assert not [word for word in (old, new) if word and f'value="{word}"' in page.text]


# --- the unit ---------------------------------------------------------------------------------------------------------


def test_a_unit_shows_what_it_is_and_who_acts_for_it(member):
    regulator = make.regulator()
    page = member(make.user_of(regulator)).get("/unit").text
    for words in (
        regulator.name,
        regulator.code,
        "regulator",
        "水行政主管部门",
        "广西壮族自治区 贵港市",
        "administrator",
    ):
        assert words in page


def test_an_administrator_adds_a_member_who_signs_in(member, visitor):
    unit = make.unit()
    client = member(make.user_of(unit))
    given = {"role": "delegate", "username": "Huang", "person_name": "黄示例", "mobile": "", "password": make.PASSWORD}
    assert client.post("/unit/members/new", data=given).location == "/unit"
    assert "黄示例" in client.get("/unit").text
    assert visitor.post("/sign-in", data={"typed": "huang", "password": make.PASSWORD}).status_code == 303
    assert visitor.get("/unit/members/new").status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "authorised"}, "role"),
        ({"username": "nobody.here", "password": ""}, "username"),
        ({"password": "short"}, "password"),
        ({"person_name": ""}, "person_name"),
        ({"mobile": "1"}, "mobile"),
    ],
)
def test_a_member_who_cannot_be_added_is_told_why(member, changes, field):
    unit = make.unit()
    given = {"role": "delegate", "username": "huang", "person_name": "黄示例", "password": make.PASSWORD} | changes
    page = member(make.user_of(unit)).post("/unit/members/new", data=given)
    assert page.status_code == 422
    assert error(page, field)
    assert kept(page, "username") == given["username"]
    assert len(members_of(unit.id)) == 1


def test_a_member_who_is_ended_is_out_at_once_and_can_come_back(member):
    unit = make.unit()
    user = make.person(unit, Role.DELEGATE, "huang")
    admin, theirs = member(make.user_of(unit)), member(user)
    place = members_of(unit.id)[1]
    assert admin.post(f"/unit/members/{place.id}/end").location == "/unit"
    assert theirs.get("/unit").status_code == 303
    assert "ended" in admin.get("/unit").text
    assert admin.post("/unit/members/new", data={"role": "administrator", "username": "huang"}).status_code == 303
    assert theirs.get("/unit").status_code == 303, "the old session stays ended"


def test_a_member_of_another_unit_is_not_found(member):
    stranger = make.unit()
    make.person(stranger, Role.DELEGATE)
    client = member(make.user_of(make.unit()))
    assert client.post(f"/unit/members/{members_of(stranger.id)[1].id}/end").status_code == 404


def test_a_delegate_manages_nobody(member):
    unit = make.unit()
    client = member(make.person(unit, Role.DELEGATE))
    page = client.get("/unit").text
    assert "/unit/members" not in page
    assert client.get("/unit/members/new").status_code == 403
    assert client.post(f"/unit/members/{members_of(unit.id)[0].id}/end").status_code == 403


# --- offices ----------------------------------------------------------------------------------------------------------

OFFICE = UNIT | {"kind": "regulator", "sector": "water", "district_code": make.CITY}


def test_the_operator_registers_an_office(member):
    client = member(make.user_of(make.operator()))
    assert "/offices/new" in client.get("/unit").text
    assert client.post("/offices/new", data=OFFICE).location == "/unit"
    assert (unit_with_code(CODE).kind, unit_with_code(CODE).sector) == (Kind.REGULATOR, "water")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sector": ""}, "sector"),
        ({"kind": "operator"}, "sector"),
        ({"kind": "agency"}, "kind"),
        ({"sector": "nothing"}, "sector"),
        ({"district_code": "450802001"}, "district_code"),
    ],
)
def test_an_office_that_cannot_be_is_told_why(member, changes, field):
    page = member(make.user_of(make.operator())).post("/offices/new", data=OFFICE | changes)
    assert page.status_code == 422
    assert error(page, field)
    assert kept(page, "name") == OFFICE["name"]
    assert unit_with_code(CODE) is None


def test_others_register_no_office(member):
    for user in (make.user_of(make.unit()), make.user_of(make.regulator()), make.person(make.operator(), "authorised")):
        assert member(user).get("/offices/new").status_code == 403


# --- languages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "title"), [("zh_Hans", "登录"), ("zh_Hant", "登錄"), ("en", "Sign in")])
def test_the_language_is_the_readers_choice(client, locale, title):
    done = client.post("/language", data={"locale": locale, "next": "/sign-in"})
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert f"<h1>{title}</h1>" in client.get("/sign-in").text


def test_a_language_that_is_none_is_not_found(client):
    assert client.post("/language", data={"locale": "tlh"}).status_code == 404


def test_a_private_page_and_one_that_is_not_there_offer_a_visitor_the_same_way_in(app, client):
    owner = make.unit()
    id, username = make.job("draft", owner=owner).id, make.user_of(owner).username
    make.keep()
    pages = [client.get(f"/jobs/{number}?page=2") for number in (id, id + 1)]
    assert [page.status_code for page in pages] == [404, 404]
    ways = [re.search(r'href="(/sign-in\?next=[^"]+)"[^>]*>[^<]*本单位', page.text)[1] for page in pages]
    known = {"typed": username, "password": make.PASSWORD}
    assert client.post(ways[0].replace("&amp;", "&"), data=known).location == f"/jobs/{id}?page=2"
    assert "本单位页面" not in client.get("/jobs/999").text, "whoever has signed in needs no other sign-in"


# --- a form sent when the sign-in had ended ---------------------------------------------------------------------------


def overtaken_by_sign_out(as_user):
    """An owner at the second step of a posting, signed out in the meantime, who sends it."""
    job = make.job("draft")
    user, path = make.user_of(job.owner), f"/jobs/{job.id}/project"
    client = as_user(user)
    typed = {"project_name": "示例滨江公园（示例）", "district_code": "450802", "funds": "social"}
    assert client.get(path).status_code == 200
    operations.sign_out_everywhere(make.act(user), user)
    make.keep()
    return job, client, path, typed


def held_in(page):
    found = re.search(r'name="held" value="([^"]+)"', page.text)
    assert found
    return html.unescape(found[1])


def test_a_form_sent_after_the_sign_in_ended_is_kept_through_signing_in_again(as_user):
    job, client, path, typed = overtaken_by_sign_out(as_user)
    refused = client.post(path, data=typed, headers={"Referer": f"http://localhost{path}"})
    assert refused.status_code == 401
    assert f"/sign-in?next={path}" in html.unescape(refused.text)
    for words in ("项目名称", "示例滨江公园（示例）", "资金来源", "社会资金", "贵港市 港北区"):
        assert words in refused.text
    assert "contribution" not in refused.text and "<dt>project_name" not in refused.text
    again = client.post(f"/sign-in?next={path}", data={"held": held_in(refused)})
    assert (again.status_code, "示例滨江公园" not in again.text) == (200, True), (
        "a page to sign in on, nothing wrong yet"
    )
    user = make.user_of(job.owner)
    wrong = client.post(f"/sign-in?next={path}", data={"held": held_in(again), "typed": user.username, "password": "x"})
    assert wrong.status_code == 422
    right = {"held": held_in(wrong), "typed": user.username, "password": make.PASSWORD}
    ready = client.post(f"/sign-in?next={path}", data=right)
    assert ready.status_code == 200 and f'action="{path}"' in ready.text and "贵港市 港北区</dd>" in ready.text
    assert make.again(job).project_name != typed["project_name"], "nothing is sent before it is pressed"
    sent = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', ready.text)
    assert client.post(path, data={name: html.unescape(value) for name, value in sent}).status_code == 303
    assert make.again(job).project_name == typed["project_name"]


def test_a_form_held_by_somebody_else_is_none(as_user):
    job, client, path, _ = overtaken_by_sign_out(as_user)
    user = make.user_of(job.owner)
    known = {"typed": user.username, "password": make.PASSWORD}
    answer = client.post(f"/sign-in?next={path}", data=known | {"held": "eyJwYXRoIjoiLyJ9.x.y"})
    assert (answer.status_code, answer.location) == (303, path)


def test_a_button_pressed_after_the_sign_in_ended_leads_to_signing_in(as_user):
    job, client, _, _ = overtaken_by_sign_out(as_user)
    answer = client.post(f"/jobs/{job.id}/submit")
    assert (answer.status_code, 'href="/sign-in?next=' in answer.text, 'name="held"' in answer.text) == (
        401,
        True,
        False,
    )


@pytest.mark.parametrize("path, status", [("/no-such-page", 404), ("/jobs/1", 405)])
def test_only_what_a_sign_in_mends_leads_to_one(path, status, client):
    answer = client.post(path)
    assert (answer.status_code, 'class="btn btn-go" href="/sign-in' in answer.text) == (status, False)
