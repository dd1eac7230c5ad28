"""Words without what differs by keyboard, width and spaces: how names of papers and of firms are compared."""

from unicodedata import normalize


def plain(text: str) -> str:
    return "".join(normalize("NFKC", text).split())
