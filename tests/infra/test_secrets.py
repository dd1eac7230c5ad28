"""Passwords: what is easy to guess, and that only the right one fits."""

import pytest

from app.infra.secrets import fits, hash_password, is_easy


@pytest.mark.parametrize(
    "password",
    [
        "Password123!", "P@ssw0rd123", "1234567890", "12345678910", "13800000000", "20260928123", "qwertyuiop[]",
        "1qaz2wsx3edc", "woaini1314520", "Guigang2026!", "admin123456", "aaaaabbbbb", "abcabcabcabc",
        "公安公安公安公安", "１２３４５６７８９０１",
    ],
)  # fmt: skip
def test_a_common_password_is_easy_also_with_figures_around_it(password):
    assert is_easy(password)


@pytest.mark.parametrize(
    "password", ["green hills beyond the river", "青山绿水绕贵城不等闲", "tr0ub4dor&3x", "wo-zai-xijiang-bian"]
)
def test_a_sentence_is_not_easy(password):
    assert not is_easy(password)


def test_only_the_right_password_fits():
    kept = hash_password("green hills beyond the river")
    assert kept.startswith("$argon2id$")
    assert fits(kept, "green hills beyond the river")
    for wrong in ("green hills beyond the rive", "Green hills beyond the river", "", kept):
        assert not fits(kept, wrong)


@pytest.mark.parametrize("kept", [None, "", "plain text", "$argon2id$broken"])
def test_nothing_fits_where_there_is_no_hash(kept):
    assert not fits(kept, "nobody has this password")
