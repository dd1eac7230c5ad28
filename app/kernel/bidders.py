"""The order in which a panel meets the bidders, drawn before anybody scores: Bidder 1, 2 … and no names."""

from collections.abc import Sequence

from app.kernel.draw import Entrant, Terms, list_hash_of, terms_given
from app.kernel.stream import order
from app.kernel.transcript import seed_of


def bidders_of(
    terms: Terms, *, secret: bytes, entrants: Sequence[Entrant], outside_value: str | None = None
) -> list[str]:
    """The public codes of the entrants in the order the panel knows them, as the transcript will show it. It follows
    from what was fixed at closing (docs/protocols/draw.md): neither an offer nor a score changes it."""
    listed = sorted(entrants, key=lambda one: one.code)
    given = terms_given(terms) | {"secret": secret.hex(), "outside_value": outside_value}
    seed = seed_of(given, list_hash_of(listed), [one.contribution.hex() for one in listed])
    return order(bytes.fromhex(seed), "bidders", [one.code for one in listed])
