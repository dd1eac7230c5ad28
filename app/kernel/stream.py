"""Chance that anyone can recompute: labelled streams of one seed, without modulo bias (docs/protocols/draw.md)."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from struct import Struct
from typing import TypeVar

Item = TypeVar("Item")

_FOUR_WORDS = Struct(">4Q")
_WORDS = 1 << 64


def words(seed: bytes, label: str) -> Iterator[int]:
    """Endless 64-bit words: SHA-256(seed, label, 8 bytes counting from 0), each digest four big-endian words."""
    start = sha256(seed + label.encode("ascii"))
    counter = 0
    while True:
        block = start.copy()
        block.update(counter.to_bytes(8, "big"))
        yield from _FOUR_WORDS.unpack(block.digest())
        counter += 1


def below(bound: int, stream: Iterator[int]) -> int:
    """A number from 0 to bound - 1, each equally likely: words past the last whole multiple are rejected."""
    usable = _WORDS - _WORDS % bound
    while (word := next(stream)) >= usable:
        pass
    return word % bound


def order(seed: bytes, label: str, items: Sequence[Item]) -> list[Item]:
    """All items in drawn order (Fisher–Yates from the end)."""
    drawn, stream = list(items), words(seed, label)
    for last in range(len(drawn) - 1, 0, -1):
        other = below(last + 1, stream)
        drawn[last], drawn[other] = drawn[other], drawn[last]
    return drawn


def pick(seed: bytes, label: str, choices: Sequence[Item]) -> Item:
    """One of the choices, each equally likely. The same seed and label always give the same place in the list."""
    return choices[below(len(choices), words(seed, label))]
