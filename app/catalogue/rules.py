"""The law of the catalogue: anyone reads; the operator makes new versions of a standard."""

from app.kernel.law import the_operator
from app.kernel.words import N_

MAY_MAKE_STANDARD = the_operator

PROVENANCE = {
    "law": N_("in the text of a law"),
    "seen": N_("read in a published list"),
    "memory": N_("well known, source not re-read"),
    "default": N_("a default of this market"),
}
PRICING = {
    "ceiling": N_("ceiling price"),
    "reference": N_("reference fee"),
    "contract": N_("by contract"),
}
# When the service time begins. It is one fact for the whole market: the service clock knows no other beginning.
CLOCK_STARTS = {
    "materials_complete": N_("the working day after the papers are complete"),
}
LEVELS = {
    "region": N_("autonomous region"),
    "city": N_("city"),
    "county": N_("county"),
    "township": N_("township"),
}
# How many marks an axis has; each says what it means.
MARKS = 5
# A version is announced at most this many days ahead: a slip of the pen must not hold the standard for years.
FARTHEST = 366
AXES = {
    "quality": N_("quality"),
    "timeliness": N_("timeliness"),
    "attitude": N_("attitude"),
    "fee": N_("fee"),
    "conduct": N_("conduct"),
}
