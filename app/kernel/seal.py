"""Envelopes that the platform keeps and cannot read before the opening: one key pair for each job.

The public half closes envelopes; the private half opens them and is kept wrapped by the installation's key, which is
not in the database. Where a job wants two persons to open, the private half is split in three shares of which any two
make it whole, so that losing one loses nothing. Ciphers are libsodium's (PyNaCl).
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from app.kernel.transcript import canonical

KEY_BYTES = 32
SHARES = (1, 2, 3)
NO_ENVELOPE = "the envelope was not closed for this job, or has been changed"
NO_KEY = "the key does not fit"


@dataclass(frozen=True)
class KeyPair:
    """Both halves, 32 bytes each."""

    public: bytes
    private: bytes


@dataclass(frozen=True)
class Share:
    """One of three parts of a private half: any two make it whole, and one alone says nothing of it."""

    number: int
    body: bytes

    def __str__(self) -> str:
        """As a person keeps it: 2-9f86d0…"""
        return f"{self.number}-{self.body.hex()}"

    @classmethod
    def read(cls, text: str) -> "Share":
        """The share somebody typed; ValueError when it is none."""
        number, dash, body = "".join(text.split()).partition("-")
        if not dash or number not in map(str, SHARES) or len(body) != 2 * KEY_BYTES:
            raise ValueError("a share is a number from 1 to 3, a hyphen and 64 hexadecimal digits")
        return cls(int(number), bytes.fromhex(body))


def new_keys() -> KeyPair:
    private = PrivateKey.generate()
    return KeyPair(bytes(private.public_key), bytes(private))


def close_envelope(public: bytes, content: Mapping[str, object]) -> bytes:
    """Put JSON-able content into an envelope that only the private half opens."""
    return SealedBox(PublicKey(public)).encrypt(canonical(content).encode())


def open_envelope(private: bytes, envelope: bytes) -> dict[str, object]:
    """What was put into the envelope. ValueError when it was changed or closed with another key."""
    try:
        content = json.loads(SealedBox(PrivateKey(private)).decrypt(envelope))
    except (CryptoError, ValueError) as error:
        raise ValueError(NO_ENVELOPE) from error
    if not isinstance(content, dict):
        raise ValueError(NO_ENVELOPE)
    return content


def wrap(key: bytes, private: bytes) -> bytes:
    """Lock a private half with the installation's key of 32 bytes."""
    return bytes(SecretBox(key).encrypt(private))


def unwrap(key: bytes, wrapped: bytes) -> bytes:
    """The private half again; ValueError when the key is another."""
    try:
        return bytes(SecretBox(key).decrypt(wrapped))
    except CryptoError as error:
        raise ValueError(NO_KEY) from error


def split(private: bytes) -> tuple[Share, Share, Share]:
    """Three shares of which any two make the private half (Shamir's scheme over bytes, threshold two)."""
    slope = secrets.token_bytes(len(private))
    one, two, three = (_line(private, slope, number) for number in SHARES)
    return Share(1, one), Share(2, two), Share(3, three)


def join(one: Share, other: Share) -> bytes:
    """The private half from two different shares; from shares of two jobs it makes a key that opens nothing."""
    if one.number == other.number:
        raise ValueError("two different shares are needed")
    # The line through two points, at zero: (a·y + b·x) ÷ (a + b), where adding is exclusive-or.
    inverse = _INVERSE[one.number ^ other.number]
    pairs = zip(one.body, other.body, strict=True)
    return bytes(_times(_times(other.number, a) ^ _times(one.number, b), inverse) for a, b in pairs)


def _line(private: bytes, slope: bytes, number: int) -> bytes:
    return bytes(start ^ _times(rise, number) for start, rise in zip(private, slope, strict=True))


def _times(one: int, other: int) -> int:
    """Multiplication in the field of 256 elements (modulus x⁸ + x⁴ + x³ + x + 1)."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one = one << 1 ^ (0x11B if one & 0x80 else 0)
        other >>= 1
    return product


# Only 1, 2 and 3 are ever the sum of two shares' numbers.
_INVERSE = {sum: next(one for one in range(1, 256) if _times(one, sum) == 1) for sum in SHARES}
