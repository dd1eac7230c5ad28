"""Recompute a published selection from its transcript (docs/protocols/draw.md): python draw.py TRANSCRIPT.json

Needs Python 3.10 or later and nothing else. Exit 0 when all holds, 1 with the first thing that does not, 2 for a file
that is no transcript. Compare yourself with the announcement: commitment, terms, outside value, list hash at closing.
"""

import json
import re
import sys
from hashlib import sha256
from itertools import count
from pathlib import Path

FORMAT, VERSION = "intermediary-supermarket-draw", 2
TERMS = """closed_at commitment criteria days_weight drop_from format funds job method minimum_entries outside
    percentages price_weight reference_fee rule title version""".split()
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|\s+')  # of a JSON text: its strings, and the space between its parts
RESULT = "bidders dropped order percentage points ranking reference seed winner".split()
LISTED = ["code", "name", "offer", "sealed"]  # of an entrant, at closing; then what was sealed, and a panel's scores
OPENED = ["contribution", "made_by", "days", "discount", "nonce", "quote", "scores"]
FAILURES = ["There was no eligible entry.", "There were fewer eligible entries than the funds require."]


def need(holds, reason):
    if not holds:
        raise ValueError(reason)


def H(purpose, value):
    return sha256(f"{FORMAT}/{VERSION}/{purpose}\0{canonical(value)}".encode()).hexdigest()


def half_up(top, bottom):
    return (2 * top + bottom) // (2 * bottom)


def words(seed, label):
    for block in count():
        digest = sha256(seed + label.encode() + block.to_bytes(8, "big")).digest()
        yield from (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))


def below(bound, stream):
    return next(word for word in stream if word < 2**64 - 2**64 % bound) % bound


def shuffled(seed, label, items):
    drawn, stream = list(items), words(seed, label)
    for last in range(len(drawn) - 1, 0, -1):
        other = below(last + 1, stream)
        drawn[last], drawn[other] = drawn[other], drawn[last]
    return drawn


def pick(seed, label, choices):
    return choices[below(len(choices), words(seed, label))]


def check_entrants(t):
    """The list is the one published at closing, and what was opened is what was sealed."""
    codes, fee = [line["code"] for line in t["entrants"]], t["reference_fee"]
    need(codes == sorted(set(codes)), "the entrants are not sorted by code, each once")
    names = LISTED + ["proposal"] * any("proposal" in line for line in t["entrants"] if t["method"] == "merit")
    listed = [{name: line[name] for name in names} for line in t["entrants"]]
    need(t["list_hash"] == H("list", listed), "list_hash is not the hash of the list published at closing")
    for code, line in zip(codes, t["entrants"], strict=True):
        whose = {"code": code, "job": t["job"]}
        need(set(line) == {*names, *OPENED}, f"{code} has a field too many or too few")
        if t["failed"] is not None:
            need(all(line[name] is None for name in OPENED), f"{code} was opened although the selection failed")
            continue
        chance, offer = ({name: line[name] for name in part} for part in (OPENED[:2], OPENED[2:6]))
        need(line["sealed"] == H("contribution", {**whose, **chance}), f"{code} did not seal this contribution")
        need(line["offer"] == H("offer", {**whose, **offer}), f"{code} did not seal this offer")
        less = line["quote"] if fee is None else half_up(fee * (10000 - line["discount"]), 10000)
        need(line["quote"] == less, f"the quote of {code} is not the reference fee less the discount")


def points_of(t):
    """Hundredths of a point, for each entrant one part for each weight: the criteria, the price, the days."""
    kinds = [(name, weight) for name, weight in (("quote", t["price_weight"]), ("days", t["days_weight"])) if weight]
    least = {name: min(line[name] for line in t["entrants"]) for name, _ in kinds}
    return [
        [one["weight"] * score for one, score in zip(t["criteria"], line["scores"], strict=True)]
        + [half_up(100 * weight * least[name], line[name]) for name, weight in kinds]
        for line in t["entrants"]
    ]


def result(t, seed):
    """Everything that the seed, the list and the rule of the method decide."""
    codes, quotes = [line["code"] for line in t["entrants"]], [line["quote"] or 0 for line in t["entrants"]]
    drawn = shuffled(seed, "order" if t["method"] == "random_draw" else "tie", range(len(codes)))
    merits, gone, found = [(quote,) for quote in quotes], [], dict.fromkeys(RESULT)
    if t["method"] == "average_price":
        if len(quotes) >= t["drop_from"]:
            gone = [pick(seed, "drop-high", [at for at, one in enumerate(quotes) if one == max(quotes)])]
            lowest = [at for at, one in enumerate(quotes) if one == min(quotes) and at not in gone]
            gone.append(pick(seed, "drop-low", lowest))
            found["dropped"] = {"high": codes[gone[0]], "low": codes[gone[1]]}
        rest = [quote for at, quote in enumerate(quotes) if at not in gone]
        share = found["percentage"] = pick(seed, "percentage", t["percentages"])
        reference = found["reference"] = half_up(sum(rest) * share, 100 * len(rest))
        merits = [(abs(quote - reference), quote) for quote in quotes]
    elif t["method"] in ("price_and_days", "merit"):
        found["points"] = points_of(t)
        merits = [(-sum(parts), quote) for parts, quote in zip(found["points"], quotes, strict=True)]
        found["bidders"] = shuffled(seed, "bidders", codes) if t["method"] == "merit" else None
    ranking = [codes[at] for at in sorted((at for at in drawn if at not in gone), key=lambda at: merits[at])]
    return {**found, "order": [codes[at] for at in drawn], "ranking": ranking, "winner": ranking[0], "seed": seed.hex()}


def verify(t):
    """Raise ValueError with the first thing in the transcript that does not follow from what stands before it."""
    names = {*TERMS, *RESULT, "digest", "entrants", "failed", "list_hash", "outside_value", "secret"}
    need(set(t) == names, "a field is missing or does not belong: " + ", ".join(sorted(set(t) ^ names)))
    need(t["version"] == VERSION and t["digest"] == H("transcript", {**t, "digest": None}), "digest is not of the rest")
    need(t["commitment"] == sha256(bytes.fromhex(t["secret"])).hexdigest(), "commitment is not the hash of the secret")
    few = len(t["entrants"]) < max(t["minimum_entries"], 1)
    need(few or (t["outside"] is None) == (t["outside_value"] is None), "outside_value does not go with outside")
    need(t["failed"] == (FAILURES[len(t["entrants"]) > 0] if few else None), "failed does not follow from the list")
    check_entrants(t)
    expected = {**dict.fromkeys(RESULT), "order": [], "ranking": []}
    if not few:
        chance = {name: t[name] for name in [*TERMS, "list_hash", "outside_value", "secret"]}
        chance["contributions"] = [line["contribution"] for line in t["entrants"]]
        expected = result(t, bytes.fromhex(H("seed", chance)))
    for name in sorted(expected, key=lambda name: (name != "seed", name)):
        need(t[name] == expected[name], f"{name} does not follow from the list, the seed and the rule")


def judge(path):
    try:
        transcript = json.loads(text := Path(path).read_text(encoding="utf-8"), parse_float=str, parse_constant=str)
        need(isinstance(transcript, dict) and transcript.get("format") == FORMAT, "another format")
    except (OSError, RecursionError, ValueError) as error:
        return 2, f"This file is no transcript: {error}"
    try:
        plain = PARTS.sub(lambda part: canonical(json.loads(part[0])) if "\\" in part[0] else part[0].strip(), text)
        need(plain == canonical(transcript), "a field is there twice, out of order or written in another way")
        verify(transcript)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return 1, f"It does not hold: {error}"
    return 0, "All holds: commitment, list hash, seed, order and result are as published."


if __name__ == "__main__":
    code, says = judge(*sys.argv[1:2] or [""])
    sys.exit(print(says) or code)
