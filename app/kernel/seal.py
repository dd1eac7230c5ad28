"""Envelopes that the platform keeps and cannot read before the opening: one key pair for each job.

The public half closes envelopes; the private half opens them and is kept wrapped by the installation's key, which is
not in the database. Ciphers are libsodium's (PyNaCl).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from app.kernel.transcript import canonical

NO_ENVELOPE = "the envelope was not closed for this job, or has been changed"
NO_KEY = "the key does not fit"


@dataclass(frozen=True)
class KeyPair:
    """Both halves, 32 bytes each."""

    public: bytes
    private: bytes


def new_keys() -> KeyPair:
    private = PrivateKey.generate()
    return KeyPair(bytes(private.public_key), bytes(private))


def public_of(private: bytes) -> bytes:
    """The public half that belongs to a private one."""
    return bytes(PrivateKey(private).public_key)


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


def close_file(public: bytes, content: bytes) -> bytes:
    """Put the bytes of a file into an envelope of their own."""
    return SealedBox(PublicKey(public)).encrypt(content)


def open_file(private: bytes, envelope: bytes) -> bytes:
    """The bytes again. ValueError when the envelope was changed or closed with another key."""
    try:
        return SealedBox(PrivateKey(private)).decrypt(envelope)
    except CryptoError as error:
        raise ValueError(NO_ENVELOPE) from error


def wrap(key: bytes, private: bytes) -> bytes:
    """Lock a private half with the installation's key of 32 bytes."""
    return bytes(SecretBox(key).encrypt(private))


def unwrap(key: bytes, wrapped: bytes) -> bytes:
    """The private half again; ValueError when the key is another."""
    try:
        return bytes(SecretBox(key).decrypt(wrapped))
    except CryptoError as error:
        raise ValueError(NO_KEY) from error
