"""What is fixed of a selection at publication, and how its transcript says it."""

from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from app.kernel.transcript import AVERAGE, FORMAT, VERSION, instant


@dataclass(frozen=True)
class Rule:
    """The choosing rule as the law has it when a job is announced: its version, the fewest entries the funds require,
    and for the average price the percentages to draw from and from how many quotes on two are dropped."""

    version: str
    minimum_entries: int
    percentages: tuple[int, ...] = ()
    drop_from: int | None = None


@dataclass(frozen=True)
class Terms:
    """What is fixed at publication. `criteria` are (name, weight) of the merit method, `reference_fee` in cents what a
    discount is taken off, `outside` the public value named in advance that is hashed into the seed."""

    job: str
    title: str
    method: str
    funds: str
    closed_at: datetime
    rule: Rule
    commitment: str
    criteria: tuple[tuple[str, int], ...] = ()
    price_weight: int = 0
    days_weight: int = 0
    reference_fee: int | None = None
    outside: str | None = None


def terms_given(terms: Terms) -> dict[str, object]:
    """The terms as the transcript says them."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "job": normalize("NFC", terms.job),
        "title": normalize("NFC", terms.title),
        "method": terms.method,
        "funds": terms.funds,
        "closed_at": instant(terms.closed_at),
        "rule": normalize("NFC", terms.rule.version),
        "minimum_entries": terms.rule.minimum_entries,
        "percentages": list(terms.rule.percentages) if terms.method == AVERAGE else [],
        "drop_from": terms.rule.drop_from if terms.method == AVERAGE else None,
        "commitment": terms.commitment,
        "criteria": [{"name": normalize("NFC", name), "weight": weight} for name, weight in terms.criteria],
        "price_weight": terms.price_weight,
        "days_weight": terms.days_weight,
        "reference_fee": terms.reference_fee,
        "outside": terms.outside and normalize("NFC", terms.outside),
    }
