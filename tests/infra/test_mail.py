"""Outgoing mail: one file per message, whole, and never twice."""

import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from app.infra import mail


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = dict(mail._place)
    mail.keep_in(tmp_path / "mail")
    yield tmp_path / "mail"
    mail._place.update(before)


def sent(folder: Path) -> list[EmailMessage]:
    return [email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.iterdir())]


def test_a_message_is_a_file_that_any_relay_reads(folder: Path):
    mail.send("notice-1", to="zhangsan@market.invalid", subject="请核对发布", text="第一行\n第二行\n")
    (message,) = sent(folder)
    assert [path.name for path in folder.iterdir()] == ["notice-1.eml"]
    assert (message["To"], message["Subject"]) == ("zhangsan@market.invalid", "请核对发布")
    assert message["Message-ID"] == "<notice-1@market.invalid>"
    assert message.get_content() == "第一行\n第二行\n"


def test_a_message_is_written_once_however_often_it_is_sent(folder: Path):
    for subject in ("first", "second"):
        mail.send("notice-1", to="a@market.invalid", subject=subject, text="words")
    assert [message["Subject"] for message in sent(folder)] == ["first"]


def test_what_was_left_half_written_is_no_message_and_does_not_stop_the_next_try(folder: Path):
    (folder / "notice-1.123.part").write_bytes(b"To: a@mark")
    mail.send("notice-1", to="a@market.invalid", subject="whole", text="words")
    assert [path.name for path in folder.glob("*.eml")] == ["notice-1.eml"]


def test_a_long_subject_in_several_lines_is_one_line(folder: Path):
    mail.send("notice-1", to="a@market.invalid", subject="产业园\n三期\r\nBcc: x@y", text="words")
    (message,) = sent(folder)
    assert message["Subject"] == "产业园 三期 Bcc: x@y" and message["Bcc"] is None
