"""Marks a visible English sentence in pure code, so that it is collected for translation and translated where it is shown."""


def N_(text: str) -> str:
    return text
