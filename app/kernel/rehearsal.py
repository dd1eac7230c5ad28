"""Selections made up for teaching and tests: everything in them follows from one seed, and every unit is fictional."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

from app.kernel.credit_code import make_code
from app.kernel.draw import Entrant, Rule, Terms, commitment_of, make_transcript
from app.kernel.stream import below, words
from app.kernel.transcript import BROWSER, MERIT, PLATFORM, PRICE_AND_DAYS, RANDOM

JOB, TITLE = "SL-2026-00001", "示例产业园 水土保持方案报告表编制（示例）"
CLOSED_AT = datetime(2026, 10, 10, 16, tzinfo=UTC)
CRITERIA = (("服务方案", 50), ("项目人员", 30))
# Quotes in yuan lie close together, so that some are equal and a draw has to decide.
LOWEST_YUAN, YUAN = 30_000, 400
CENTS = 100
MOST_ENTRANTS = 100_000


def rehearse(method: str, entrants: int, seed: bytes, rule: Rule) -> dict[str, object]:
    """The transcript of a made-up job with so many entrants, by the functions the product selects with. The same
    method, number, seed and rule always make the same one; ValueError when the number of entrants is out of bounds."""
    if not 0 <= entrants <= MOST_ENTRANTS:
        raise ValueError(f"give a number of entrants from 0 to {MOST_ENTRANTS:,}")
    secret = sha256(b"secret" + seed).digest()
    chance = words(sha256(b"entrants" + seed).digest(), method)
    terms = Terms(
        job=JOB,
        title=TITLE,
        method=method,
        funds="social",
        closed_at=CLOSED_AT,
        rule=rule,
        commitment=commitment_of(secret),
        criteria=CRITERIA if method == MERIT else (),
        price_weight={PRICE_AND_DAYS: 60, MERIT: 20}.get(method, 0),
        days_weight=40 if method == PRICE_AND_DAYS else 0,
    )
    return make_transcript(terms, secret=secret, entrants=[_entrant(method, n, chance) for n in range(entrants)])


def _entrant(method: str, number: int, chance: Iterator[int]) -> Entrant:
    """One made-up entrant; one in ten has a browser without scripts."""
    code = make_code("91450800", f"XJ{number:06}")
    entrant = Entrant(
        code=code,
        name=f"示例机构 {number + 1}（示例）",
        contribution=_bytes(chance),
        nonce=_bytes(chance),
        made_by=PLATFORM if below(10, chance) == 0 else BROWSER,
        quote=None if method == RANDOM else (LOWEST_YUAN + below(YUAN, chance)) * CENTS,
        days=1 + below(5, chance) if method == PRICE_AND_DAYS else None,
        scores=tuple(60 + below(41, chance) for _ in CRITERIA) if method == MERIT else (),
        proposal=_bytes(chance).hex() if method == MERIT else "",
    )
    return entrant.sealed_for(JOB)


def _bytes(chance: Iterator[int]) -> bytes:
    return b"".join(next(chance).to_bytes(8, "big") for _ in range(4))
