"""The installation's key, which is never in the database: what the database keeps of secrets is wrapped by it."""

from hashlib import sha256

from app.kernel import seal

_kept: dict[str, bytes] = {}


def keep(text: str) -> None:
    """Take the key from the settings (SEAL_KEY)."""
    _kept["key"] = sha256(text.encode()).digest()


def wrap(secret: bytes) -> bytes:
    """A secret as the database may keep it."""
    return seal.wrap(_kept["key"], secret)


def unwrap(wrapped: bytes) -> bytes:
    """The secret again; ValueError when it was wrapped by another installation's key."""
    return seal.unwrap(_kept["key"], wrapped)
