"""What was typed, understood: any characters at all give a query, and never much work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.lexicon import Lexicon
from search.query import LONGEST, TERMS, AllOf, AnyOf, Phrase, corrected, nearest, otherwise, parse, phrases
from tests.search.test_lexicon import FIELD

NASTY = [
    "",
    " ",
    '"',
    '""',
    '"环评',
    "“环评”",
    "-",
    "--",
    '-"环评"',
    "-－环评",
    "🙂🙂",
    "\ud800",
    "环\udfff评",
    "\0",
    "环\0评",
    "' OR 1=1 --",
    '"; DROP TABLE doc; --',
    "text : 环评*",
    'NEAR("环" "评", 3)',
    "^环评 AND NOT 水保 OR (",
    "{text code} : x",
    "title:(环评~2 OR *)",
    "/.*/ [a TO z] {1 TO *} \\",
    "a^10 && b || !c +d",
    "%" * 200,
    "_" * 200,
    "\\" * 200,
    "﷽" * 200,
    "a\u0301\u0323" * 60,
    "xian" * 50,
    "水保图审环评" * 33,
    "环 " * 100,
    "水保xian" * 33,
    "环评 " * 60,
    '"a" ' * 50,
    "a-b_c.d/e" * 20,
    "9" * 200,
    "İIıß" * 50,
    "́" * 200,
    "".join(map(chr, range(200))),
]


@pytest.mark.parametrize(
    "typed, understood, literal",
    [
        ("环评", "环境影响评价", '"环评"'),
        ("水保方案 贵港", "水土保持方案 贵港", '"水保方案" "贵港"'),
        ('"环评"', '"环评"', ""),
        ("測繪", "测绘", ""),
        ("环评 -水保", "环境影响评价 -水保", '"环评" -"水保"'),
        ("huanping", "环境影响评价", '"huanping"'),
        ("“水保 方案”", '"水保 方案"', ""),
        ("。！", "", ""),
        ("ZJ-007", "zj-007", ""),
    ],
)
def test_what_was_understood_is_said_and_can_be_undone(typed: str, understood: str, literal: str) -> None:
    found = parse(typed, FIELD)
    assert (found.understood, found.literal) == (understood, literal)


@pytest.mark.parametrize(
    "typed, terms, without",
    [
        ("", 0, 0),
        ("环评 贵港", 2, 0),
        ("环评　贵港", 2, 0),
        ("-环评", 0, 1),
        ("贵港-环评", 1, 0),
        ("贵港 －环评", 1, 1),
        ('贵港 -"环评 报告"', 1, 1),
        ('"环评 报告"', 1, 0),
        ("a、b，c", 1, 0),
        (" ".join("abcdefghijklmnop"), TERMS, 0),
    ],
)
def test_terms(typed: str, terms: int, without: int) -> None:
    found = parse(typed)
    assert (len(found.terms), len(found.without)) == (terms, without)


def test_a_code_is_looked_for_with_and_without_its_dashes() -> None:
    for typed in ("ZJ-007", "zj007", "ＺＪ－００７"):
        assert Phrase("code", ("zj007",), True) in phrases(parse(typed).terms[0])


def test_letters_are_looked_for_as_a_word_by_sound_and_by_initials() -> None:
    asked = phrases(parse("xian").terms[0])
    for one in (
        Phrase("text", ("xian|",), True),
        Phrase("sound", ("xian.",), True),
        Phrase("sound", ("xi.an",)),
    ):
        assert one in asked
    assert Phrase("initials", ("hjy", "jyx")) in phrases(parse("hjyx").terms[0])
    assert [one.of for one in phrases(parse('"huanping"').terms[0])] == ["text", "code"]


def test_the_initials_of_a_short_word_ask_for_all_that_means_the_same() -> None:
    asked = parse("hp", FIELD)
    assert parse("环境影响评价").terms[0] in phrases(asked.terms[0])
    assert "环境影响评价" in asked.marked
    assert asked.understood == "hp"  # other words may have them
    assert parse('"hp"', FIELD).marked == ("hp",)


def test_letters_beside_characters_are_looked_for_part_by_part() -> None:
    clause = parse("水保fangan").terms[0]
    assert isinstance(clause, AnyOf) and any(isinstance(each, AllOf) for each in clause.of)


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("huangping", "环境影响评价"),
        ("ｈｕａｎｇｐｉｎｇ 贵港", "环境影响评价 贵港"),
        ("Huangping -shuibao", "环境影响评价 -shuibao"),
        ("abcdefgh", None),
        ("环评", None),
    ],
)
def test_letters_that_nothing_sounds_like_are_corrected(typed: str, meant: str | None) -> None:
    found = corrected(parse(typed, FIELD), FIELD)
    assert (found and found.understood) == meant


@pytest.mark.parametrize(
    "typed, understood, literal",
    [
        ("图审环评", "施工图审查 环境影响评价", '"图审环评"'),
        ("贵港环评 -水保方案", "贵港 环境影响评价 -水保方案", '"贵港环评" -"水保方案"'),
        ("环评的编制", "环境影响评价 编制", '"环评的编制"'),
        ("论证GIS平台", "论证 地理信息系统 平台", '"论证gis平台"'),
        ("水资源论证", None, None),
        ('"图审环评" gist', None, None),
        ("guigang", None, None),
    ],
)
def test_what_is_written_together_may_be_several_words(typed: str, understood: str, literal: str) -> None:
    meant = [(other.understood, other.literal) for other in otherwise(parse(typed, FIELD), FIELD)]
    assert meant == ([(understood, literal)] if understood else [])


@pytest.mark.parametrize(
    "typed, some",
    [
        ("水保方案 贵港", ["贵港", "水保方案", "水土"]),
        ("水保某某图审", ["水保 图审", "水保 某某", "图审", "审查"]),
        ("环", []),
        ("", []),
        ('"环评 报告"', ["环评"]),
    ],
)
def test_nearest_queries_ask_for_less(typed: str, some: list[str]) -> None:
    asked = nearest(parse(typed, FIELD), FIELD)
    assert set(some) <= set(asked) and len(asked) == len(set(asked)) and typed not in asked


def test_a_query_has_a_length() -> None:
    parse("环" * LONGEST)
    with pytest.raises(ValueError, match="at most"):
        parse("环" * (LONGEST + 1))


@pytest.mark.parametrize("typed", NASTY)
def test_nothing_typed_is_too_much(typed: str) -> None:
    understood(typed[:LONGEST])


@given(
    st.one_of(
        st.text(max_size=LONGEST), st.text('环评水保图审"“” -－huanpig09*:^(){}[]\\/\0\ud800🙂', max_size=LONGEST)
    )
)
def test_anything_typed_is_understood_within_bounds(typed: str) -> None:
    understood(typed)


def understood(typed: str) -> None:
    """Parse it, correct it, ask for less; the work is bounded and the tokens are such as an engine keeps."""
    for lexicon in (Lexicon(), FIELD):
        query = parse(typed, lexicon)
        asked = [one for clause in (*query.terms, *query.without) for one in phrases(clause)]
        assert len(query.terms) + len(query.without) <= TERMS and len(asked) <= 70 * TERMS
        assert all(
            token and '"' not in token and not any(map(str.isspace, token)) for one in asked for token in one.tokens
        )
        assert all(len(other.terms) + len(other.without) <= TERMS for other in otherwise(query, lexicon))
        assert len(nearest(query, lexicon)) < 4_000
        query.understood.encode()
        query.literal.encode()
