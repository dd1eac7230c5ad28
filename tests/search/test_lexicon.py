"""What is known of the field's words: those that mean the same, and the nearest one to letters that mean nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.lexicon import VARIANTS, Lexicon, difference

FIELD = Lexicon(
    [
        ("环境影响评价", "环评", "<环境影响报告"),
        ("环境影响报告书", "环评报告书"),
        ("水土保持", "水保"),
        ("施工图审查", "图审"),
        ("地理信息系统", "GIS"),
        ("", "水保"),
    ],
    ["贵港市", "桂平市", "水资源论证"],
)


@pytest.mark.parametrize(
    "term, words",
    [
        ("环评", ["环境影响评价", "环评", "环境影响报告"]),
        ("环境影响评价", ["环境影响评价", "环评", "环境影响报告"]),
        ("环境影响报告", ["环境影响报告"]),
        ("环评报告书", ["环境影响报告书", "环评报告书"]),
        ("水保方案", ["水土保持方案", "水保方案"]),
        ("gis", ["地理信息系统", "gis"]),
        ("gis平台", ["地理信息系统平台", "gis平台"]),
        ("gist", ["gist"]),
        ("测绘", ["测绘"]),
    ],
)
def test_the_words_that_a_term_stands_for(term: str, words: list[str]) -> None:
    assert FIELD.variants(term) == words


@pytest.mark.parametrize(
    "term, words",
    [
        ("图审环评", ["图审", "环评"]),
        ("贵港市水资源论证", ["贵港市", "水资源论证"]),
        ("水资源的环评报告", ["水资源", "环评", "报告"]),
        ("某某公司环评与图审", ["某某公司", "环评", "图审"]),
        ("gis平台环评", ["gis", "平台", "环评"]),
        ("gist环评", ["gist", "环评"]),
        ("施工图审查环评", ["施工图审查", "环评"]),
        ("公路图审", ["公路", "图审"]),
        ("图审查", ["图审查"]),
        ("的", []),
        ("测绘", ["测绘"]),
        ("多测合一：图审", ["多测合一：", "图审"]),
    ],
)
def test_what_is_written_together_is_cut_into_words(term: str, words: list[str]) -> None:
    assert FIELD.apart(term) == words


@given(st.text("环评水保图审资源论证的与x1：", max_size=40))
def test_a_cut_loses_particles_alone(term: str) -> None:
    assert re.sub("[的与]", "", "".join(FIELD.apart(term))) == re.sub("[的与]", "", term)


def test_two_characters_across_two_words_are_no_word() -> None:
    field = Lexicon([("节能报告", "能评"), ("施工图审查", "图审")], ["节能报告技术评审"])
    assert field.variants("节能评审") == ["节能评审"] and field.apart("节能评审") == ["节能", "评审"]
    assert field.variants("图审查") == ["图审查"] and field.variants("图审合格") == ["施工图审查合格", "图审合格"]
    assert field.variants("市能评") == ["市节能报告", "市能评"]


def test_several_known_words_in_one_term_are_bounded() -> None:
    made = FIELD.variants("水保图审" * 50)
    assert len(made) <= VARIANTS and made[0] == "水土保持施工图审查" * 50 and "水保图审" * 50 in made


@pytest.mark.parametrize(
    "letters, word",
    [
        ("huanping", "环评"),
        ("huangping", "环评"),
        ("huanpin", "环评"),
        ("haunping", "环评"),
        ("suibao", "水保"),
        ("shibao", "水保"),
        ("guigangsi", "贵港市"),
        ("guipinshi", "桂平市"),
        ("shuiziyuanlunzeng", "水资源论证"),
        ("shuitubaochi", "水土保持"),
        ("abcdefgh", None),
        ("hp", None),
    ],
)
def test_letters_are_read_as_the_nearest_word(letters: str, word: str | None) -> None:
    assert FIELD.corrected(letters) == word


@pytest.mark.parametrize(
    "way, other",
    [("shui bao fang an", "shui tu bao chi fang an"), ("huan ping", "huan jing ying xiang ping jia")],
)
def test_a_word_by_its_sound_stands_for_those_that_mean_the_same(way: str, other: str) -> None:
    assert tuple(other.split()) in FIELD.sound_variants(tuple(way.split()))


@pytest.mark.parametrize(
    "one, other, least",
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("abc", "abcd", 1), ("abc", "xyz", 3), ("", "ab", 2)],
)
def test_difference(one: str, other: str, least: int) -> None:
    assert difference(one, other, 2) == min(least, 3)


@given(st.text("ahinpug", max_size=8), st.text("ahinpug", max_size=8))
def test_difference_is_the_same_both_ways_and_stops_at_most(one: str, other: str) -> None:
    assert difference(one, other, 2) == difference(other, one, 2) == min(difference(one, other, 99), 3)


def test_an_empty_lexicon_knows_nothing() -> None:
    assert Lexicon().variants("环评") == ["环评"] and Lexicon().corrected("huanping") is None
