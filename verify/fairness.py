"""Recompute the fairness report (docs/protocols/fairness.md): python fairness.py OPEN.json [REPORT.json]

Needs Python 3.10 or later and nothing else. Prints the figures. Exit 0 when the report follows from the open data, or
when none is given; 1 with the first difference, 2 for a file that is not such data. That a line of the open data is the
selection it says is for draw.py to check: its transcript has the same digest, entrants and winner.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

OPEN, REPORT, VERSION = "intermediary-supermarket-draws", "intermediary-supermarket-fairness", 1
LEAST_DRAWS, LISTED, LEVEL = 5, 200, Fraction(1, 100)
TABLES = {"agencies": None, "owners": "owner", "items": "item"}  # the table, and what its figures are about
UNIT = 10**36  # chances are whole numbers of 1/UNIT, rounded down
FIELDS = set("among closed_on digest item job method owner transcript winner".split())
CODE, DAY, HASH = (re.compile(one) for one in (r"[!-~]{1,64}", r"\d{4}-\d{2}-\d{2}", r"[0-9a-f]{64}"))
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class NoSuchData(Exception):
    """The file is something else."""


def need(holds, reason):
    if not holds:
        raise NoSuchData(reason)


def once(pairs):
    need(len(dict(pairs)) == len(pairs), "a field is there twice")
    return dict(pairs)


def read(path, form):
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=once)
    except (OSError, RecursionError, ValueError) as error:
        raise NoSuchData(error) from error
    need(isinstance(found, dict) and found.get("format") == form, f"its format is not {form}")
    need(canonical(found.get("version")) == canonical(VERSION), f"its version is not {VERSION}")
    return found


def check_open(found):
    need(set(found) == {"draws", "format", "version"} and isinstance(found["draws"], list), "the fields are others")
    before = ""
    for line in found["draws"]:
        need(isinstance(line, dict) and set(line) == FIELDS, f"the line after {before!r} has not the fields of a draw")
        texts = [line[name] for name in FIELDS - {"among", "winner"}]
        need(all(isinstance(one, str) for one in texts), f"the line after {before!r} holds something else than texts")
        need(before < line["job"], f"{line['job']} is out of order or there twice")
        before, codes = line["job"], line["among"]
        fits = isinstance(codes, list) and all(isinstance(one, str) and CODE.fullmatch(one) for one in codes)
        need(fits and codes == sorted(set(codes)), f"the agencies of {before} are not codes in order, each once")
        need(line["winner"] in codes if codes else line["winner"] is None, f"the winner of {before} did not take part")
        need(DAY.fullmatch(line["closed_on"]) and HASH.fullmatch(line["digest"]), f"the day or digest of {before}")


def six(value):
    """A number with six decimals, half up."""
    whole = (2 * value.numerator * 10**6 + value.denominator) // (2 * value.denominator)
    return f"{whole // 10**6}.{whole % 10**6:06}"


def tail(sizes, wins):
    """The chance, in 1/UNIT, of at least so many wins in draws of these sizes (a Counter of them)."""
    below = [UNIT][:wins]
    for size, times in sorted(sizes.items()):
        term, whole, row = (size - 1) ** times, size**times, []
        for place in range(min(times + 1, wins)):
            row.append(UNIT * term // whole)
            term = term * (times - place) // ((place + 1) * (size - 1))
        below = product(below, row)[:wins]
    return UNIT - sum(below)


def product(one, other):
    """Each coefficient of the product of two polynomials, rounded down. They are packed into one number each."""
    if not one or not other:
        return []
    whole = pack(one) * pack(other)
    parts = whole.to_bytes(32 * (len(one) + len(other)), "little")
    return [int.from_bytes(parts[at : at + 32], "little") // UNIT for at in range(0, len(parts) - 32, 32)]


def pack(coefficients):
    return int.from_bytes(b"".join(one.to_bytes(32, "little") for one in coefficients), "little")


def looks(table, draws):
    """(chance, agency, about, sizes, wins) of each figure that has enough draws."""
    sizes, wins = defaultdict(Counter), Counter()
    for draw in draws:
        about = draw[TABLES[table]] if TABLES[table] else None
        for agency in draw["among"]:
            sizes[agency, about][len(draw["among"])] += 1
        wins[draw["winner"], about] += 1
    enough = ((key, own) for key, own in sizes.items() if sum(own.values()) >= LEAST_DRAWS)
    return [(tail(own, wins[key]), key[0], key[1], own, wins[key]) for key, own in enough]


def report(lines):
    draws = [line for line in lines if len(line["among"]) > 1]
    found = {table: looks(table, draws) for table in TABLES}
    every = [(table, *look) for table in found for look in found[table]]
    every.sort(key=lambda one: (one[1], one[2], one[3] or ""))
    rows, corrected = {table: [] for table in TABLES}, 0
    for place, (table, chance, agency, about, sizes, wins) in enumerate(every):
        corrected = max(corrected, min(UNIT, (len(every) - place) * chance))  # Holm
        expected = sum((Fraction(times, size) for size, times in sizes.items()), Fraction())
        chances = {"chance": six(Fraction(chance, UNIT)), "corrected": six(Fraction(corrected, UNIT))}
        figures = {"draws": sum(sizes.values()), "expected": six(expected), "wins": wins, **chances}
        if len(rows[table]) < LISTED:
            told = Fraction(corrected, UNIT) <= LEVEL
            rows[table].append({"about": about, "agency": agency, "stands_out": told, **figures})
    days = sorted(draw["closed_on"] for draw in draws) or [None]
    counts = {"draws": len(draws), "selections": len(lines), "looks": {name: len(some) for name, some in found.items()}}
    fixed = {"format": REPORT, "version": VERSION, "least_draws": LEAST_DRAWS, "level": six(LEVEL)}
    span = {"first": days[0], "last": days[-1], "open_hash": sha256(canonical(lines).encode()).hexdigest()}
    return {**counts, **fixed, **span, "tables": rows}


def difference(found, expected, where="report"):
    """The first place at which a report is not what follows from the open data, in words."""
    if isinstance(found, dict) and isinstance(expected, dict) and set(found) == set(expected):
        pairs = [(f"{where}.{name}", found[name], expected[name]) for name in sorted(expected)]
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        pairs = [(f"{where}[{at}]", one, other) for at, (one, other) in enumerate(zip(found, expected, strict=True))]
    else:
        same = canonical(found) == canonical(expected)
        return None if same else f"{where} is {canonical(found)[:200]}, and {canonical(expected)[:200]} follows"
    return next((told for where, one, other in pairs if (told := difference(one, other, where))), None)


def figures(made):
    yield f"{made['selections']} selections, {made['draws']} draws, {sum(made['looks'].values())} figures looked at."
    for table, rows in made["tables"].items():
        for row in rows[:10]:
            about, mark = f" with {row['about']}" if row["about"] else "", "  STANDS OUT" if row["stands_out"] else ""
            told = f"{row['wins']} wins of {row['draws']}, expected {row['expected']}, chance {row['chance']}"
            yield f"{table}: {row['agency']}{about}: {told}, corrected {row['corrected']}{mark}"


def judge(*paths):
    try:
        found = read(paths[0] if paths else "", OPEN)
        check_open(found)
        published = read(paths[1], REPORT) if paths[1:] else None
        made = report(found["draws"])
        wrong = difference(published, made) if published is not None else None
    except (NoSuchData, RecursionError, ValueError) as error:
        return 2, f"This is no such data: {error}"
    said = "\n".join(figures(made))
    if published is None:
        return 0, said
    if wrong:
        return 1, f"{said}\nIt does not follow: {wrong}"
    return 0, f"{said}\nThe report follows from the open data."


if __name__ == "__main__":
    code, says = judge(*sys.argv[1:]) if len(sys.argv) in (2, 3) else (2, __doc__)
    sys.exit(print(says.encode(errors="backslashreplace").decode()) or code)
