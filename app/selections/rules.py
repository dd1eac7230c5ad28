"""The words of selections that stand on the record."""

from app.kernel.words import N_

# Why an award ended that its agency gave up; of one that was corrected, the operator's reason stands there.
ABANDONED = N_("abandoned")
# Why an entry takes no part whose offer, once opened, is outside the bounds as addenda have changed them.
OUT_OF_BOUNDS = N_("Its offer is outside the bounds of the job as an addendum changed them")
# Why a selection failed whose envelopes were exchanged or changed.
NOT_AS_SEALED = N_(
    "An envelope did not hold what its entrant had sealed. Nobody is selected; the job can be posted again."
)
