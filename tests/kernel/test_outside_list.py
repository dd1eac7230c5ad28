"""Another authority's blacklist is read whole or refused with the line that is wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import outside_list
from app.kernel.credit_code import make_code
from app.kernel.outside_list import Line, read

CODE, OTHER = make_code("91450800", "MA000001"), make_code("91450800", "MA000002")
HEAD = "code,name,reason,from,until,source"
GOOD = f"{CODE},示例公司（示例）,拖欠工资,2026-01-01,2028-12-31,示例部门"


def test_a_list_is_read_in_english_and_in_chinese_in_any_order_of_its_columns() -> None:
    wanted = [Line(CODE, "示例公司（示例）", "拖欠工资", date(2026, 1, 1), date(2028, 12, 31), "示例部门")]
    assert read(f"{HEAD}\n{GOOD}\n") == (wanted, [])
    spreadsheet = GOOD.replace("2026-01-01", "2026/1/1").replace("2028-12-31", "2028.12.31")
    assert read(f"{HEAD}\n{spreadsheet}\n") == (wanted, [])
    chinese = "来源,截止日期,起始日期,事由,名称,统一社会信用代码"
    assert read(f"\ufeff{chinese}\r\n" + ",".join(reversed(GOOD.split(","))) + "\r\n\r\n") == (wanted, [])


def test_a_quoted_cell_may_hold_commas_and_lines() -> None:
    line = GOOD.replace("拖欠工资", '"拖欠工资,\n逾期未改正"').replace(CODE, f" {CODE.lower()} ")
    assert [(one.code, one.reason) for one in read(f"{HEAD}\n{line}")[0]] == [(CODE, "拖欠工资,\n逾期未改正")]


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("", outside_list.NO_COLUMNS, None),
        (GOOD, outside_list.NO_COLUMNS, None),
        (HEAD.replace("source", "code"), outside_list.NO_COLUMNS, None),
        (HEAD, outside_list.NO_LINES, None),
        (f'{HEAD}\n"{"x" * 200_000}', outside_list.UNREADABLE, None),
        (f"{HEAD}\n{GOOD},more", outside_list.WRONG_WIDTH, 2),
        (f"{HEAD}\n{GOOD}\n{GOOD.replace('示例部门', ' ')}", outside_list.EMPTY, 3),
        (f"{HEAD}\n{GOOD.replace(CODE, CODE[:-1] + ('0' if CODE[-1] != '0' else '1'))}", outside_list.WRONG_CODE, 2),
        (f"{HEAD}\n{GOOD.replace('2026-01-01', '2026-02-30')}", outside_list.WRONG_DAY, 2),
        (f"{HEAD}\n{GOOD.replace('2028-12-31', '2025-12-31')}", outside_list.WRONG_DAY, 2),
        (f"{HEAD}\n{GOOD.replace('拖欠工资', '长' * 1001)}", outside_list.TOO_LONG, 2),
        (f"{HEAD}\n{GOOD}\n{GOOD.replace('拖欠工资', '其他')}", outside_list.TWICE, 3),
        (HEAD + f"\n{GOOD}" * 2001, outside_list.TOO_MANY, None),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, says: str, line: int | None) -> None:
    (wrong,) = read(text)[1]
    assert wrong.says == says
    assert wrong.places.get("line") == line
    assert wrong.says % wrong.places


def test_every_wrong_line_is_told_at_once_and_the_right_ones_are_kept() -> None:
    lines, wrong = read(f"{HEAD}\n{GOOD},more\n{GOOD}\n{GOOD.replace('2026-01-01', '2026/13/1')}\n{GOOD}")
    assert (len(lines), [one.places["line"] for one in wrong]) == (1, [2, 4, 5])


def test_the_same_firm_may_stand_on_two_lists() -> None:
    assert len(read(f"{HEAD}\n{GOOD}\n{GOOD.replace('示例部门', '另一示例部门')}\n{GOOD.replace(CODE, OTHER)}")[0]) == 3


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    lines, wrong = read(f"{HEAD}\n{text}")
    assert lines or wrong
    assert all(one.says % one.places for one in wrong)
