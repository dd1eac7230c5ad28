"""Chinese by its sound: polyphones by their phrase, and letters cut into the syllables they may stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analyzer import fold, units
from search.sounds import (
    WAYS,
    all_syllables,
    cut,
    initial_phrase,
    initial_tokens,
    sound_phrase,
    sound_tokens,
    syllables,
)


@pytest.mark.parametrize(
    "text, row",
    [
        ("环评", "huan ping _"),
        ("重庆", "chong qing _"),
        ("重要矿产", "zhong yao kuang chan _"),
        ("银行", "yin hang _"),
        ("可行性", "ke xing xing _"),
        ("勘测定界", "kan ce ding jie _"),
        ("長期", "chang qi _"),
        ("绿化", "lv hua _"),
        ("GIS测绘", "_ ce hui _"),
        ("多测合一：规划", "duo ce he yi _ gui hua _"),
        ("", "_"),
    ],
)
def test_syllables_of_a_text(text: str, row: str) -> None:
    assert syllables(text) == tuple(row.split())


@pytest.mark.parametrize(
    "text, sounds, initials",
    [
        ("环评", ("huan.ping", "ping._"), ("hp_", "p__")),
        ("水保方案", ("shui.bao", "bao.fang", "fang.an", "an._"), ("sbf", "bfa", "fa_", "a__")),
        ("a水", ("shui._",), ("s__",)),
        ("gis", (), ()),
    ],
)
def test_tokens_of_sounds(text: str, sounds: tuple[str, ...], initials: tuple[str, ...]) -> None:
    assert (sound_tokens(text), initial_tokens(text)) == (sounds, initials)


@pytest.mark.parametrize(
    "letters, ways",
    [
        ("huanping", ["huan ping", "hu an ping"]),
        ("xian", ["xian", "xi an"]),
        ("fangan", ["fan gan", "fang an"]),
        ("huanp", ["huan p", "hu an p"]),
        ("shuib", ["shui b"]),
        ("lvhua", ["lv hua"]),
        ("lühua", ["lv hua"]),
        ("hp", []),
        ("a" * 61, []),
    ],
)
def test_the_ways_to_cut_letters(letters: str, ways: list[str]) -> None:
    assert [" ".join(way) for way, _ in cut(letters)][: len(ways) or None] == ways


def test_a_way_that_ends_with_a_whole_syllable_is_not_begun() -> None:
    assert not any(begun for _, begun in cut("huanping"))
    assert all(begun for _, begun in cut("huanpi" + "n")) is False
    assert all(begun for _, begun in cut("shuib"))


@pytest.mark.parametrize(
    "way, begun, asked",
    [
        (("huan", "ping"), False, (("huan.ping",), False)),
        (("huan", "p"), True, (("huan.p",), True)),
        (("huan",), False, (("huan.",), True)),
        (("hu",), True, (("hu",), True)),
    ],
)
def test_how_syllables_are_looked_for(way: tuple[str, ...], begun: bool, asked: object) -> None:
    assert sound_phrase(way, begun) == asked


@pytest.mark.parametrize(
    "letters, asked",
    [("hp", (("hp",), True)), ("hjy", (("hjy",), False)), ("hjyx", (("hjy", "jyx"), False))],
)
def test_how_initials_are_looked_for(letters: str, asked: object) -> None:
    assert initial_phrase(letters) == asked


@given(st.text("环评GIS3 ：环々〇㍿한の𠮷\ud800", max_size=12) | st.text(max_size=20))
def test_every_unit_has_one_syllable(text: str) -> None:
    assert len(syllables(text)) == len(units(fold(text))) + 1


@given(st.lists(st.sampled_from(sorted(all_syllables())), min_size=1, max_size=8))
def test_every_row_of_syllables_can_be_cut_again(row: list[str]) -> None:
    ways = cut("".join(row))
    assert 1 <= len(ways) <= WAYS
    assert all("".join(way) == "".join(row) and not begun for way, begun in ways)


@pytest.mark.parametrize("letters", ["xian" * 15, "a" * 60, "ang" * 20, "g" * 60, "xianxianxianx"])
def test_letters_that_can_be_cut_in_very_many_ways_are_cut_in_a_few(letters: str) -> None:
    assert len(cut(letters)) <= WAYS
