"""The words of selections that stand on the record."""

from app.kernel.words import N_

# Why an award ended that its agency gave up; of one that was corrected, the operator's reason stands there.
ABANDONED = N_("abandoned")
# Why a selection failed whose envelopes were exchanged or changed.
NOT_AS_SEALED = N_(
    "An envelope did not hold what its entrant had sealed. Nobody is selected; the job can be posted again."
)
