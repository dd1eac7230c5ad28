"""The words of selections that stand on the record."""

from app.kernel.words import N_

# Why an award ended, as it stands on the record.
ABANDONED = N_("abandoned")
# The same of one that was wrong: the reason itself is published with the act.
CORRECTED = N_("corrected by the operator")
# Why a selection failed whose envelopes were exchanged or changed.
NOT_AS_SEALED = N_(
    "An envelope did not hold what its entrant had sealed. Nobody is selected; the job can be posted again."
)
