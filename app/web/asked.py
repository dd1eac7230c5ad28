"""What the question of an address asks for: words and keys, cut to what can be meant."""

from flask import request

LONGEST = 80
LARGEST = 2**31 - 1


def typed(name: str) -> str:
    """The words typed into a filter, without the spaces around them."""
    return request.args.get(name, "").replace("\0", "").strip()[:LONGEST]


def own_path(path: str, otherwise: str) -> str:
    """A path of this service, as an address may ask to be led to next, or the other one: never somebody else's."""
    own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if own else otherwise


def key(name: str) -> int | None:
    """The key of a row, None when it is no number that a row can have."""
    text = typed(name)
    number = int(text) if text.isascii() and text.isdigit() else None
    return number if number is not None and number <= LARGEST else None
