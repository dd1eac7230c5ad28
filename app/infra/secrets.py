"""Passwords and session tokens: argon2id for what people choose, SHA-256 for what we draw at random."""

import hashlib
import re
import secrets
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

COMMON = Path(__file__).parent.parent.parent / "data" / "common_passwords.txt"

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(line.strip().lower() for line in COMMON.read_text(encoding="utf-8").splitlines())


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is no such person."""
    try:
        return (
            _hasher.verify(_nobody() if password_hash is None else password_hash, password)
            and password_hash is not None
        )
    except (VerificationError, InvalidHashError):
        return False


def is_easy(password: str) -> bool:
    """Whether the password is easy to guess: a common one, alone or with figures and signs around it, only digits, or
    made of fewer than four characters."""
    folded = password.lower()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    return bool({folded, core} & _common()) or folded.isdecimal() or len(set(folded)) < 4


def make_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
