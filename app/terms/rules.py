"""The law of the law's numbers: who may try other ones on the year behind us, who adopts one, and what it may be."""

from datetime import date
from unicodedata import normalize

from app.kernel.errors import Invalid
from app.kernel.law import a_regulator, the_operator
from app.kernel.service_clock import Hours
from app.kernel.words import N_

MAY_REHEARSE = the_operator | a_regulator
# Who adopts is a default of this market; the pages say so.
MAY_ADOPT = the_operator

# The least and the most of a number, by its unit; and where more than the unit is asked for, by its code.
BOUNDS = {"wd": (1, 365), "%": (1, 100), "count": (1, 100_000), "minutes": (1, 100_000)}
NARROWER = {
    "panel_least": (3, 99), "password_length": (8, 64), "rating_strength": (1, 1000), "rating_spread": (1, 400),
    "rating_interval": (1, 5000), "rating_half_life": (1, 120), "rating_halvings": (1, 20), "rating_least": (1, 1000),
    "credit_window": (1, 120), "credit_suspended_months": (1, 120), "credit_long_months": (1, 120),
    "credit_removed_months": (1, 120),
}  # fmt: skip
ODD = frozenset({"panel_least"})
TEXTS = frozenset({"working_hours", "average_percentages"})

# Periods that begin with an event which is no step of a lifecycle.
BEGINS = {
    "pause.ask": "pause_confirm",
    "objection.file": "objection_answer",
    "alteration.ask": "alteration_answer",
    "appeal.file": "rating_decision",
    "credit_event.notice": "credit_statement",
}
# What can be rehearsed beside the periods that the lifecycles name.
PAUSE_CAP = "pause_cap"
LIGHTS = ("light_share", "light_days")
ENTRIES = frozenset({"entry", "entry_urgent", "entry_repost"})
# The constants of the scores, by the names that the formula has for them.
CONSTANTS = {
    "rating_strength": "strength",
    "rating_spread": "spread",
    "rating_interval": "width",
    "rating_half_life": "half_life",
    "rating_halvings": "halvings",
    "rating_least": "least",
}
# The numbers of the credit account, by the names that the account has for them.
SCALE = {
    f"credit_{name}": name
    for name in (
        "window", "lowered", "warned", "suspended", "suspended_months", "long", "long_months", "removed_months",
        "repair_share",
    )
}  # fmt: skip
MINIMUMS = ("minimum_entries_state", "minimum_entries_social")

LEAST_SOURCE = 10
# A number is announced at most this many days ahead: a slip of the pen must not hold the law for years.
FARTHEST = 366


def may_be_adopted(code: str, unit: str) -> bool:
    """Whether what the number may be is known here."""
    return unit in BOUNDS or code in TEXTS


def read_value(code: str, unit: str, typed: str) -> str:
    """A value as it is stored, from what was typed; Invalid (field value) when the term cannot have it."""
    text = normalize("NFKC", typed).replace(" ", "").replace("、", ",")
    if unit in BOUNDS:
        return str(_number(code, unit, text))
    try:
        if code == "working_hours":
            Hours.read(text)
            return text
        if code == "average_percentages":
            return _percentages(text)
    except (ValueError, TypeError):
        raise Invalid(N_("Write it as it stands now, with other numbers."), field="value") from None
    raise Invalid(N_("This one cannot be changed here."), field="code")


def check_day(day: date, today: date) -> None:
    """Invalid (field effective_from) for a day from which no number may take effect."""
    if day <= today:
        raise Invalid(N_("Choose a day after today: no number of the law changes backwards."), field="effective_from")
    if (day - today).days > FARTHEST:
        raise Invalid(N_("Choose a day within a year from now."), field="effective_from")


def _number(code: str, unit: str, text: str) -> int:
    least, most = NARROWER.get(code, BOUNDS[unit])
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise Invalid(N_("Enter a whole number from %(least)s to %(most)s."), field="value", least=least, most=most)
    if code in ODD and int(text) % 2 == 0:
        raise Invalid(N_("Enter an odd number."), field="value")
    return int(text)


def _percentages(text: str) -> str:
    numbers = [int(part) for part in text.split(",")]
    if len(set(numbers)) != len(numbers) or not all(1 <= one <= 100 for one in numbers):
        raise ValueError("percentages are different whole numbers from 1 to 100")
    return ",".join(map(str, numbers))
