"""A key split into three shares of which any two give it back and one tells nothing (Shamir 1979, over GF(256)).

Each byte of the key is where a straight line through the bytes of the shares meets zero.
"""

import base64
from hashlib import sha256
from itertools import accumulate, repeat
from unicodedata import normalize

KEY_BYTES = 32
SERVICE, OFFICER, RECOVERY = PLACES = (1, 2, 3)
_SUM_BYTES = 2
_GROUP = 4

# Multiplication in GF(256) by logarithms to the base 3, modulo x^8 + x^4 + x^3 + x + 1.
_POWERS = list(accumulate(repeat(1, 254), lambda one, _: (one << 1) ^ one ^ (0x11B if one & 0x80 else 0), initial=1))
_LOGS = {power: place for place, power in enumerate(_POWERS)}


def split(key: bytes, chance: bytes) -> dict[int, bytes]:
    """The shares of a key by their place: its byte number first, then 32 bytes. `chance` are 32 bytes that nobody
    knows and that are used once."""
    if len(key) != KEY_BYTES or len(chance) != KEY_BYTES:
        raise ValueError(f"key and chance have {KEY_BYTES} bytes each")
    return {
        place: bytes([place, *(one ^ _times(slope, place) for one, slope in zip(key, chance, strict=True))])
        for place in PLACES
    }


def join(one: bytes, other: bytes) -> bytes:
    """The key of two different shares. A wrong share gives a wrong key: compare it with its public half."""
    first, second = one[0], other[0]
    if first == second or {len(one), len(other)} != {KEY_BYTES + 1}:
        raise ValueError("these are not two different shares")
    below = first ^ second
    weights = _over(second, below), _over(first, below)
    return bytes(_times(weights[0], a) ^ _times(weights[1], b) for a, b in zip(one[1:], other[1:], strict=True))


def write(share: bytes, public: bytes) -> str:
    """A share as people keep and type it: 14 groups of 4 letters and digits, ending with a sum that also covers the
    public half of the key, so that a slip of the pen and a share of another job are noticed."""
    text = base64.b32encode(share + _sum(share, public)).decode()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def read(text: str, public: bytes) -> bytes:
    """The share somebody typed, however spaced; ValueError when it is none of this key."""
    plain = "".join(letter for letter in normalize("NFKC", text).upper() if letter.isascii() and letter.isalnum())
    whole = base64.b32decode(plain.replace("0", "O").replace("1", "I"))
    share = whole[: KEY_BYTES + 1]
    if whole[KEY_BYTES + 1 :] != _sum(share, public) or share[0] not in PLACES:
        raise ValueError("the sum does not fit")
    return share


def _sum(share: bytes, public: bytes) -> bytes:
    return sha256(b"share\0" + public + share).digest()[:_SUM_BYTES]


def _times(one: int, other: int) -> int:
    return _POWERS[(_LOGS[one] + _LOGS[other]) % 255] if one and other else 0


def _over(one: int, other: int) -> int:
    return _POWERS[(_LOGS[one] - _LOGS[other]) % 255] if one else 0
