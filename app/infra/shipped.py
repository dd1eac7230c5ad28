"""The data shipped with the project, in data/: tables as CSV, unified standards as TOML."""

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent.parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """A CSV file as dictionaries."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def terms_in_force(on: date) -> dict[str, str]:
    """The shipped values of the law's terms on a day, by code."""
    known = sorted(rows("terms.csv"), key=lambda row: row["effective_from"])
    return {row["code"]: row["value"] for row in known if row["effective_from"] <= on.isoformat()}


def standards() -> dict[str, dict[str, Any]]:
    """The first unified standards by item code."""
    files = sorted((DATA / "standards").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in files}
