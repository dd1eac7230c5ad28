"""Amounts of money as people write them, in yuan or in ten thousand yuan (万元), and as we keep them: integer cents."""

import re
from unicodedata import normalize

from app.kernel.words import N_

CENTS_PER_YUAN = 100
CENTS_PER_WAN = 1_000_000
MOST_CENTS = 10_000_000_000 * CENTS_PER_YUAN

NOT_YUAN = N_("Enter an amount in yuan, like 1500 or 1,500.00.")
NOT_WAN = N_("Enter an amount in ten thousand yuan, like 4 or 4.25.")
TOO_FINE_YUAN = N_("Enter an amount in yuan with at most two decimals.")
TOO_FINE_WAN = N_("Enter an amount in ten thousand yuan with at most six decimals.")
NOT_PERCENT = N_("Enter a percentage, like 12 or 12.5.")
TOO_FINE_PERCENT = N_("Enter a percentage with at most two decimals.")
TOO_MUCH = N_("Enter an amount of at most 10 billion yuan.")

_LONGEST = 40
_AMOUNT = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")


def parse_yuan(text: str) -> int:
    """Cents from "1500", "1,500.00", "¥1500" or "１５００元"; ValueError carries a msgid that says what to enter."""
    return _parse(text, "元", 2, not_an_amount=NOT_YUAN, too_fine=TOO_FINE_YUAN)


def parse_wan(text: str) -> int:
    """Cents from ten thousands of yuan: "4", "4.25", "4.25万元" (at most six decimals); ValueError as above."""
    return _parse(text, "万元", 6, not_an_amount=NOT_WAN, too_fine=TOO_FINE_WAN)


def parse_percent(text: str) -> int:
    """Hundredths of a percent from "12", "12.5" or "12.50%"; ValueError as above."""
    return _parse(text, "%", 2, not_an_amount=NOT_PERCENT, too_fine=TOO_FINE_PERCENT)


def percentage(hundredths: int) -> str:
    """1250 -> "12.5": hundredths of a percent, with as many decimals as it takes."""
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")


def yuan(cents: int) -> str:
    """150000 -> "1,500", 150050 -> "1,500.50"."""
    return _sign(cents) + f"{abs(cents) // CENTS_PER_YUAN:,}.{abs(cents) % CENTS_PER_YUAN:02d}".removesuffix(".00")


def wan(cents: int) -> str:
    """4000000 -> "4.00": exact, with as many decimals as it takes, at least two."""
    decimals = f"{abs(cents) % CENTS_PER_WAN:06d}".rstrip("0").ljust(2, "0")
    return _sign(cents) + f"{abs(cents) // CENTS_PER_WAN:,}.{decimals}"


def _parse(text: str, unit: str, places: int, *, not_an_amount: str, too_fine: str) -> int:
    if len(text) > _LONGEST:
        raise ValueError(not_an_amount)
    plain = normalize("NFKC", text).strip().removeprefix("¥").removesuffix(unit).strip()
    if not (found := _AMOUNT.fullmatch(plain)):
        raise ValueError(not_an_amount)
    whole, decimals = found[1].replace(",", ""), found[2] or ""
    if len(decimals) > places:
        raise ValueError(too_fine)
    cents = int(whole + decimals.ljust(places, "0"))
    if cents > MOST_CENTS:
        raise ValueError(TOO_MUCH)
    return cents


def _sign(cents: int) -> str:
    return "-" if cents < 0 else ""
