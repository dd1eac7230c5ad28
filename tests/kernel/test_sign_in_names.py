"""The names one signs in by: kept in one form, and found however they are typed."""

import pytest

from app.kernel.sign_in_names import WRONG_MOBILE, WRONG_USERNAME, check_mobile, check_username, read_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("wei", "wei"),
        ("  Wei.Xiao-Ming_2 ", "wei.xiao-ming_2"),
        ("ＷＥＩ１", "wei1"),
        ("韦小明", "韦小明"),
        ("a" * 40, "a" * 40),
        ("2wei", "2wei"),
    ],
)
def test_a_user_name_is_kept_in_one_form(typed, kept):
    assert check_username(typed) == kept
    assert read_name(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "ab", "a" * 41, "-wei", ".wei", "_wei", "wei wei", "wei@home", "12345", "１２３", "w\0ei"]
)
def test_what_is_no_user_name_is_refused(typed):
    with pytest.raises(ValueError, match=r"3 to 40 letters") as refusal:
        check_username(typed)
    assert str(refusal.value) == WRONG_USERNAME


@pytest.mark.parametrize(
    "typed",
    ["13800000000", "138 0000 0000", "138-0000-0000", "+86 138 0000 0000", "008613800000000", "１３８００００００００"],
)
def test_a_mobile_number_is_kept_as_its_eleven_digits(typed):
    assert check_mobile(typed) == "13800000000"
    assert read_name(typed) == "13800000000"


def test_no_mobile_number_is_none():
    assert check_mobile("  ") == ""


@pytest.mark.parametrize("typed", ["1380000000", "138000000000", "12800000000", "0775-4200000", "mobile", "1" * 5000])
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(ValueError, match="11 digits") as refusal:
        check_mobile(typed)
    assert str(refusal.value) == WRONG_MOBILE


def test_whatever_is_typed_can_be_looked_up():
    assert read_name(" Nobody@Home ") == "nobody@home"
    assert len(read_name("ﷺ" * 500)) <= 100


def test_what_is_neither_a_number_nor_a_name_is_looked_for_as_it_was_typed():
    assert read_name(" -- ") == "--"
