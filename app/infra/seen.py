"""Rows of several tables read side by side in one statement, for a page that shows one thing with much around it.

The session keeps no account of them: that takes several times longer than reading them does.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import inspect


class Seen(SimpleNamespace):
    """A row as it was read: the columns that were asked for, and what a page is told beside them."""


class Rows:
    """Which columns of which row, by the row's name. A row is there when its first column is."""

    def __init__(self, **rows: Sequence[Any]) -> None:
        self.keys = {name: [column.key for column in row] for name, row in rows.items()}
        self.columns = [column for row in rows.values() for column in row]

    def see(self, values: Sequence[Any]) -> dict[str, Any]:
        """Each row by its name, or None, from the values of all columns."""
        found: dict[str, Any] = {}
        start = 0
        for name, keys in self.keys.items():
            end = start + len(keys)
            there = values[start] is not None
            found[name] = Seen(**dict(zip(keys, values[start:end], strict=True))) if there else None
            start = end
        return found


def all_of(entity: Any) -> list[Any]:
    """Every column of a mapped class, or of an alias of it, its id first, without those read only when asked for."""
    names = [column.key for column in inspect(entity).mapper.column_attrs if not column.deferred]
    return [entity.id, *(getattr(entity, name) for name in names if name != "id")]
