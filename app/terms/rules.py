"""The law of the law's numbers: who may try other ones on the year behind us, and what they may be."""

from unicodedata import normalize

from app.kernel.errors import Invalid
from app.kernel.law import a_regulator, the_operator
from app.kernel.words import N_

MAY_REHEARSE = the_operator | a_regulator

# The least and the most of a number, by its unit; and where more than the unit is asked for, by its code.
BOUNDS = {"wd": (1, 365), "%": (1, 100), "count": (1, 100_000), "minutes": (1, 100_000)}
NARROWER = {"panel_least": (3, 99), "password_length": (8, 64)}
ODD = frozenset({"panel_least"})

# Periods that begin with an event which is no step of a lifecycle.
BEGINS = {"pause.ask": "pause_confirm", "objection.file": "objection_answer"}
# What can be rehearsed beside the periods that the lifecycles name.
PAUSE_CAP = "pause_cap"
LIGHTS = ("light_share", "light_days")
ENTRIES = frozenset({"entry", "entry_urgent", "entry_repost"})
MINIMUMS = ("minimum_entries_state", "minimum_entries_social")


def read_value(code: str, unit: str, typed: str) -> str:
    """A value as it is stored, from what was typed; Invalid (field value) when the term cannot have it."""
    text = normalize("NFKC", typed).replace(" ", "").replace("、", ",")
    if unit in BOUNDS:
        return str(_number(code, unit, text))
    raise Invalid(N_("This one cannot be changed here."), field="code")


def _number(code: str, unit: str, text: str) -> int:
    least, most = NARROWER.get(code, BOUNDS[unit])
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise Invalid(N_("Enter a whole number from %(least)s to %(most)s."), field="value", least=least, most=most)
    if code in ODD and int(text) % 2 == 0:
        raise Invalid(N_("Enter an odd number."), field="value")
    return int(text)
