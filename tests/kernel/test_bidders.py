"""The order of the bidders: fixed at closing, the one the transcript shows, and no offer or score changes it."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.bidders import bidders_of
from app.kernel.draw import Entrant, Rule, Terms, commitment_of, make_transcript

SECRET = sha256(b"a secret for tests").digest()
TERMS = Terms(
    job="GG-2026-00001",
    title="示例",
    method="merit",
    funds="social",
    closed_at=datetime(2026, 10, 10, 16, tzinfo=UTC),
    rule=Rule("2025-01-01", 1),
    commitment=commitment_of(SECRET),
    criteria=(("方案", 80),),
    price_weight=20,
)
ENTRANTS = st.permutations(range(5)).flatmap(
    lambda order: st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 100)), min_size=5, max_size=5).map(
        lambda given: [entrant(place, *given[place]) for place in order]
    )
)


def entrant(place: int, quote: int, score: int) -> Entrant:
    chance, nonce = (sha256(word + bytes([place])).digest() for word in (b"chance", b"nonce"))
    made = Entrant(f"91450800MA5K{place:04}", f"示例{place}", chance, nonce, quote=quote, scores=(score,))
    return made.sealed_for(TERMS.job)


@given(ENTRANTS)
def test_the_order_is_that_of_the_transcript_whatever_the_order_of_entry(entrants):
    drawn = bidders_of(TERMS, secret=SECRET, entrants=entrants)
    assert drawn == make_transcript(TERMS, secret=SECRET, entrants=entrants)["bidders"]
    assert drawn == bidders_of(TERMS, secret=SECRET, entrants=entrants[::-1])


@given(ENTRANTS)
def test_neither_what_is_opened_later_nor_a_score_changes_it(entrants):
    closed = [replace(one, quote=None, nonce=b"", scores=()) for one in entrants]
    assert bidders_of(TERMS, secret=SECRET, entrants=closed) == bidders_of(TERMS, secret=SECRET, entrants=entrants)
