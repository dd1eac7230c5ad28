"""What people type line by line, or a spreadsheet writes: the days in it, and what must be mended."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from unicodedata import normalize

from app.kernel.words import N_

MOST_SHOWN = 20  # wrong lines told at once
# 2027-01-01, 2027/1/1 as a spreadsheet writes it, 2027.1.1, or 20270101.
DAY = re.compile(r"(\d{4})(?:([-/.])(\d\d?)\2(\d\d?)|(\d\d)(\d\d))", re.ASCII)
MORE = N_("%(more)s more lines must be mended.")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with what was typed in a line: an English msgid and its places."""

    says: str
    places: dict[str, Any] = field(default_factory=dict)


def read_day(typed: str) -> date:
    """The day typed as year, month and day; ValueError for anything else and for a day that does not exist."""
    found = DAY.fullmatch(normalize("NFKC", typed).strip())
    if found is None:
        raise ValueError("write a day like 2027-02-06")
    year, _, *parts = found.groups()
    month, day = (int(part) for part in parts if part)
    return date(int(year), month, day)


def shown(wrong: Sequence[Wrong]) -> list[Wrong]:
    """As much of what is wrong as a page tells at once, and how much more there is."""
    more = len(wrong) - MOST_SHOWN
    return [*wrong[:MOST_SHOWN], *([Wrong(MORE, {"more": more})] if more > 0 else [])]
