"""The stories of people who come in: an agency admitted at the second try, an owner, a person and their account."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.accounts.models import Membership
from app.infra.db import session
from app.kernel.act import Kind, Role
from app.kernel.credit_code import make_code
from tests import make
from tests.browser.market import Market, Person
from tests.staging import NOW

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

AGENCY, OWNER = "示例青山生态咨询公司（示例）", "示例港口物流集团（示例）"
WORDS = "a quiet river at dawn"


def test_an_agency_is_returned_mends_and_is_admitted(market: Market, album: Callable[[str], Path]):
    pictures = album("journeys/an-agency-gets-in")
    operator = market.person(make.user_of(make.operator()), album=pictures)
    make.keep()
    agency, visitor = market.person(album=pictures), market.person(album=pictures)

    registers(agency, "An intermediary agency", AGENCY, "qingshan")
    describes_itself(agency)
    agency.follows_beside("Qualifications")
    agency.fills("Kind", "水土保持方案编制单位水平评价")
    agency.fills("Grade", "三星")
    agency.fills("Number", "桂水保 2026-018")
    agency.fills("Valid until", "2029-06-30")
    agency.hands_in("水平评价证书.pdf", "Copy")
    agency.sees("qualifications-filled-in")
    agency.presses("Save")
    names_professionals(agency)
    submits_application(agency)

    operator.takes_up("Check the application")
    operator.sees("application-to-check")
    operator.follows("Return with reasons")
    operator.fills("Reasons", "营业执照第二页模糊，请重新上传；法定代表人姓名请与执照一致。")
    operator.sees("return-the-application")
    operator.presses("Return")
    operator.sees("application-returned", "The application is returned with your reasons.")

    market.works()
    agency.takes_up("Mend the application and submit it again")
    agency.sees("returned-to-the-agency", "Returned because")
    agency.follows_beside("Who you are")
    agency.fills("Legal representative", "示例韦青山")
    agency.hands_in("营业执照.pdf", "Business licence")
    agency.presses("Save")
    submits_application(agency)
    operator.takes_up("Check the application")
    operator.presses("Admit")
    operator.sees("agency-admitted", "The agency is admitted.")

    lists_an_item(agency)
    visitor.opens("/agencies")
    visitor.follows(AGENCY)
    visitor.sees("agency-in-public", "admitted")
    assert make.item().name in visitor.page.locator("main").inner_text()


def test_an_owner_registers_and_stands_before_an_empty_desk(market: Market, album: Callable[[str], Path]):
    owner = market.person(album=album("journeys/an-owner-gets-in"), width=390)
    owner.opens("/register")
    owner.follows_beside("A project owner")
    owner.fills("Unified social credit code", "91450802MA5K0000X0")
    owner.presses("Register")
    owner.sees("registration-refused", "Please look at this again")
    registers(owner, "A project owner", OWNER, "gangkou")
    owner.sees("first-desk", "Nothing waits for you")
    owner.follows("Post a job")
    owner.sees("which-service")


def test_a_person_is_locked_out_comes_back_switches_and_signs_out_everywhere(
    market: Market, album: Callable[[str], Path]
):
    pictures = album("journeys/an-account")
    first, second = make.unit(name=OWNER), make.unit(Kind.AGENCY, AGENCY)
    user = make.user_of(first)
    session.add(Membership(user=user, unit=second, role=Role.AUTHORISED, since=NOW))
    make.keep()
    person, elsewhere = market.person(album=pictures), market.person(user, album=pictures)
    elsewhere.opens("/desk")

    person.opens("/sign-in")
    for _ in range(5):
        person.fills("User name or mobile number", user.username)
        person.fills("Password", "not the password")
        person.presses("Sign in")
    person.sees("locked-out")
    text = market.words("Too many wrong passwords. Sign-in is locked until %(time)s.", time="09:45")
    assert text in person.page.locator("main").inner_text()

    market.clock.passes(minutes=16)
    person.username, person.password = user.username, make.PASSWORD
    person.opens("/me")
    person.sees("account", "Sign-in record", "wrong password")
    person.presses("Act for this unit")
    person.sees("desk-of-the-other-unit")
    assert AGENCY in person.page.locator("header").inner_text()

    person.opens("/me")
    person.follows("Change the password")
    person.fills("Present password", make.PASSWORD)
    person.fills("New password", WORDS)
    person.sees("change-the-password")
    person.presses("Change")
    person.sees("password-changed", "The password is changed. Other sessions are ended.")
    elsewhere.password = WORDS
    elsewhere.opens("/desk")
    assert elsewhere.page.url.endswith("/desk")

    person.presses("Sign out everywhere")
    person.sees("signed-out-everywhere", "You are signed out everywhere.")
    elsewhere.password = ""
    elsewhere.username = ""
    elsewhere.opens("/desk")
    elsewhere.sees("signed-out-elsewhere-too", "Sign in")


def registers(person: Person, kind: str, name: str, username: str) -> None:
    """The form of a unit with its first administrator, then the first sign-in."""
    person.opens("/register")
    person.sees("who-do-you-register-for")
    person.follows_beside(kind)
    person.fills("Legal name", name)
    person.fills("Unified social credit code", make_code("91450802", "MA5K0018"))
    person.selects("District", "港北区")
    person.fills("Address", "示例路 18 号")
    person.fills("Contact person", "示例韦联系")
    person.fills("Contact telephone", "0775-4500018")
    person.fills("Your name", "示例韦管理")
    person.fills("User name", username)
    person.fills("Password", WORDS)
    person.sees("registration")
    person.presses("Register")
    person.sees("registered")
    person.fills("User name or mobile number", username)
    person.fills("Password", WORDS)
    person.presses("Sign in")


def describes_itself(agency: Person) -> None:
    agency.sees("application-begun", "application being filled in")
    agency.follows_beside("Who you are")
    agency.fills("Legal representative", "示例韦青")
    agency.fills("Introduction", "从事水土保持方案编制和监测，服务桂东南各县区。")
    agency.hands_in("营业执照.pdf", "Business licence")
    agency.sees("who-you-are")
    agency.presses("Save")


def names_professionals(agency: Person) -> None:
    agency.follows_beside("Professionals")
    rows = agency.page.locator(".row-of-fields")
    for row, name, number in ((0, "示例陆工", "P45-0001"), (1, "示例黄工", "P45-0002")):
        inputs = rows.nth(row).locator("input[type=text]")
        for place, text in enumerate((name, "注册土木工程师（水利水电）", number)):
            inputs.nth(place).fill(text)
    agency.sees("professionals")
    agency.presses("Save")


def submits_application(agency: Person) -> None:
    agency.follows("Submit the application")
    agency.page.get_by_label(agency.market.words("We make all these commitments")).check()
    agency.fills("Signed by", "示例韦青山")
    agency.sees("sign-and-submit")
    agency.presses("Sign and submit")
    agency.sees("submitted", "The application is submitted. The operator checks it by the day on this page.")


def lists_an_item(agency: Person) -> None:
    agency.opens("/items")
    agency.follows(make.item().name, exact=False)
    agency.sees("item")
    agency.follows("List this item")
    agency.fills("We deliver within", "4")
    agency.fills("We charge at most", "18,000")
    agency.fills("Our promise of quality", "逐项对照质量清单自查，免费修改到通过。")
    agency.page.get_by_label(agency.market.words("We accept the unified evaluation standard")).check()
    agency.sees("promise")
    agency.presses("List")
    agency.sees("item-listed", "Your promise is listed.")


def test_typed_words_are_not_left_without_a_question(market: Market):
    page, asked = market.browser.new_page(locale="zh-CN"), list[str]()
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(f"{market.address}/register/owner")
    page.locator("header button[value=zh_Hant]").click()
    page.locator("html[lang=zh-Hant]").wait_for()
    assert asked == [], "nothing is typed yet"
    name = page.locator("main input[name=name]")
    name.click()
    name.press_sequentially("示例水电站（示例）")
    page.locator("header button[value=en]").click()
    page.wait_for_timeout(300)
    assert (asked, name.input_value()) == (["beforeunload"], "示例水电站（示例）")
    page.locator("main form .btn-go").click()
    page.locator("main .summary").wait_for()
    assert asked == ["beforeunload"], "what is sent is not left"
    page.close()
