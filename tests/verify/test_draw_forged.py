"""Whatever stands in the file, both verifiers say the same of it: the verdict, and the first reason."""

import json
import random
from contextlib import suppress
from hashlib import sha256

import pytest

from app.kernel.draw import write_transcript
from app.kernel.rehearsal import rehearse
from app.kernel.transcript import METHODS, listed_in, seal_chance, seal_offer, seed_of, tagged_hash
from tests.conftest import absent
from tests.verify import verifiers
from tests.verify.test_draw import discounted, rule, transcripts


@pytest.fixture(autouse=True)
def node():
    if verifiers.node() is None:
        absent(verifiers.NO_NODE)


STRANGE = (
    None, True, -1, 0, 1, 10**12, 10**15, 2**53 + 1, -(2**60), 0.5, 1.0, 1e300, float("nan"), float("inf"), "", "x",
    "3", "0" * 64, "A" * 64, "e\u0301", "\ud800", "\U0001f600", [], {}, [None], [1], [[[]]], {"weight": 1},
    {"name": "x", "weight": "x"},
)  # fmt: skip


def places(value, place=()):
    """Where something stands in it, inwards."""
    yield place
    for name, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*place, name))


def put_in(value, place, part):
    """The value with another part at a place."""
    if not place:
        return part
    if isinstance(value, dict):
        return {**value, place[0]: put_in(value[place[0]], place[1:], part)}
    return [put_in(one, place[1:], part) if at == place[0] else one for at, one in enumerate(value)]


def sealed_as_a_forger_would(made, much):
    """The transcript with hashes made anew as far as its parts allow: 0 none, 1 the last, 2 all but the seed, 3 all."""
    made = json.loads(json.dumps(made))
    with suppress(ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        for line in made["entrants"] if much > 1 and made["failed"] is None else ():
            line |= {"sealed": seal_chance(made["job"], line), "offer": seal_offer(made["job"], line)}
        if much > 1:
            made["commitment"] = sha256(bytes.fromhex(made["secret"])).hexdigest()
            made["list_hash"] = tagged_hash(
                "list", [{name: one[name] for name in listed_in(made)} for one in made["entrants"]]
            )
        if much > 2 and made["seed"] is not None:
            made["seed"] = seed_of(made, made["list_hash"], [line["contribution"] for line in made["entrants"]])
        made["digest"] = tagged_hash("transcript", {**made, "digest": None}) if much else made["digest"]
    return json.dumps(made, sort_keys=True, ensure_ascii=False).replace("\ud800", "\\ud800")


@pytest.mark.soak
def test_whatever_stands_in_a_transcript_both_say_the_same_of_it(at_scale, tmp_path):
    pick, made = random.Random(5), list(transcripts(20))
    made += [discounted(method, [0, 500, 3_333]) for method in ("lowest_price", "average_price")]
    texts = []
    for _ in range(at_scale(400, 100_000)):
        whole = pick.choice(made)
        place = pick.choice([*((name,) for name in whole), *list(places(whole))[1:]])
        changed = put_in(whole, place, pick.choice(STRANGE)) | (
            {"method": pick.choice(METHODS)} if place[0] == "seed" else {}
        )
        texts.append(sealed_as_a_forger_would(changed, pick.randrange(4)))
    node = [(one["code"], one["says"]) for one in verifiers.told_by_node(texts)]
    assert verifiers.told_by_python(texts, tmp_path) == node
    assert {code for code, _ in node} == {0, 1, 2}


def test_what_is_no_transcript_is_told_apart_by_both(tmp_path):
    whole = write_transcript(rehearse("average_price", 7, b"none", rule()))
    deep, key = "[" * 200 + "]" * 200, '"bidders": null'
    assert key in whole
    none = [
        "",
        " ",
        "[]",
        "null",
        "7",
        '"x"',
        "{",
        "[" * 100_000,
        "{}",
        '{"format": "something else"}',
        "\ufeff" + whole,
    ]
    none += [whole + "x", *(whole.replace(key, f'"bidders": {one}') for one in ("NaN", "Infinity", deep, "1.", "'x'"))]
    other = [whole.replace(key, f'"bidders": {one}') for one in ("1" * 5_000, "1e999999999", "-0", "[" * 50 + "]" * 50)]
    told = verifiers.told_by_python(none + other, tmp_path)
    assert told == [(one["code"], one["says"]) for one in verifiers.told_by_node(none + other)]
    assert [code for code, _ in told] == [2] * len(none) + [1] * len(other)
