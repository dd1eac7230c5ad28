"""One effect per form: a token can be taken once, by whoever is first."""

from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import func, select

from app.infra.db import session, transaction
from app.infra.once import Submission, claim, leads_to, led_to
from tests.staging import NOW


def test_the_first_takes_the_token_and_the_second_learns_where_it_led(app: Flask):
    assert claim("token", NOW)
    leads_to("token", "/jobs/7")
    assert not claim("token", NOW)
    assert led_to("token") == "/jobs/7"


def test_another_token_is_another_form(app: Flask):
    assert claim("one", NOW) and claim("two", NOW)


def test_what_was_done_before_the_second_claim_stands(app: Flask):
    """Finding the token taken undoes the claim, and nothing else of the transaction."""
    claim("token", NOW)
    session.add(Submission(token="other", at=NOW))
    assert not claim("token", NOW)
    assert session.scalar(select(func.count()).select_from(Submission)) == 2


def test_a_claim_that_is_rolled_back_can_be_made_again(app: Flask):
    assert claim("token", NOW)
    session.rollback()
    assert claim("token", NOW)


def test_nobody_knows_where_a_new_token_leads(app: Flask):
    assert led_to("unheard of") == ""


def test_of_two_at_once_the_second_waits_and_finds_it_taken(app: Flask):
    answers: list[str] = []
    meet = Barrier(2)

    def send(name: str) -> None:
        meet.wait(10)
        with transaction():
            if claim("token", NOW):
                leads_to("token", f"/{name}")
                answers.append("first")
            else:
                answers.append(led_to("token"))

    session.remove()
    threads = [Thread(target=send, args=(name,)) for name in ("a", "b")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(answers) in (["/a", "first"], ["/b", "first"])
