"""Questions to `select`: good ones by chance, with an independent answer in decimals, and odd ones of every kind."""

import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import product
from random import Random
from typing import Any

LEAST = {"state": 3, "social": 1}
DROP_FROM = 6
Asked = dict[str, Any]


def slowly(asked: Asked) -> Asked:
    """The answer to a good question: every drop that a draw might make is tried."""
    quotes = [Decimal(quote) for quote in asked["quotes"]]
    if len(quotes) < LEAST[asked["funds"]]:
        return {"failed": "…"}
    if asked["method"] == "lowest_price":
        return told(place for place, quote in enumerate(quotes) if quote == min(quotes))
    winners: set[int] = set()
    for dropped in drops(quotes):
        staying = [place for place in range(len(quotes)) if place not in dropped]
        reference = reference_of([quotes[place] for place in staying], asked["percentage"])
        best = min((abs(quotes[place] - reference), quotes[place]) for place in staying)
        winners |= {place for place in staying if (abs(quotes[place] - reference), quotes[place]) == best}
    return told(winners) | {"reference": f"{reference:.2f}"}


def reference_of(quotes: list[Decimal], percentage: int) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        exact = sum(quotes, Decimal()) * percentage / (100 * len(quotes))
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def drops(quotes: list[Decimal]) -> list[tuple[int, ...]]:
    if len(quotes) < DROP_FROM:
        return [()]
    ends = [[place for place, quote in enumerate(quotes) if quote == end] for end in (max(quotes), min(quotes))]
    return [(high, low) for high, low in product(*ends) if high != low]


def told(winners: Any) -> Asked:
    found = sorted(winners)
    return {"winner": found[0]} if len(found) == 1 else {"tie": found}


def questions(count: int, chance: Random) -> Iterator[Asked]:
    """By chance: few and many quotes, close together or far apart, written with and without decimals."""
    for _ in range(count):
        method, funds = chance.choice(("average_price", "lowest_price")), chance.choice(("state", "social"))
        top = chance.choice((5, 30, 1000, 10**6, 10**12))
        cents = [chance.randrange(1, top + 1) for _ in range(chance.choice((0, 1, 2, 3, 4, 5, 6, 6, 7, 8, 12, 40)))]
        asked = {"method": method, "funds": funds, "quotes": [written(one, chance) for one in cents]}
        if method == "average_price" or chance.random() < 0.5:
            asked["percentage"] = chance.choice((95, 96, 97, 98, 98, 1, 100))
        yield asked


def written(cents: int, chance: Random) -> str:
    whole, rest = divmod(cents, 100)
    ways = [f"{whole}.{rest:02d}", f"00{whole}.{rest:02d}" if whole < 10**8 else f"{whole}.{rest:02d}"]
    ways += [f"{whole}.{rest // 10}"] if rest % 10 == 0 else []
    ways += [str(whole)] if rest == 0 else []
    return chance.choice(ways)


# --- odd ones ---------------------------------------------------------------------------------------------------------

GOOD: Asked = {"method": "average_price", "funds": "state", "percentage": 96, "quotes": ["9.80", "9.50", "9.20"]}
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 9.8, 96.0, 1e300, 10**17, 10**400, "", " ", "96", "state ", "State", "STATE", "both",
    "average", "random_draw", "merit", "average_price\x00", "９６", "\ud800", "x" * 100_000, [], [[]], {},
    {"0": "9.80"}, [None], [9.8], ["9.80", None], [["9.80"]],
]  # fmt: skip
QUOTES = [
    "", " ", "0", "0.00", "-1", "-0.01", "+1", "1.", ".5", "1.234", "1.000", "9.8000000000", "1e3", "1E3", "0x10",
    "NaN", "nan", "Infinity", "-inf", "1,000", "1，000", "1 000", " 1", "1 ", "1\n", "１", "９.８０", "٣", "½", "一",
    "1.2.3", "10000000000.01", "9" * 5000, "1" * 13, "¥1", "1元", "1/2", "\x00", "\ud800", "1\u200b",
]  # fmt: skip
LINES = [
    b"", b" ", b"null", b"[]", b"3", b'"x"', b"{}", b"{", b"}", b"not json", b"NaN", b"[" * 50_000, b'{"a":' * 50_000,
    b'{"method":"lowest_price","funds":"social","quotes":["1"],"quotes":["2"]}', b"9" * 50_000, b"\xff\xfe", b"\x00",
    b'{"method":"lowest_price","funds":"social","quotes":["1",]}', b'{"method":"lowest_price","funds":"social"}',
    b'{"funds":"social","quotes":["1"]}', b'{"method":"lowest_price","quotes":["1"]}', b"{'method':'lowest_price'}",
    b'{"method":"lowest_price","funds":"social","quotes":["1"]} {}',
    b'{"method":"average_price","funds":"social","quotes":["1"]}',
    b'{"method":"lowest_price","funds":"social","quotes":["\xff"]}', "｛｝".encode(), b"a" * 1_000_000,
]  # fmt: skip


def odd_lines() -> list[bytes]:
    """Lines of which none is a question."""
    changed = [GOOD | {"method": value} for value in VALUES] + [GOOD | {"funds": value} for value in VALUES]
    changed += [
        GOOD | {"percentage": value} for value in [*VALUES, 101, -96] if not (type(value) is int and value == 1)
    ]
    changed += [GOOD | {"quotes": value} for value in VALUES if value != []]
    changed += [GOOD | {"quotes": ["1", "2", quote]} for quote in QUOTES]
    return [*LINES, *(json.dumps(one).encode() for one in changed)]
