"""The law of questions about a job: asked by agencies while the entry is open, answered by the owner for everybody."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor, Kind
from app.kernel.law import Lifecycle, Turn, an_agency, step, the_operator, who
from app.kernel.words import N_


class InquiryState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    WITHHELD = "withheld"


@who(N_("the agency that asked"))
def its_asker(actor: Actor, inquiry: Any) -> bool:
    return actor.kind == Kind.AGENCY and actor.unit_id == inquiry.unit_id


@who(N_("the owner of the job"))
def owner_of_its_job(actor: Actor, inquiry: Any) -> bool:
    return jobs.its_owner(actor, inquiry.job)


@who(N_("while its job is open for entry"))
def while_open(actor: Actor, inquiry: Any) -> bool:
    return jobs.takes_entries(actor, inquiry.job)


@who(N_("anyone once it is answered or withheld, or the entry has closed"))
def in_the_open(actor: Actor, inquiry: Any) -> bool:
    return bool(inquiry.state != InquiryState.ASKED) or not while_open(actor, inquiry)


@who(N_("anyone unless it is withheld"))
def not_withheld(actor: Actor, inquiry: Any) -> bool:
    return bool(inquiry.state != InquiryState.WITHHELD)


# fmt: off
INQUIRY_LIFE = Lifecycle("inquiry", N_("question"), {
        InquiryState.ASKED:    N_("to be answered"),
        InquiryState.ANSWERED: N_("answered"),
        InquiryState.WITHHELD: N_("withheld"),
    },
    step("answer",   N_("Answer the question"),  InquiryState.ASKED, InquiryState.ANSWERED, owner_of_its_job & while_open, asks=True),
    step("withhold", N_("Withhold the question"), frozenset({InquiryState.ASKED, InquiryState.ANSWERED}), InquiryState.WITHHELD, the_operator, asks=True),
    page="inquiries",
    turns={
        InquiryState.ASKED: Turn(owner_of_its_job & while_open, N_("Answer the question"), "inquiries.answer", N_("Without an answer everybody reads at the closing that there is none.")),
    },
)

MAY_ASK          = an_agency
MAY_READ_INQUIRY = its_asker | owner_of_its_job | the_operator | in_the_open
MAY_READ_WORDS   = its_asker | the_operator | not_withheld
MAY_KNOW_ASKER   = the_operator
# fmt: on
