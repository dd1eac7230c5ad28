"""Recompute a published selection from its transcript (docs/protocols/draw.md): python draw.py TRANSCRIPT.json

Needs Python 3.10 or later and nothing else. Exit 0 when all holds, 1 with the first thing that does not, 2 for a file
that is no transcript. Compare yourself with the announcement: commitment, terms, outside value, list hash at closing.
"""

import json
import re
import sys
from hashlib import sha256
from itertools import accumulate, count
from pathlib import Path
from unicodedata import is_normalized

FORMAT, VERSION, DEEPEST = "intermediary-supermarket-draw", 2, 100
TERMS = """closed_at commitment criteria days_weight drop_from format funds job method minimum_entries outside
    outside_value percentages price_weight reference_fee rule secret title version""".split()
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|\s+')  # of a JSON text: its strings, and the space between its parts
RESULT = "bidders dropped order percentage points ranking reference seed winner".split()
LISTED = ["code", "name", "offer", "sealed"]  # of an entrant, at closing; then what was sealed, and a panel's scores
CHANCE, OFFER = ["contribution", "made_by"], ["days", "discount", "nonce", "quote"]
METHODS = "random_draw lowest_price average_price price_and_days merit".split()
FAILURES = ["There was no eligible entry.", "There were fewer eligible entries than the funds require."]
KINDS = re.compile(r'("[a-z_]+":)|("(?:[^"\\]|\\.)*")|null')  # of canonical JSON: names, texts (t) and nulls (z)
LINE = r"\{t,[tz],(?:z|\d{1,5}),(?:z|\d{1,4}),[tz],t,[tz],t,(?:t,)?(?:z|\d{1,13}),(?:z|\[(?:\d{1,3}[,\]])*\]?),t\},?"
TYPES = rf"""\{{t,t,\[(?:\{{t,\d{{1,3}}\}},?)*\],\d{{1,3}},(?:z|\d{{1,7}}),\[(?:{LINE})*\],t,t,t,t,\d{{1,7}},[tz],[tz],
\[(?:\d{{1,3}}[,\]])*\]?,\d{{1,3}},(?:z|\d{{1,13}}),t,t,t,2\}}""".replace("\n", "")
SHAPE = "a part of it has not the form of the protocol"


def need(holds, reason=SHAPE):
    if not holds:
        raise AssertionError(reason)


def H(purpose, value):
    return sha256(f"{FORMAT}/{VERSION}/{purpose}\0{canonical(value)}".encode()).hexdigest()


def half_up(top, bottom):
    return (2 * top + bottom) // (2 * bottom)


def numbers(seed, label, *bounds):
    blocks = (sha256(seed + label.encode() + block.to_bytes(8, "big")).digest() for block in count())
    words = (int.from_bytes(block[at : at + 8], "big") for block in blocks for at in range(0, 32, 8))
    return [next(word for word in words if word < 2**64 - 2**64 % bound) % bound for bound in bounds]


def shuffled(seed, label, items):
    drawn = list(items)
    for last, other in zip(range(len(drawn))[:0:-1], numbers(seed, label, *range(len(drawn), 1, -1)), strict=True):
        drawn[last], drawn[other] = drawn[other], drawn[last]
    return drawn


def check_entrants(t, lines):
    names = LISTED + ["proposal"] * any("proposal" in line for line in lines if t["method"] == "merit")
    opened = [*CHANCE, *OFFER, "scores"]
    for number, line in enumerate(lines, 1):
        need(set(line) == {*names, *opened}, f"entrant {number} has a field too many or too few")
        shut = t["failed"] is None or all(line[name] is None for name in opened)
        need(shut, f"entrant {number} was opened although the selection failed")
    codes, fee = [line["code"] for line in lines], t["reference_fee"]
    need(codes == sorted(set(codes)) and "".join(codes).isascii(), "the entrants are not sorted by code, each once")
    list_hash = H("list", [{name: line[name] for name in names} for line in lines])
    need(t["list_hash"] == list_hash, "list_hash is not the hash of the list published at closing")
    for code, line in zip(codes, lines, strict=True) if t["failed"] is None else ():
        whose = {"code": code, "job": t["job"]}
        chance, offer = (whose | {name: line[name] for name in part} for part in (CHANCE, OFFER))
        need(line["sealed"] == H("contribution", chance), f"{code} did not seal this contribution")
        need(line["offer"] == H("offer", offer), f"{code} did not seal this offer")
        less = line["quote"] if fee is None else half_up(fee * (10000 - line["discount"]), 10000)
        need(line["quote"] == less, f"the quote of {code} is not the reference fee less the discount")


def result(t, lines, seed):
    drawn = shuffled(seed, "order" if t["method"] == "random_draw" else "tie", range(len(lines)))
    codes, quotes = [line["code"] for line in lines], [line["quote"] or 0 for line in lines]
    merits, gone, found = [(quote,) for quote in quotes], [], dict.fromkeys(RESULT)
    if t["method"] == "average_price":
        if len(quotes) >= t["drop_from"]:
            most, least = ([at for at, one in enumerate(quotes) if one == end] for end in (max(quotes), min(quotes)))
            gone = [most[numbers(seed, "drop-high", len(most))[0]]]
            least = [at for at in least if at not in gone]
            gone.append(least[numbers(seed, "drop-low", len(least))[0]])
            found["dropped"] = {"high": codes[gone[0]], "low": codes[gone[1]]}
        rest = [quote for at, quote in enumerate(quotes) if at not in gone]
        share = found["percentage"] = t["percentages"][numbers(seed, "percentage", len(t["percentages"]))[0]]
        reference = found["reference"] = half_up(sum(rest) * share, 100 * len(rest))
        merits = [(abs(quote - reference), quote) for quote in quotes]
    elif t["method"] in ("price_and_days", "merit"):
        kinds = [(name, part) for name, part in (("quote", t["price_weight"]), ("days", t["days_weight"])) if part]
        least = {name: min(line[name] for line in lines) for name, _ in kinds}
        found["points"] = [  # in hundredths: a part for each weight, of the criteria, the price and the days
            [one["weight"] * score for one, score in zip(t["criteria"], line["scores"], strict=True)]
            + [half_up(100 * weight * least[name], line[name]) for name, weight in kinds]
            for line in lines
        ]
        merits = [(-sum(parts), quote) for parts, quote in zip(found["points"], quotes, strict=True)]
        found["bidders"] = shuffled(seed, "bidders", codes) if t["method"] == "merit" else None
    ranking = [codes[at] for at in sorted((at for at in drawn if at not in gone), key=lambda at: merits[at])]
    return {**found, "order": [codes[at] for at in drawn], "ranking": ranking, "winner": ranking[0], "seed": seed.hex()}


def verify(text, t):
    """Raise AssertionError with the first thing in it that does not follow from what stands before it."""
    plain = PARTS.sub(lambda part: canonical(json.loads(part[0])) if "\\" in part[0] else part[0].strip(), text)
    fine = plain == canonical(t) and is_normalized("NFC", plain) and not re.search("[\ud800-\udfff]", plain)
    need(fine, "a number is not whole, or a field is there twice, out of order or written in another way")
    names = {*TERMS, *RESULT, "digest", "entrants", "failed", "list_hash"}
    need(set(t) == names, f"the fields are others; missing: {', '.join(sorted(names - set(t))) or 'none'}")
    given = canonical({name: t[name] for name in (*TERMS, "entrants")})
    given = KINDS.sub(lambda part: "z" if part.lastindex is None else " t"[part.lastindex - 1].strip(), given)
    need(re.fullmatch(TYPES, given) and t["method"] in METHODS and re.fullmatch("[0-9a-f]{64}", t["secret"]))
    need(t["version"] == VERSION and t["digest"] == H("transcript", {**t, "digest": None}), "digest is not of the rest")
    need(t["commitment"] == sha256(bytes.fromhex(t["secret"])).hexdigest(), "commitment is not the hash of the secret")
    lines, few = t["entrants"], len(t["entrants"]) < max(t["minimum_entries"], 1)
    need(few or (t["outside"] is None) == (t["outside_value"] is None), "outside_value does not go with outside")
    need(t["failed"] == (FAILURES[len(lines) > 0] if few else None), "failed does not follow from the list")
    check_entrants(t, lines)
    expected = {**dict.fromkeys(RESULT), "order": [], "ranking": []}
    if not few:
        chance = {name: t[name] for name in [*TERMS, "list_hash"]}
        seed = H("seed", chance | {"contributions": [line["contribution"] for line in lines]})
        expected = result(t, lines, bytes.fromhex(seed))
    for name in sorted(expected, key=lambda name: (name != "seed", name)):
        same = canonical(t[name]) == canonical(expected[name])
        need(same, f"{name} does not follow from the list, the seed and the rule")


def judge(path):
    try:
        text = Path(path).read_text(encoding="utf-8")
        t = json.loads(text, parse_float=str, parse_constant=int, parse_int=lambda digits: int(digits[:15]))
        levels = accumulate(1 if one in "[{" else -1 for one in re.findall(r"[][{}]", PARTS.sub("", text)))
        need(isinstance(t, dict) and t.get("format") == FORMAT and max(levels) <= DEEPEST)
    except (AssertionError, OSError, RecursionError, ValueError):
        return 2, "This file is no transcript."
    try:
        verify(text, t)
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        return 1, f"It does not hold: {error if isinstance(error, AssertionError) else SHAPE}"
    return 0, "All holds: commitment, list hash, seed, order and result are as published."


if __name__ == "__main__":
    code, says = judge(sys.argv[1]) if len(sys.argv) == 2 else (2, "Give one file: TRANSCRIPT.json")
    sys.exit(print(says) or code)
