"""Another authority's blacklist as a table of text: one line for each firm, checked before anything is made of it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.kernel.credit_code import check_code
from app.kernel.typed_lines import Wrong, read_day
from app.kernel.words import N_

MOST_LINES = 2000
LONGEST = 1000
# The columns, by the names that a list may give them.
COLUMNS = {
    "code": "统一社会信用代码", "name": "名称", "reason": "事由", "from": "起始日期", "until": "截止日期",
    "source": "来源",
}  # fmt: skip

NO_COLUMNS = N_("The first line must name the columns: code,name,reason,from,until,source")
UNREADABLE = N_("The list cannot be read: look for a quotation mark that is not closed.")
NO_LINES = N_("There is no line below the names of the columns.")
TOO_MANY = N_("Import at most %(most)s lines at once: there are %(lines)s.")
WRONG_WIDTH = N_("Line %(line)s has not as many cells as there are columns.")
EMPTY = N_("Line %(line)s leaves the column %(column)s empty.")
TOO_LONG = N_("Line %(line)s is too long in the column %(column)s: at most %(most)s characters.")
WRONG_CODE = N_("Line %(line)s: %(why)s.")
WRONG_DAY = N_("Line %(line)s: write the days like 2026-10-08, the last not before the first.")
TWICE = N_("Line %(line)s says the same as line %(before)s.")


@dataclass(frozen=True)
class Line:
    """One line: the firm by its code, why it is listed, from which through which day, and by whom."""

    code: str
    name: str
    reason: str
    first_day: date
    last_day: date
    source: str


def read(text: str) -> tuple[list[Line], list[Wrong]]:
    """The lines of a list, the names of its columns (English or Chinese, in any order) in the first one; and what must
    be mended, line by line."""
    try:
        table = [row for row in csv.reader(_lines(text)) if any(cell.strip() for cell in row)]
    except csv.Error:
        return [], [Wrong(UNREADABLE)]
    heads = [_column(cell.strip()) for cell in table[0]] if table else []
    if sorted(heads) != sorted(COLUMNS):
        return [], [Wrong(NO_COLUMNS)]
    if len(table) == 1:
        return [], [Wrong(NO_LINES)]
    if len(table) - 1 > MOST_LINES:
        return [], [Wrong(TOO_MANY, {"most": MOST_LINES, "lines": len(table) - 1})]
    seen: dict[tuple[str, str, date], int] = {}
    lines: list[Line] = []
    wrong: list[Wrong] = []
    for number, row in enumerate(table[1:], 2):
        found = _line(number, heads, row)
        if isinstance(found, Wrong):
            wrong.append(found)
        elif (before := seen.setdefault((found.code, found.source, found.first_day), number)) != number:
            wrong.append(Wrong(TWICE, {"line": number, "before": before}))
        else:
            lines.append(found)
    return lines, wrong


def _lines(text: str) -> Iterator[str]:
    """Line by line with their ends, so that a quoted cell may hold several."""
    return (line + "\n" for line in text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _column(head: str) -> str:
    return next((name for name, chinese in COLUMNS.items() if head in (name, chinese)), head)


def _line(number: int, heads: list[str], row: list[str]) -> Line | Wrong:
    if len(row) != len(heads):
        return Wrong(WRONG_WIDTH, {"line": number})
    cells = {head: cell.strip() for head, cell in zip(heads, row, strict=True)}
    for head, cell in cells.items():
        if not cell:
            return Wrong(EMPTY, {"line": number, "column": head})
        if len(cell) > LONGEST:
            return Wrong(TOO_LONG, {"line": number, "column": head, "most": LONGEST})
    try:
        code = check_code(cells["code"])
    except ValueError as error:
        return Wrong(WRONG_CODE, {"line": number, "why": str(error)})
    try:
        first, last = read_day(cells["from"]), read_day(cells["until"])
    except ValueError:
        return Wrong(WRONG_DAY, {"line": number})
    if last < first:
        return Wrong(WRONG_DAY, {"line": number})
    return Line(code, cells["name"], cells["reason"], first, last, cells["source"])
