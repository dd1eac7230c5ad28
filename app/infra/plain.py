"""Words without what differs by keyboard, width and spaces, in Python and in SQL alike."""

from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, String, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

# What str.split takes for space.
SPACES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def plain(text: str) -> str:
    return "".join(normalize("NFKC", text).split())


class plain_of(FunctionElement[str]):
    """The same of a column. SQLite calls the function above; PostgreSQL has the parts of it."""

    type = String()
    inherit_cache = True
    name = "plain"


@compiles(plain_of)
def _called(element: Any, compiler: Any, **known: Any) -> str:
    return f"plain({compiler.process(element.clauses, **known)})"


@compiles(plain_of, "postgresql")
def _in_parts(element: Any, compiler: Any, **known: Any) -> str:
    (column,) = element.clauses
    parts: ColumnElement[str] = func.translate(func.normalize(column, literal_column("NFKC")), SPACES, "")
    return str(compiler.process(parts, **known))
