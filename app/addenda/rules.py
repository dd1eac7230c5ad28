"""What an owner may change of a published job by an addendum (补遗), and what of it an offer is made against."""

from app.kernel.words import N_

AMENDABLE = {
    "need": N_("What is needed"),
    "contact_name": N_("Contact person"),
    "contact_phone": N_("Telephone"),
    "ceiling_cents": N_("Ceiling"),
    "floor_cents": N_("Floor"),
    "days": N_("Service time"),
    "least_days": N_("Fewest days"),
}
# A change of these matters to who has entered or may: the entry stays open for the term of an extension.
MATTERS = frozenset({"need", "ceiling_cents", "floor_cents", "days", "least_days"})
# Of a job that a panel scores, what stays as it was announced: a bidder that fell out of the bounds would take its
# number with it, and the panel knows nobody by another.
BOUNDS = frozenset({"ceiling_cents", "floor_cents", "days", "least_days"})
# Shown to people who are signed in.
FOR_MEMBERS = frozenset({"contact_name", "contact_phone"})
