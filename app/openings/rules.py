"""The law of openings: who brings what opens the entries of a job after the closing."""

from typing import Any

from app.jobs.rules import (
    awaiting,
    holds_share,
    its_officer,
    reads_value,
    share_missing,
    takes_entries,
    value_missing,
)  # fmt: skip
from app.kernel.act import VISITOR
from app.kernel.law import the_operator
from app.kernel.words import N_

# What is typed in by two officers stands on the page of a job for everybody, from the moment both agree.
MAY_READ_VALUE = the_operator
MAY_TYPE_NOW = reads_value
unread = value_missing
# The shares of the opening key: who takes one and brings one back, and while what.
MAY_HOLD_SHARE = holds_share
MAY_BRING_NOW = holds_share & share_missing
unlocks = share_missing
MAY_STILL_TAKE = holds_share & share_missing & (takes_entries | awaiting)
# Why a selection failed that nobody opened in time.
NOT_READ = N_("Two equal readings of the value named in advance did not come in time. The job can be posted again.")
NOT_BROUGHT = N_("No share of the opening key was brought in time. The job can be posted again.")
# What each of them brings, by the fact that tells whose share it was; and who did, said of a job that nobody opened.
OFFICER, RECOVERY = "officer_share", "recovery_share"
BRINGS = {
    OFFICER: N_("the officer’s share of the opening key"),
    RECOVERY: N_("the regulator’s recovery share of the opening key"),
}
READINGS = N_("the operator’s two equal readings of the value named in advance")
NOTHING = N_("nothing")
WHO_BROUGHT = N_("Not brought: %(missing)s. Brought: %(brought)s.")


def openers(job: Any) -> tuple[str, ...]:
    """Who still has to bring something before the entries can be opened, as msgids."""
    asked = ((value_missing, reads_value), (share_missing, its_officer))
    return tuple(whose.names[0] for missing, whose in asked if missing(VISITOR, job))
