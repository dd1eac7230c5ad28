"""The law of finding: everybody searches, a person keeps searches of their own, the operator keeps the synonyms."""

from typing import Any

from app.kernel.act import Actor
from app.kernel.law import signed_in, the_operator, who
from app.kernel.words import N_


@who(N_("whoever saved it"))
def its_seeker(actor: Actor, saved: Any) -> bool:
    return actor.user_id is not None and (actor.user_id, actor.unit_id) == (saved.user_id, saved.unit_id)


MAY_SAVE = signed_in
MAY_FORGET = its_seeker
MAY_KEEP_SYNONYMS = the_operator

# How many searches a person keeps in a unit, and at what hour of the day their new hits are told (defaults).
MOST_SAVED = 20
TOLD_AT = 8

# What is found, as a person chooses it.
KINDS = {
    "item": N_("service items"),
    "agency": N_("agencies"),
    "listing": N_("listings"),
    "job": N_("jobs"),
    "notice": N_("notices and results"),
}
SORTS = {
    "relevance": N_("best match"),
    "-at": N_("newest"),
    "price": N_("price, low to high"),
    "-price": N_("price, high to low"),
    "days": N_("fewest days"),
    "-rating": N_("best rated"),
}
# Each facet by which results are narrowed, as the page heads it.
FACETS = {
    "kind": N_("What"),
    "stage": N_("Stage"),
    "item": N_("Service item"),
    "district": N_("District"),
    "state": N_("State"),
    "method": N_("Method of choosing"),
    "price_band": N_("Price, in ten thousand yuan"),
    "days_band": N_("Working days"),
    "rating_band": N_("Rating"),
}
LONGEST_WORD = 40  # characters of a synonym
WORDS = (2, 8)  # in a group of synonyms, at least and at most
NEW_HITS = N_("New since you were told last, for your search “%(title)s”: %(hits)s.")
# The bands of app/infra/searched.py in words.
BANDS = {
    "price_band": {
        "-1": N_("up to 1"),
        "1-5": N_("1 to 5"),
        "5-10": N_("5 to 10"),
        "10-50": N_("10 to 50"),
        "50-": N_("above 50"),
    },
    "days_band": {"1-5": N_("1 to 5"), "6-10": N_("6 to 10"), "11-20": N_("11 to 20"), "21-": N_("21 and more")},
    "rating_band": {
        "4.5-": N_("4.5 and better"),
        "4-4.5": N_("4 to 4.5"),
        "3-4": N_("3 to 4"),
        "-3": N_("below 3"),
    },
}
