"""The words of a query are marked in the text as it is written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analyzer import fold, units
from search.highlight import highlight
from search.query import parse
from tests.search.test_lexicon import FIELD


@pytest.mark.parametrize(
    "text, typed, shown",
    [
        ("环境影响报告书编制", "环评", "[环境影响报告]书编制"),
        ("環境影響評價文件", "环评", "[環境影響評價]文件"),
        ("水土保持方案报告书", "水保 方案", "[水土保持方案]报告书"),
        ("ＧＩＳ測繪", "gis", "[ＧＩＳ]測繪"),
        ("GIST与GIS", "gis", "GIST与[GIS]"),
        ("2026年第12号", "20 12", "[20]26年第[12]号"),
        ("多测合一：规划放线", "合一 规划", "多测[合一]：[规划]放线"),
        ("多测合一：规划放线", '"合一-规划"', "多测[合一：规划]放线"),
        ("㎡测绘㍿", "m2 株式", "[㎡]测绘[㍿]"),
        ("㍿测绘", "株式会社", "[㍿]测绘"),
        ("cafe\u0301测绘", "café", "[cafe\u0301]测绘"),
        ("环评", "-环评", "环评"),
        ("环评", "", "环评"),
        ("", "环评", ""),
        ("评评评", "评评", "[评评评]"),
        ("环评", "huanping", "[环评]"),
        ("环评与环屏、GIS换瓶", "huanping", "[环评]与[环屏]、GIS[换瓶]"),
        ("水土保持方案", "fangan", "水土保持[方案]"),
        ("水土保持方案", "shuitub", "[水土保]持方案"),
        ("水保方案", "shuibaofangan", "[水保方案]"),
        ("環境影響評價", "hjyx", "[環境影響]評價"),
        ("绿化、河堤", "hd", "绿化、[河堤]"),
        ("测绘环评", "h", "测绘环评"),
        ("水保fangan与方案", "水保fangan", "[水保fangan]与[方案]"),
        ("环屏", '"huanping"', "环屏"),
        ("环屏", "测绘 -huanping", "环屏"),
        ("\ud800环评\udfff", "环评", "\ud800[环评]\udfff"),
    ],
)
def test_marks(text: str, typed: str, shown: str) -> None:
    assert "".join(f"[{part}]" if marked else part for part, marked in highlight(text, parse(typed, FIELD))) == shown


@given(st.text(max_size=40), st.text(max_size=10))
def test_the_parts_are_the_text_and_marks_never_touch(text: str, typed: str) -> None:
    parts = highlight(text, parse(typed))
    assert "".join(part for part, _ in parts) == text
    assert all(part for part, _ in parts)
    assert all(one[1] != other[1] for one, other in pairwise(parts))


@given(st.text("环評價A1ａ㎡é\u0301 ：", max_size=20), st.text("环评价", min_size=1, max_size=3))
def test_a_word_is_marked_wherever_it_stands(text: str, word: str) -> None:
    marked = [fold(part) for part, marked in highlight(text, parse(word)) if marked]
    assert bool(marked) == (word in "".join(units(fold(text))))
    assert all(word in part for part in marked)
