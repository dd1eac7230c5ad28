"""Recompute every score, interval and place (docs/protocols/rating.md): python rating.py RATINGS.json

Needs Python 3.10 or later and nothing else. Exit 0 when all of them follow from the ratings in the file, 1 with the
first difference, 2 for a file that is not such data.
"""

import json
import re
import sys
from collections import defaultdict
from math import isqrt
from pathlib import Path

FORMAT, VERSION = "intermediary-supermarket-ratings", 1
AXES = ("attitude", "conduct", "fee", "quality", "timeliness")
CONSTANTS = ("half_life", "halvings", "least", "spread", "strength", "width")
FIELDS = set("about counts item job marks month points set_aside side weights".split())
SCORES = set("about count item lower rank score side upper".split())
SIDES = ("agency", "owner")  # who rates
CODE = re.compile(r"[!-~]{1,64}")
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class NoSuchData(Exception):
    """The file is something else."""


class Differs(Exception):
    """Something in the file does not follow from the rest."""


def need(holds, reason, kind=NoSuchData):
    if not holds:
        raise kind(reason)


def once(pairs):
    need(len(dict(pairs)) == len(pairs), "a field is there twice")
    return dict(pairs)


def whole(value, least, most=10**9):
    return type(value) is int and least <= value <= most


def month(text):
    found = MONTH.fullmatch(text) if isinstance(text, str) else None
    need(found, f"{text!r} is not a month")
    return 12 * int(found[1]) + int(found[2]) - 1


def read(path):
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=once)
    except (OSError, RecursionError, ValueError) as error:
        raise NoSuchData(error) from error
    need(isinstance(found, dict) and found.get("format") == FORMAT, f"its format is not {FORMAT}")
    need(canonical(found.get("version")) == canonical(VERSION), f"its version is not {VERSION}")
    fields = {"constants", "format", "means", "month", "ratings", "scores", "version"}
    need(set(found) == fields, "the fields are others")
    need(isinstance(found["ratings"], list) and isinstance(found["scores"], list), "the lists are none")
    return found


def check_rating(line, seen):
    need(isinstance(line, dict) and set(line) == FIELDS, "a rating has other fields")
    need(all(isinstance(line[one], str) and CODE.fullmatch(line[one]) for one in ("about", "item", "job")), "codes")
    where = f"the rating of {line['job']} by the {line['side']}"
    need(line["side"] in SIDES and (line["job"], line["side"]) not in seen, f"{where} is there twice or by nobody")
    seen.add((line["job"], line["side"]))
    for name, least, most in (("marks", 1, 5), ("weights", 0, 100)):
        parts = line[name]
        need(isinstance(parts, dict) and tuple(sorted(parts)) == AXES, f"{where} has other axes")
        need(all(whole(parts[axis], least, most) for axis in AXES), f"{where}: {name}")
    need(sum(line["weights"].values()) == 100, f"{where}: the weights do not total 100")
    need(type(line["counts"]) is bool and isinstance(line["set_aside"], str | None), f"{where}: whether it counts")
    need(not (line["counts"] and line["set_aside"]), f"{where} counts although it was set aside", Differs)
    points = sum(line["weights"][axis] * line["marks"][axis] for axis in AXES)
    need(whole(line["points"], 100, 500) and points == line["points"], f"{where}: {points} points", Differs)
    return month(line["month"])


def weigh(age, known):
    """Half every half-life, evenly falling in between, nothing after the halvings."""
    halved, rest = divmod(max(age, 0), known["half_life"])
    return 0 if halved >= known["halvings"] else (2 * known["half_life"] - rest) << (known["halvings"] - 1 - halved)


def mean_of(some):
    """The market's mean to the nearest tenth of a point, half up; 3 where nobody rates."""
    weight, first = sum(each for each, _ in some), sum(each * points for each, points in some)
    return (2 * first + 10 * weight) // (20 * weight) * 10 if weight else 300


def figures(some, mean, known):
    """count, score, lower, upper of (weight, points) pairs, in millionths of a point."""
    some = [(weight, points) for weight, points in some if weight]
    if len(some) < known["least"]:
        return len(some), None, None, None
    fresh = weigh(0, known)
    pairs = [*some, (known["strength"] * fresh, mean)]
    weight, first = sum(each for each, _ in pairs), sum(each * points for each, points in pairs)
    second = sum(each * points**2 for each, points in pairs) + known["strength"] * fresh * known["spread"] ** 2
    score = (20_000 * first + weight) // (2 * weight)
    half = isqrt(100 * known["width"] ** 2 * (second * weight - first**2) * fresh // weight**3)
    return len(some), score, max(score - half, 10**6), min(score + half, 5 * 10**6)


def recompute(found):
    """(means, score lines) as they follow from the ratings."""
    known, seen, groups, market = found["constants"], set(), defaultdict(list), {side: [] for side in SIDES}
    if known is None:
        need(found["month"] is None and found["means"] == {} and not found["ratings"], "constants are missing")
        return {}, {}
    need(isinstance(known, dict) and tuple(sorted(known)) == CONSTANTS, "the constants are others")
    need(all(whole(known[name], 1, 10**4) for name in CONSTANTS) and known["halvings"] <= 64, "the constants")
    now = month(found["month"])
    for line in found["ratings"]:
        given, side = check_rating(line, seen), line["side"]
        if line["counts"]:
            pair = (weigh(now - given, known), line["points"])
            market[side].append(pair)
            for item in (None, line["item"]) if side == "owner" else (None,):
                groups[side, item, line["about"]].append(pair)
    means = {side: mean_of(some) for side, some in market.items()}
    made = {key: figures(some, means[key[0]], known) for key, some in groups.items()}
    lowers = defaultdict(list)
    for (side, item, _), (_, _, lower, _) in made.items():
        lowers[side, item].append(lower or 0)
    places = {scope: {lower: place for place, lower in reversed(list(enumerate(sorted(some, reverse=True), 1)))}
              for scope, some in lowers.items()}  # fmt: skip
    return means, {key: (*row, places[key[:2]][row[2]] if row[2] else None) for key, row in made.items()}


def judge(path):
    """(exit status, what to say)."""
    try:
        found = read(path)
        means, made = recompute(found)
        need(canonical(found["means"]) == canonical(means), f"the means of the market are {means}", Differs)
        told = set()
        for line in found["scores"]:
            need(isinstance(line, dict) and set(line) == SCORES, "a score has other fields")
            key = (line["side"], line["item"], line["about"])
            need(all(isinstance(part, str | None) for part in key) and key not in told, f"{key} is there twice")
            need(key in made, f"{key} has no rating that counts", Differs)
            told.add(key)
            here = [line[name] for name in ("count", "score", "lower", "upper", "rank")]
            need(canonical(here) == canonical(made[key]), f"{key} is {made[key]}, not {here}", Differs)
        need(len(told) == len(made), f"{next(iter(set(made) - told), None)} is missing", Differs)
    except NoSuchData as error:
        return 2, f"This is no open data of ratings: {error}"
    except Differs as error:
        return 1, f"It does not follow from the ratings: {error}"
    return 0, f"{len(found['ratings'])} ratings, {len(made)} scores: all follow from the ratings."


if __name__ == "__main__":
    status, said = judge(sys.argv[1]) if len(sys.argv) == 2 else (2, __doc__)
    print(said)
    sys.exit(status)
