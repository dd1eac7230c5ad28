"""The words of a text: what is written differently folds to one form, and a phrase stands where its characters do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analyzer import code_tokens, fold, phrase, tokens, units


@pytest.mark.parametrize(
    "written, folded",
    [
        ("環境影響評價", "环境影响评价"),
        ("水土保持方案", "水土保持方案"),
        ("圖審", "图审"),
        ("ＧＩＳ測繪", "gis测绘"),
        ("２０２６年", "2026年"),
        ("BIM", "bim"),
        ("（示例）", "(示例)"),
        ("㎡", "m2"),
        ("ﬁre", "fire"),
        ("乾隆", "干隆"),
        ("\ud800环评\udfff", "环评"),
        ("Ω", "ω"),
        ("", ""),
    ],
)
def test_one_form_of_what_is_written_differently(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    "text, row",
    [
        ("环评", ["环", "评"]),
        ("gis测绘", ["gis", "测", "绘"]),
        ("第3号", ["第", "3", "号"]),
        ("110kv线路", ["110kv", "线", "路"]),
        ("zj-007", ["zj", "_", "007"]),
        ("一：规划", ["一", "_", "规", "划"]),
        ("a  ——  b", ["a", "_", "b"]),
        ("a_b", ["a", "_", "b"]),
        ("〇々ー", ["〇", "々", "ー"]),
        ("𠮷田", ["𠮷", "田"]),
        ("x" * 50, ["x" * 40]),
        ("🙂", ["_"]),
        ("\0", ["_"]),
        ("", []),
    ],
)
def test_units(text: str, row: list[str]) -> None:
    assert units(text) == row


@pytest.mark.parametrize(
    "text, row",
    [
        ("环评", ("环评", "评_")),
        ("环评。", ("环评", "评_")),
        (" 环评 ", ("环评", "评_")),
        ("GIS测绘", ("gis|测", "测绘", "绘_")),
        ("第3号", ("第3", "3|号", "号_")),
        ("环", ("环_",)),
        ("gis", ("gis|_",)),
        ("", ()),
        ("——", ()),
    ],
)
def test_tokens_of_a_text(text: str, row: tuple[str, ...]) -> None:
    assert tokens(text) == row


@pytest.mark.parametrize(
    "row, asked",
    [
        (["环"], (("环",), True)),
        (["环", "评"], (("环评",), False)),
        (["gis"], (("gis|",), True)),
        (["20"], (("20",), True)),
        (["第", "3"], (("第3",), True)),
        (["a", "b"], (("a|b",), False)),
    ],
)
def test_how_a_phrase_is_looked_for(row: list[str], asked: tuple[tuple[str, ...], bool]) -> None:
    assert phrase(row) == asked


@pytest.mark.parametrize(
    "code, row",
    [
        ("ZJ-007", ("zj007", "007")),
        ("GG-2026-000123", ("gg2026000123", "2026000123", "000123")),
        ("ＺＪ—００７", ("zj007", "007")),
        ("91450800MA00000001", ("91450800ma00000001",)),
        ("", ()),
        ("—", ()),
    ],
)
def test_a_code_is_found_from_each_of_its_parts_on(code: str, row: tuple[str, ...]) -> None:
    assert code_tokens(code) == row


@given(st.text(max_size=60))
def test_tokens_say_only_what_an_engine_keeps_whole(text: str) -> None:
    assert all(token and not token.isspace() and " " not in token and '"' not in token for token in tokens(text))
    assert len(tokens(text)) <= 18 * max(len(text), 1)


@given(st.text("环境影响评价报告书水土保持方案的了", min_size=1, max_size=20), st.data())
def test_a_part_of_a_text_is_a_row_of_its_tokens(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    asked, begun = phrase(units(text[start:end]))
    there = tokens(text)
    rows = [there[at : at + len(asked)] for at in range(len(there) - len(asked) + 1)]
    assert any(row[:-1] == asked[:-1] and (row[-1].startswith(asked[-1]) if begun else row == asked) for row in rows)
