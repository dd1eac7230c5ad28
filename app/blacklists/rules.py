"""The law of outside blacklists: a line is matched by credit code and bars nobody before a regulator confirms it."""

from enum import StrEnum

from app.agencies.rules import its_agency
from app.kernel.law import Lifecycle, Turn, a_regulator, step, the_operator
from app.kernel.words import N_


class ListingState(StrEnum):
    TO_REVIEW = "to_review"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


# fmt: off
LISTING_LIFE = Lifecycle("blacklist_line", N_("line of an outside blacklist"), {
        ListingState.TO_REVIEW: N_("matched, to be reviewed"),
        ListingState.UNKNOWN:   N_("no such agency here"),
        ListingState.CONFIRMED: N_("confirmed, in effect"),
        ListingState.DISMISSED: N_("without effect"),
    },
    step("match",   N_("Match it again"), ListingState.UNKNOWN, ListingState.TO_REVIEW, a_regulator),
    step("confirm", N_("Confirm the line"), ListingState.TO_REVIEW, ListingState.CONFIRMED, a_regulator, asks=True),
    step("dismiss", N_("Dismiss the line"), ListingState.TO_REVIEW, ListingState.DISMISSED, a_regulator, asks=True),
    step("lift",    N_("Lift it before its last day"), ListingState.CONFIRMED, ListingState.DISMISSED, a_regulator, asks=True),
    page="blacklists",
    turns={
        ListingState.TO_REVIEW: Turn(a_regulator, N_("Confirm or dismiss it"), "blacklists.show", N_("It has no effect before it is confirmed.")),
    },
)

MAY_READ   = a_regulator | the_operator | its_agency
MAY_LIST   = a_regulator | the_operator
MAY_IMPORT = a_regulator
# fmt: on
