"""Public values of a later day that may be hashed into a draw: how each is named in advance, and what it looks like.

A source is a row of SOURCES. Its value for a closing instant comes into being after that instant, so that nobody can
know it, or anything that follows from it, while entries are taken.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from unicodedata import normalize

from app.kernel.words import N_
from app.kernel.workdays import HERE, due_day

# quicknet, the drand chain of the League of Entropy: https://api.drand.sh/<CHAIN>/info tells the same numbers.
CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
GENESIS, PERIOD = datetime.fromtimestamp(1_692_803_367, UTC), timedelta(seconds=3)
# Between closing and the round: entries, and what they sealed, are frozen well before anybody can know it.
APART = timedelta(minutes=1)
# The daily number is drawn in the evening; before this hour in Shanghai none of that day is believed.
EVENING = time(20, tzinfo=HERE)


@dataclass(frozen=True)
class Named:
    """The value of a source for one closing instant: in words, as announced and as the transcript says it; the aware
    instant before which it cannot exist; the address where anybody reads it; its number there, if it has one."""

    words: str
    since: datetime
    where: str
    number: int = 0


@dataclass(frozen=True)
class Source:
    """One source: its name and what choosing it means (English msgids), what its value looks like in words and as a
    pattern, and how the value for a closing instant is named."""

    says: str
    hint: str
    looks: str
    shape: re.Pattern[str]
    named: Callable[[datetime], Named]

    def read(self, text: str) -> str:
        """A value as the source publishes it, from what a person typed; ValueError when it does not look like one."""
        value = "".join(normalize("NFKC", text).split()).lower()
        if not self.shape.fullmatch(value):
            raise ValueError(f"not like {self.shape.pattern}")
        return value


def drand_round(closes: datetime) -> Named:
    """The first round at least APART after the closing. Round 1 was made at GENESIS, one more each PERIOD."""
    number = -((GENESIS - closes - APART) // PERIOD) + 1
    since = GENESIS + (number - 1) * PERIOD
    where = f"https://api.drand.sh/{CHAIN}/public/{number}"
    return Named(f"drand quicknet {CHAIN}, round {number}, randomness", since, where, number)


def welfare_3d(closes: datetime) -> Named:
    """The first number drawn on the day after the closing day or later: on some holidays none is drawn."""
    day = due_day(closes) + timedelta(days=1)
    words = f"中国福利彩票 3D，{day.isoformat()} 当日或其后首期开奖号码"
    return Named(words, datetime.combine(day, EVENING).astimezone(UTC), "https://www.cwl.gov.cn/")


SOURCES: dict[str, Source] = {
    "drand": Source(
        N_("a drand round"),
        N_("A random number that independent institutions around the world make together, a minute after closing."),
        N_("64 digits 0–9 and letters a–f, at the source called “randomness”"),
        re.compile(r"[0-9a-f]{64}"),
        drand_round,
    ),
    "welfare_3d": Source(
        N_("the welfare lottery’s 3D number"),
        N_("The first number drawn after the closing day. With three digits it is weaker than a drand round."),
        N_("three digits, in the order drawn"),
        re.compile(r"[0-9]{3}"),
        welfare_3d,
    ),
}
