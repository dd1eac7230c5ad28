"""Recompute every score, interval and place (docs/protocols/rating.md): python rating.py RATINGS.json

Needs Python 3.10 or later and nothing else, and reads line by line: a million ratings take no memory. Exit 0 when all
of them follow from the ratings in the file, 1 with the first difference, 2 for a file that is not such data.
"""

import json
import re
import sys
from bisect import bisect_right
from collections import defaultdict
from math import isqrt
from pathlib import Path

FORMAT, CONSTANTS = "intermediary-supermarket-ratings", "half_life halvings least spread strength width".split()
AXES = ("attitude", "conduct", "fee", "quality", "timeliness")
KEY, FIGURES = ("side", "item", "about"), ("count", "score", "lower", "upper", "rank")
CODE, SIDE = r'"[!#-\[\]-~]{1,64}"', '"(agency|owner)"'  # who rates
MARKS, WEIGHTS = (",".join(f'"{axis}":{value}' for axis in AXES) for value in ("[1-5]", "[0-9]{1,3}"))
RATING = re.compile(
    rf'\{{"about":{CODE},"counts":(true|false),"item":{CODE},"job":{CODE},"marks":\{{{MARKS}\}},"month":"\d{{4}}-'
    rf'(0[1-9]|1[0-2])","points":[0-9]+,"set_aside":(null|".*"),"side":{SIDE},"weights":\{{{WEIGHTS}\}}\}}'
)
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Differs(Exception):
    """Something in the file does not follow from the rest. A ValueError says that it is something else."""


def need(holds, reason, kind=ValueError):
    if not holds:
        raise kind(reason)


def month(text):
    return 12 * int(text[:4]) + int(text[5:]) - 1


def read_head(line):
    """The constants, the means and the month, from the first line."""
    found = json.loads(line + "]}")
    need(line.endswith('"ratings":[\n') and found["format"] == FORMAT, f"its format is not {FORMAT}")
    known, now = found["constants"], found["month"]
    fine = list(known) == CONSTANTS and known["halvings"] <= 64 and min(known.values()) > 0 if known else now is None
    need(fine, "the constants are others")
    return known, found["means"], now and month(now)


def lines(file, end):
    """Each line of a list with what it says, up to the one that ends the list."""
    for line in file:
        if line.startswith("]"):
            return need(line == end, f"{line!r} is not {end!r}")
        text = line.rstrip("\n").removesuffix(",")
        found = json.loads(text)
        need(isinstance(found, dict) and canonical(found) == text, "a line is not written as it should be")
        yield text, found
    raise ValueError("it breaks off")


def check_rating(text, line, before):
    """The place of a rating in the order of the file, after the one before it."""
    need(RATING.fullmatch(text), f"{text} is no rating")
    where, place = f"the rating of {line['job']} by the {line['side']}", (len(line["job"]), line["job"], line["side"])
    need(before < place, f"{where} is there twice or out of order")
    need(sum(line["weights"].values()) == 100, f"{where}: the weights do not total 100")
    need(not (line["counts"] and line["set_aside"]), f"{where} counts although it was set aside", Differs)
    points = sum(line["weights"][axis] * line["marks"][axis] for axis in AXES)
    need(points == line["points"], f"{where}: {points} points", Differs)
    return place


def weigh(age, known):
    """Half every half-life, evenly falling in between, nothing after the halvings."""
    halved, rest = divmod(max(age, 0), known["half_life"])
    return 0 if halved >= known["halvings"] else (2 * known["half_life"] - rest) << (known["halvings"] - 1 - halved)


def add(sums, weight, points):
    """A rating to the count, the weight, and the weighed points and squares of those before it."""
    count, total, first, second = sums
    return count + bool(weight), total + weight, first + weight * points, second + weight * points**2


def mean_of(sums):
    """The market's mean to the nearest tenth of a point, half up; 3 where nobody rates."""
    _, weight, first, _ = sums
    return (2 * first + 10 * weight) // (20 * weight) * 10 if weight else 300


def figures(sums, mean, known):
    """count, score, lower, upper, in millionths of a point."""
    count, weight, first, second = sums
    if count < known["least"]:
        return count, None, None, None
    fresh, prior = weigh(0, known), known["strength"] * weigh(0, known)
    weight, first, second = weight + prior, first + prior * mean, second + prior * (mean**2 + known["spread"] ** 2)
    score = (20_000 * first + weight) // (2 * weight)
    half = isqrt(100 * known["width"] ** 2 * (second * weight - first**2) * fresh // weight**3)
    return count, score, max(score - half, 10**6), min(score + half, 5 * 10**6)


def recompute(known, now, ratings):
    """(how many ratings, means, figures by key) as they follow from the ratings."""
    groups, market = defaultdict(lambda: (0, 0, 0, 0)), {side: (0, 0, 0, 0) for side in ("agency", "owner") if known}
    many, place, lowers = 0, (), defaultdict(list)
    for text, line in ratings:
        need(known, "constants are missing")
        many, place, side = many + 1, check_rating(text, line, place), line["side"]
        for item in ((None, line["item"]) if side == "owner" else (None,)) if line["counts"] else ():
            rated, key = (weigh(now - month(line["month"]), known), line["points"]), (side, item, line["about"])
            groups[key] = add(groups[key], *rated)
            market[side] = market[side] if item else add(market[side], *rated)
    means = {side: mean_of(sums) for side, sums in market.items()}
    made = {key: figures(sums, means[key[0]], known) for key, sums in groups.items()}
    for (*scope, _), row in sorted(made.items(), key=lambda one: one[1][2] or 0):
        lowers[tuple(scope)].append(row[2] or 0)
    for key, row in made.items():
        made[key] = (*row, row[2] and 1 + len(lowers[key[:2]]) - bisect_right(lowers[key[:2]], row[2]))
    return many, means, made


def judge(path):
    """(exit status, what to say)."""
    try:
        with Path(path).open(encoding="utf-8", newline="\n") as file:
            known, told, now = read_head(file.readline())
            many, means, made = recompute(known, now, lines(file, '],"scores":[\n'))
            need(canonical(told) == canonical(means), f"the means of the market are {means}", Differs)
            count = len(made)
            for _, line in lines(file, '],"version":1}\n'):
                need(tuple(line) == tuple(sorted(KEY + FIGURES)), "a score has other fields")
                key, here = (tuple(line[name] for name in names) for names in (KEY, FIGURES))
                follows = made.pop(key, None)
                need(canonical(here) == canonical(follows), f"{key} is {follows}, not {here}", Differs)
            need(not made, f"{next(iter(made), None)} is missing", Differs)
            need(not file.read(1), "something follows it")
    except Differs as error:
        return 1, f"It does not follow from the ratings: {error}"
    except (LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        return 2, f"This is no open data of ratings: {error}"
    return 0, f"{many} ratings, {count} scores: all follow from the ratings."


if __name__ == "__main__":
    status, said = judge(sys.argv[1]) if len(sys.argv) == 2 else (2, __doc__)
    print(said.encode(errors="backslashreplace").decode())
    sys.exit(status)
