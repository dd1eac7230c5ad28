"""The law of the law's numbers: who may try other ones on the year behind us, who adopts one, and what it may be."""

from collections.abc import Callable
from datetime import date, datetime
from unicodedata import normalize

from app.kernel.choosing import LEAST_DROP_FROM
from app.kernel.errors import Invalid
from app.kernel.law import a_regulator, the_operator
from app.kernel.service_clock import Hours
from app.kernel.words import N_
from app.ratings.rules import Party

MAY_REHEARSE = the_operator | a_regulator
# Who adopts is a default of this market; the pages say so.
MAY_ADOPT = the_operator

# The least and the most of a number, by its unit; and where more than the unit is asked for, by its code.
BOUNDS = {"wd": (1, 365), "%": (1, 100), "days": (1, 365), "count": (1, 100_000), "minutes": (1, 100_000)}
NARROWER = {
    "average_drop_from": (LEAST_DROP_FROM, 100_000), "panel_least": (3, 99), "password_length": (8, 64), "rating_strength": (1, 1000), "rating_spread": (1, 400),
    "rating_interval": (1, 5000), "rating_half_life": (1, 120), "rating_halvings": (1, 20), "rating_least": (1, 1000),
    "credit_window": (1, 120), "credit_suspended_months": (1, 120), "credit_long_months": (1, 120),
    "credit_removed_months": (1, 120),
}  # fmt: skip
ODD = frozenset({"panel_least"})
DRAWN_FROM = "average_percentages"
# The weights of the three-party score, in whole percents.
PARTIES = "rating_parties"
TEXTS = frozenset({"working_hours", DRAWN_FROM, PARTIES})

# Periods that begin with an event which is no step of a lifecycle.
BEGINS = {
    "pause.ask": "pause_confirm",
    "objection.file": "objection_answer",
    "alteration.ask": "alteration_answer",
    "appeal.file": "rating_decision",
    "credit_event.notice": "credit_statement",
    "inquiry.ask": "question_answer",
    "job.amend": "addendum_extension",
}
# Periods beside which the closing of the entry stands in the record: a question is answered before it at the latest,
# and no addendum makes it earlier.
BOUNDED: dict[str, Callable[..., datetime]] = {"question_answer": min, "addendum_extension": max}
# What can be rehearsed beside the periods that the lifecycles name.
PAUSE_CAP = "pause_cap"
DROP_FROM = "average_drop_from"
LIGHTS = ("light_share", "light_days")
ENTRIES = frozenset({"entry", "entry_urgent", "entry_repost", "addendum_extension"})
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

# Why the other numbers cannot be rehearsed, by the beginnings of their codes.
WITHIN = N_("What was done within it is on record; what it kept people from doing is not.")
SCALES = N_("It sets what an event costs when it is recorded; what is on record keeps its points.")
LOOKED_AT = N_("It sets what people look at again; what they would have decided nobody knows.")
HOURS = N_("It sets which hours of a pause count; under other hours people would have asked for pauses at others.")
SIGNING_IN = N_("It is about signing in, not about jobs.")
MEASURE = N_("It is the yardstick of a public page, which shows everything beside it.")
REMINDED = N_("It sets when people are told, and no deadline.")
WHY_NOT = {
    "social_insurance_months": WITHIN, "question_deadline": WITHIN, "minimum_entries_direct": WITHIN,
    "panel_least": WITHIN, "panel_witnesses": WITHIN, "extension_cap": WITHIN, "scope_cap": WITHIN,
    "rating_correction": WITHIN, "rating_reply": WITHIN, "rating_appeal": WITHIN, "credit_repair_months": WITHIN,
    "credit_publication": SCALES, "credit_late_contract": SCALES, "credit_overdue_low": SCALES,
    "credit_overdue_high": SCALES, "review_": LOOKED_AT, "working_hours": HOURS,
    "session_": SIGNING_IN, "password_": SIGNING_IN, "acceptance_reminder": REMINDED, "reminder_": REMINDED,
    "promise_share": MEASURE, "payment": MEASURE,
}  # fmt: skip


def why_not(code: str) -> str:
    """Why a number cannot be rehearsed, as an English msgid."""
    return next(says for begins, says in WHY_NOT.items() if code.startswith(begins))


LEAST_SOURCE, LEAST_REASON = 10, 5
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
        if code == DRAWN_FROM:
            return _percentages(text)
        if code == PARTIES:
            return _weights(text)
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
    return ",".join(map(str, sorted(numbers)))


def _weights(text: str) -> str:
    """The weights of the parties, given as they stand in the law or like 5:3:2, in whole percents of their sum."""
    try:
        parts = [int(part) for part in text.replace("∶", ",").replace(":", ",").split(",")]
    except ValueError:
        parts = []
    if len(parts) != len(Party) or min(parts) < 1 or any(100 * part % sum(parts) for part in parts):
        says = N_(
            "Enter the weights of owner, regulator and service centre, like 5:3:2; each a whole percent of the sum."
        )
        raise Invalid(says, field="value")
    return ",".join(str(100 * part // sum(parts)) for part in parts)
