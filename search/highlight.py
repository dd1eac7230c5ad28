"""Marking in a visible text what a query found in it."""

from search.analyzer import fold
from search.query import Query


def highlight(text: str, query: Query) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it is one of the words asked for."""
    folded, places = "", []
    for place, character in enumerate(text):
        made = fold(character)
        folded += made
        places += [place] * len(made)
    marked = [False] * len(text)
    for word in query.marked:
        at = folded.find(word)
        while at >= 0:
            for place in places[at : at + len(word)]:
                marked[place] = True
            at = folded.find(word, at + 1)
    parts: list[tuple[str, bool]] = []
    for character, mark in zip(text, marked, strict=True):
        if parts and parts[-1][1] == mark:
            parts[-1] = (parts[-1][0] + character, mark)
        else:
            parts.append((character, mark))
    return parts
