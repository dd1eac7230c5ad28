"""Marks a visible English sentence in pure code: it is collected here, and translated where it is shown."""


def N_(text: str) -> str:
    return text
