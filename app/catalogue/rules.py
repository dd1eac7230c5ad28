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
AXES = {
    "quality": N_("quality"),
    "timeliness": N_("timeliness"),
    "attitude": N_("attitude"),
    "fee": N_("fee"),
    "conduct": N_("conduct"),
}
