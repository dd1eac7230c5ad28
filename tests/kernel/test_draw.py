"""The draw is fair, written down whole, and a transcript changed anywhere is refused."""

import copy
import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.kernel.choosing import NO_ENTRY, TOO_FEW
from app.kernel.draw import (
    Entrant,
    Rule,
    commitment_of,
    make_transcript,
    order,
    pick,
    read_transcript,
    verify_transcript,
    write_transcript,
)
from app.kernel.stream import below, words

PROTOCOL = Path(__file__).parents[2] / "docs/protocols/draw.md"
SEED = bytes(range(32))
SECRET = sha256(b"a secret for tests").digest()
QUOTES = (980, 950, 980, 900, 870, 800)
RULE = Rule("2025-01-01", 3, (95, 96, 97, 98), 6)
ONE_IS_ENOUGH = Rule("2025-01-01", 1, (95, 96, 97, 98), 6)


def entrants(quotes=QUOTES):
    return [Entrant(f"91450800MA5K{place:04}", f"贵港评估{place}（示例）", quote) for place, quote in enumerate(quotes)]


def draw(method="average_price", lines=None, **changes):
    plain = [Entrant(line.code, line.name) for line in entrants()]
    parts = {
        "job": "GG-2026-0001",
        "title": "某工业园区地质灾害危险性评估（示例）",
        "method": method,
        "funds": "state",
        "closed_at": datetime(2026, 10, 10, 16, tzinfo=UTC),
        "rule": RULE,
        "secret": SECRET,
        "commitment": commitment_of(SECRET),
        "entrants": lines if lines is not None else plain if method == "random_draw" else entrants(),
    }
    return make_transcript(**{**parts, **changes})


TRANSCRIPTS = {
    "random draw": draw("random_draw"),
    "lowest price": draw("lowest_price"),
    "average price": draw("average_price"),
    "lowest price with equals": draw("lowest_price", entrants([5, 5, 7, 5])),
    "average price with all equal": draw("average_price", entrants([5] * 6)),
    "failed random draw": draw("random_draw", []),
    "failed average price": draw("average_price", entrants([5, 6])),
}
each_transcript = pytest.mark.parametrize("transcript", TRANSCRIPTS.values(), ids=TRANSCRIPTS.keys())


# --- The stream ------------------------------------------------------------------------------------------------------

WORDS = ["0ff0cd8f13242bed", "3f33c5f882d5c590", "000ab50787f43524", "bf67fa5fd40252d1", "f789e5ab3fb2d003"]
ORDER, TIE = [0, 2, 5, 6, 8, 9, 1, 4, 7, 3], [5, 9, 3, 1, 2, 8, 4, 7, 6, 0]


def test_the_stream_gives_the_known_answers():
    assert [f"{word:016x}" for word in islice(words(SEED, "order"), 5)] == WORDS
    assert order(SEED, "order", range(10)) == ORDER
    assert order(SEED, "tie", range(10)) == TIE
    assert order(SEED, "order", "ABCDE") == list("CBEAD")
    assert pick(SEED, "percentage", [95, 96, 97, 98]) == 96
    assert pick(SEED, "drop-high", [0, 1, 2]) == 2
    assert pick(SEED, "drop-low", [0, 1, 2]) == 2


def test_the_known_answers_are_written_in_the_protocol():
    text = PROTOCOL.read_text(encoding="utf-8")
    for answer in [*WORDS, str(ORDER), str(TIE), "C B E A D", sha256(SECRET).hexdigest()]:
        assert answer in text
    example = json.loads(text.split("```json\n")[1].split("```")[0])
    assert example == draw("average_price", entrants([980, 950, 980, 900, 870, 800]))


def test_the_stream_is_what_the_protocol_says_written_another_way():
    blocks = b"".join(sha256(SEED + b"tie" + bytes(7) + bytes([counter])).digest() for counter in range(3))
    assert list(islice(words(SEED, "tie"), 12)) == [int(blocks[at : at + 8].hex(), 16) for at in range(0, 96, 8)]


def test_words_past_the_last_whole_multiple_are_rejected():
    assert below(10, iter([2**64 - 1, 2**64 - 6, 2**64 - 7])) == (2**64 - 7) % 10
    assert below(2**64, iter([2**64 - 1])) == 2**64 - 1
    assert below(1, iter([7])) == 0


def test_one_item_and_none_are_ordered():
    assert order(SEED, "order", []) == [] and order(SEED, "order", ["A"]) == ["A"]


# The value that a fair draw exceeds once in a thousand, by degrees of freedom.
CHI_SQUARE = {1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52, 6: 22.46, 7: 24.33, 8: 26.13, 9: 27.88, 23: 49.73}


def chi_square(counts, expected, kinds):
    return sum((counts[kind] - expected) ** 2 / expected for kind in kinds)


def seeds(count):
    return (sha256(b"uniformity" + number.to_bytes(4, "big")).digest() for number in range(count))


@pytest.mark.parametrize("size", range(2, 11))
def test_every_place_is_equally_likely(size):
    rounds = 3000
    orders = [order(seed, "order", range(size)) for seed in seeds(rounds)]
    for place in (0, size // 2, size - 1):
        counts = Counter(drawn[place] for drawn in orders)
        assert chi_square(counts, rounds / size, range(size)) < CHI_SQUARE[size - 1]


def test_every_order_of_four_is_equally_likely_and_a_naive_shuffle_is_caught():
    rounds = 12_000
    fair = Counter(tuple(order(seed, "order", range(4))) for seed in seeds(rounds))
    naive = Counter(tuple(naive_order(seed, 4)) for seed in seeds(rounds))
    assert chi_square(fair, rounds / 24, fair) < CHI_SQUARE[23] and len(fair) == 24
    assert chi_square(naive, rounds / 24, naive) > 2 * CHI_SQUARE[23]


def naive_order(seed, size):
    drawn, stream = list(range(size)), words(seed, "order")
    for place in range(size):
        other = next(stream) % size
        drawn[place], drawn[other] = drawn[other], drawn[place]
    return drawn


@pytest.mark.parametrize("label", ["percentage", "drop-high", "drop-low"])
def test_every_choice_is_equally_likely(label):
    counts = Counter(pick(seed, label, "abcd") for seed in seeds(4000))
    assert chi_square(counts, 1000, "abcd") < CHI_SQUARE[3]


# --- Making ----------------------------------------------------------------------------------------------------------


@each_transcript
def test_what_is_made_holds_also_after_its_file(transcript):
    assert verify_transcript(transcript) is None
    assert read_transcript(write_transcript(transcript)) == transcript
    assert verify_transcript(read_transcript(write_transcript(transcript))) is None
    assert list(transcript) == sorted(transcript)


def test_the_list_hash_and_the_seed_are_what_the_protocol_says_written_another_way():
    made = draw("lowest_price", [Entrant("B", "乙", 2), Entrant("A", "甲", 1), Entrant("C", "丙", 3)], title="题")
    lines = '[{"code":"A","name":"甲","quote":1},{"code":"B","name":"乙","quote":2},{"code":"C","name":"丙","quote":3}]'
    assert made["list_hash"] == sha256(f"intermediary-supermarket-draw/1/list\0{lines}".encode()).hexdigest()
    head = (
        f'{{"closed_at":"2026-10-10T16:00:00Z","commitment":"{commitment_of(SECRET)}",'
        '"format":"intermediary-supermarket-draw","funds":"state","job":"GG-2026-0001",'
        f'"list_hash":"{made["list_hash"]}","method":"lowest_price","minimum_entries":3,"rule":"2025-01-01",'
        f'"secret":"{SECRET.hex()}","title":"题","version":1}}'
    )
    assert made["seed"] == sha256(f"intermediary-supermarket-draw/1/seed\0{head}".encode()).hexdigest()
    assert made["winner"] == "A"


def test_a_random_draw_takes_the_first_of_the_order():
    made = TRANSCRIPTS["random draw"]
    assert made["ranking"] == made["order"] and made["winner"] == made["order"][0]
    assert sorted(made["order"]) == [line["code"] for line in made["entrants"]]


def test_an_average_price_says_percentage_drops_and_reference():
    made = TRANSCRIPTS["average price"]
    codes = {line.code: line.quote for line in entrants()}
    assert made["percentage"] in made["percentages"] == [95, 96, 97, 98]
    assert codes[made["dropped"]["high"]] == 980 and codes[made["dropped"]["low"]] == 800
    rest = (980, 950, 900, 870)
    assert abs(made["reference"] - sum(rest) * made["percentage"] / 400) <= 0.5
    assert len(made["ranking"]) == 4 and len(made["order"]) == 6


def test_a_failed_selection_draws_nothing_and_says_why():
    assert TRANSCRIPTS["failed random draw"]["failed"] == NO_ENTRY
    made = TRANSCRIPTS["failed average price"]
    assert made["failed"] == TOO_FEW
    assert (made["winner"], made["order"], made["ranking"], made["percentage"], made["reference"]) == (
        None,
        [],
        [],
        None,
        None,
    )
    assert made["dropped"] == {"high": None, "low": None}


def test_one_social_entrant_wins():
    for method in ("random_draw", "lowest_price", "average_price"):
        line = Entrant("A", "甲", None if method == "random_draw" else 980)
        made = draw(method, [line], funds="social", rule=ONE_IS_ENOUGH)
        assert made["winner"] == "A" and made["failed"] is None and verify_transcript(made) is None


@given(some.permutations(entrants()))
def test_the_order_of_entry_never_changes_the_result(lines):
    assert draw("average_price", lines) == TRANSCRIPTS["average price"]


def test_names_are_kept_in_normal_form():
    made = draw("random_draw", [Entrant(code, "Cafe\u0301") for code in "ABC"], title="e\u0301")
    assert made["entrants"][0]["name"] == "Caf\xe9" and made["title"] == "\xe9"
    assert verify_transcript(made) is None


def test_the_closing_instant_is_written_in_utc():
    here = timezone(timedelta(hours=8))
    assert draw(closed_at=datetime(2026, 10, 11, tzinfo=here))["closed_at"] == "2026-10-10T16:00:00Z"
    made = draw(closed_at=datetime(2026, 10, 11, 0, 0, 0, 5, tzinfo=here))
    assert made["closed_at"] == "2026-10-10T16:00:00.000005Z" and verify_transcript(made) is None


# fmt: off
WRONG_PARTS = [
    ({"secret": b"short"}, "secret"),
    ({"commitment": commitment_of(b"another")}, "commitment is not the SHA-256 of the secret"),
    ({"closed_at": datetime(2026, 10, 10)}, "time zone"),
    ({"method": "merit"}, "method"),
    ({"funds": "both"}, "funds"),
    ({"rule": Rule("2025-01-01", 3, (), 6)}, "percentages"),
    ({"rule": Rule("2025-01-01", 3, (96, 95), 6)}, "percentages"),
    ({"rule": Rule("2025-01-01", 3, (95,), 2)}, "drop_from"),
    ({"rule": Rule("2025-01-01", 0, (95,), 6)}, "minimum_entries"),
    ({"rule": Rule("2025-01-01", 1, (95,), 6), "entrants": [Entrant("A", "甲")]}, "quote"),
    ({"entrants": [Entrant("A", "甲", 1)] * 2}, "twice"),
    ({"entrants": [Entrant(code, "甲", 0) for code in "ABC"]}, "quote"),
    ({"entrants": [Entrant(code, "甲", 10**12 + 1) for code in "ABC"]}, "quote"),
    ({"entrants": [Entrant("甲", "甲", 1)]}, "ASCII"), ({"entrants": [Entrant("", "甲", 1)]}, "ASCII"),
    ({"method": "random_draw", "lines": entrants()}, "fields"),
    ({"title": "\ud800"}, "title"),
]
# fmt: on


@pytest.mark.parametrize("changes, reason", WRONG_PARTS)
def test_parts_that_make_no_transcript_are_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        draw(**changes)


# --- Checking --------------------------------------------------------------------------------------------------------


def places(value, path=()):
    """Every place in a JSON value, the whole included."""
    yield path
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def replaced(value, path, new):
    if not path:
        return new
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = new
    return changed


def other_values(value):
    yield from (None, True, False, 0, 1, 1.5, "", "x", [], {}, [value], {"x": value}, 10**400)
    if isinstance(value, str):
        yield from (value + " ", value[:-1], value.upper(), value.swapcase(), value[::-1], "\ud800", value + "e\u0301")
    if isinstance(value, int):
        yield from (value + 1, value - 1, -value, float(value), str(value))
    if isinstance(value, list):
        yield from ([*value, "x"], value[1:], value[::-1], [*value, *value], dict(enumerate(value)))
    if isinstance(value, dict):
        yield {**value, "x": 1}
        yield {**value, 3: 1}
        for name in value:
            yield {key: item for key, item in value.items() if key != name}
            yield {key + "_" if key == name else key: item for key, item in value.items()}


def same(one, other):
    """Alike with their types: 1, 1.0 and true are three things."""
    return repr(one) == repr(other)


@each_transcript
def test_any_one_change_is_refused(transcript):
    for path in places(transcript):
        value = at(transcript, path)
        for new in other_values(value):
            reason = verify_transcript(replaced(transcript, path, new))
            assert same(new, value) or (isinstance(reason, str) and reason), (path, new)


def test_every_bit_of_a_file_counts():
    transcript = draw("lowest_price", entrants([9, 8, 8]))
    file = json.dumps(transcript, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    for place in range(len(file)):
        for bit in range(8):
            changed = bytes([*file[:place], file[place] ^ 1 << bit, *file[place + 1 :]])
            assert refused(changed), changed


def refused(file):
    try:
        return verify_transcript(read_transcript(file.decode())) is not None
    except ValueError:
        return True


# fmt: off
REASONS = [
    (("format",), "x", "format"), (("version",), 2, "version"),
    (("version",), 1.0, "version"), (("method",), "merit", "method"),
    (("title",), "另一个项目", "seed"), (("rule",), "2026-01-01", "seed"),
    (("minimum_entries",), 2, "seed"), (("minimum_entries",), 3.0, "minimum_entries"),
    (("drop_from",), 7, "seed"), (("drop_from",), 2, "drop_from"),
    (("closed_at",), "2026-10-11T16:00:00Z", "seed"),
    (("closed_at",), "2026-10-10T16:00:00+00:00", "closed_at"), (("closed_at",), "2026-02-30T16:00:00Z", "closed_at"),
    (("secret",), "00" * 32, "commitment"), (("secret",), SECRET.hex().upper(), "secret"),
    (("entrants", 0, "name"), "别人", "list_hash"), (("entrants", 0, "quote"), 981, "list_hash"),
    (("entrants", 0, "quote"), 980.0, "quote of entrant 1"),
    (("list_hash",), "00" * 32, "list_hash"), (("seed",), "00" * 32, "seed"),
    (("percentage",), 99, "percentage"), (("percentages",), [95], "seed"), (("order",), [], "order"),
    (("dropped", "high"), None, "dropped"), (("reference",), 1, "reference"), (("ranking",), [], "ranking"),
    (("winner",), None, "winner"), (("failed",), "", "failed"),
]
# fmt: on


@pytest.mark.parametrize("path, new, reason", REASONS)
def test_the_reason_names_the_part(path, new, reason):
    assert verify_transcript(replaced(TRANSCRIPTS["average price"], path, new)).startswith((reason, f"the {reason}"))


def test_a_missing_or_strange_field_is_named():
    transcript = TRANSCRIPTS["random draw"]
    assert verify_transcript({k: v for k, v in transcript.items() if k != "seed"}) == "seed is missing"
    assert verify_transcript({**transcript, "note": 1}) == "there is a field that does not belong"


def test_one_entrant_more_changes_the_seed():
    more = draw("random_draw", [Entrant(line.code, line.name) for line in entrants((*QUOTES, 7))])
    assert more["seed"] != TRANSCRIPTS["random draw"]["seed"]


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=10,
)


@given(anything)
def test_no_json_value_raises(value):
    assert isinstance(verify_transcript(value), str)


@settings(max_examples=300)
@given(some.data(), some.sampled_from(list(TRANSCRIPTS.values())))
def test_no_almost_right_transcript_raises(data, transcript):
    path = data.draw(some.sampled_from(list(places(transcript))))
    new = data.draw(anything)
    assert isinstance(verify_transcript(replaced(transcript, path, new)), str) or same(new, at(transcript, path))


def test_a_bottomless_value_is_refused():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for path in places(TRANSCRIPTS["average price"]):
        assert isinstance(verify_transcript(shallow_replaced(TRANSCRIPTS["average price"], path, deep)), str)


def shallow_replaced(value, path, new):
    if not path:
        return new
    changed = value.copy()
    changed[path[0]] = shallow_replaced(value[path[0]], path[1:], new)
    return changed


# --- Reading ---------------------------------------------------------------------------------------------------------


# fmt: off
NO_TRANSCRIPTS = [
    ("", "not JSON"), ("{", "not JSON"), ("\ufeff{}", "not JSON"), ("1" * 5000, "not JSON"),
    ("[" * 100_000, "nested too deeply"), ('{"a":' * 100_000, "nested too deeply"),
    ("[]", "no JSON object"), ("null", "no JSON object"), ('{"a":NaN}', "NaN"), ('{"a":-Infinity}', "Infinity"),
    ('{"a":1,"a":1}', "twice"), ('{"a":{"b":1,"b":2}}', "twice"), ('{"b":1,"a":1}', "order"),
]
# fmt: on


@pytest.mark.parametrize("text, reason", NO_TRANSCRIPTS)
def test_a_text_that_is_no_transcript_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        read_transcript(text)
