"""The law of entries."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor, Kind
from app.kernel.law import Lifecycle, an_agency, in_state, step, the_clock, the_operator, who
from app.kernel.words import N_


class EntryState(StrEnum):
    ENTERED = "entered"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


@who(N_("the agency that entered"))
def its_entrant(actor: Actor, entry: Any) -> bool:
    return actor.kind == Kind.AGENCY and actor.unit_id == entry.agency_id


@who(N_("while its job is open for entry"))
def while_open(actor: Actor, entry: Any) -> bool:
    return jobs.takes_entries(actor, entry.job)


stands = in_state(EntryState.ENTERED)
# Who withdrew did not.
took_part = in_state(EntryState.ENTERED, EntryState.EXCLUDED)

# What ended a version of an entry, by the verb.
ENDED_BY = {"change": N_("changed"), "withdraw": N_("entry withdrawn")}

# fmt: off
ENTRY_LIFE = Lifecycle("entry", N_("entry"), {
        EntryState.ENTERED:   N_("entered"),
        EntryState.WITHDRAWN: N_("entry withdrawn"),
        EntryState.EXCLUDED:  N_("excluded at closing"),
    },
    step("change",   N_("Change the entry"),     EntryState.ENTERED,   EntryState.ENTERED,   its_entrant & while_open, asks=True),
    step("withdraw", N_("Withdraw the entry"),   EntryState.ENTERED,   EntryState.WITHDRAWN, its_entrant & while_open, asks=True),
    step("reenter",  N_("Enter again"),          EntryState.WITHDRAWN, EntryState.ENTERED,   its_entrant & while_open, asks=True),
    step("exclude",  N_("Exclude: a condition no longer holds"), EntryState.ENTERED, EntryState.EXCLUDED, the_clock),
    page="entries",
)

MAY_READ_ENTRY = its_entrant | the_operator
MAY_ENTER      = an_agency
# fmt: on
