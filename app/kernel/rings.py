"""What makes a rating worth a regulator's look, with the numbers (docs/protocols/rating.md). A flag is a question, and
never a verdict: it changes no score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from unicodedata import category, normalize

MOST = 100  # the risk of a rating has a top


@dataclass(frozen=True)
class Limits:
    """From where on something is flagged: `gap` and `high`, `low` in hundredths of a point, `least` ratings to compare
    with, `pairs` of high ratings both ways, `burst` ratings within two days; and the risk each flag adds."""

    gap: int
    high: int
    low: int
    least: int
    pairs: int
    burst: int
    risks: Mapping[str, int]


@dataclass(frozen=True)
class Seen:
    """What is known beside a rating. Points are hundredths. `others`: how many ratings of the same unit come from
    others, and their mean; `own`: how many others the rater gave, and their mean; `mutual`: of the jobs between both,
    how many were rated high by both sides, of how many, and the mean of what this side gave in them; `disputes`:
    returns, refused pauses and objections in this job; `same_text`: ratings with the same words; `near`: others about
    the same unit within two days, and how many are usual in two days (thousandths); `shared`: what both units have in
    common."""

    points: int
    others: tuple[int, int] = (0, 0)
    own: tuple[int, int] = (0, 0)
    mutual: tuple[int, int, int] = (0, 0, 0)
    disputes: int = 0
    same_text: int = 0
    near: tuple[int, int] = (0, 0)
    shared: Sequence[str] = ()


def flags_of(seen: Seen, limits: Limits) -> dict[str, dict[str, int | list[str]]]:
    """The flags of a rating, each with the numbers that raised it."""
    found: dict[str, dict[str, int | list[str]]] = {}
    many, mean = seen.others
    gives, usual = seen.own
    if many >= limits.least and abs(seen.points - mean) >= limits.gap:
        habit = gives >= limits.least and abs(seen.points - usual) < limits.gap // 2
        if not habit:  # who always rates so is no outlier of one firm's
            found["outlier"] = {"points": seen.points, "others": many, "mean": mean, "given": gives, "usual": usual}
    both, between, among_them = seen.mutual
    praise = both >= limits.pairs and seen.points >= limits.high and between > many
    favour = between >= limits.pairs and many >= limits.least and 2 * (among_them - mean) >= limits.gap
    if praise or favour:
        numbers = {"both_high": both, "between": between, "between_mean": among_them, "others": many, "mean": mean}
        found["mutual"] = {**numbers}
    if seen.disputes and seen.points <= limits.low:
        found["retaliation"] = {"points": seen.points, "disputes": seen.disputes}
    if seen.same_text:
        found["copied"] = {"same_text": seen.same_text}
    near, expected = seen.near
    if near + 1 >= limits.burst and 1000 * (near + 1) > 4 * expected:
        found["burst"] = {"within_two_days": near + 1, "usual_thousandths": expected}
    if seen.shared:
        found["shared"] = {"what": list(seen.shared)}
    return found


def risk_of(flags: Mapping[str, object], limits: Limits) -> int:
    """From 0 to 100: the sum of what the flags add."""
    return min(MOST, sum(limits.risks[name] for name in flags))


def text_key(text: str, least: int) -> str | None:
    """By which the same words are found again: letters and figures alone; None where there are too few to tell."""
    plain = "".join(one for one in normalize("NFKC", text).casefold() if category(one)[0] in "LN")
    return sha256(plain.encode()).hexdigest() if len(plain) >= least else None


def sample(seed: str, names: Sequence[str], share: int) -> list[str]:
    """The names drawn by a published seed: those with the smallest SHA-256 of seed|name, `share` in a hundred of them,
    rounded up."""
    ordered = sorted(names, key=lambda name: sha256(f"{seed}|{name}".encode()).hexdigest())
    return ordered[: ceil(len(names) * share / 100)]
