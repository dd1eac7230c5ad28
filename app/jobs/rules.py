"""The law of jobs: every state from draft to archive, who leads where, and by when. Read this page first."""

from enum import StrEnum
from typing import Any

from app.accounts.rules import an_administrator
from app.kernel.act import VISITOR, Actor, Kind, Role
from app.kernel.law import (
    Lifecycle,
    Turn,
    an_agency,
    an_owner,
    as_recorded,
    at_once,
    days,
    in_state,
    step,
    the_clock,
    the_operator,
    who,
)
from app.kernel.words import N_


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    OPEN = "open"
    AWAITING = "awaiting"
    SELECTING = "selecting"
    SCORING = "scoring"
    FAILED = "failed"
    SELECTED = "selected"
    OBJECTED = "objected"
    AWARDED = "awarded"
    ABANDONED = "abandoned"
    CONTRACT_UPLOADED = "contract_uploaded"
    CONTRACTED = "contracted"
    MATERIALS = "materials"
    MATERIALS_CHECK = "materials_check"
    IN_SERVICE = "in_service"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    DELIVERED = "delivered"
    REWORK = "rework"
    ACCEPTED = "accepted"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


@who(N_("its owner (administrator, or the delegate who runs it)"))
def its_owner(actor: Actor, job: Any) -> bool:
    return (
        actor.kind == Kind.OWNER
        and actor.unit_id == job.owner_id
        and (actor.role == Role.ADMINISTRATOR or actor.user_id == job.run_by_id)
    )


@who(N_("unless the job names another"))
def names_no_other(actor: Actor, job: Any) -> bool:
    return job.named_agency_id in (None, actor.unit_id)


@who(N_("the selected agency"))
def its_agency(actor: Actor, job: Any) -> bool:
    return actor.kind == Kind.AGENCY and actor.unit_id == job.agency_id


@who(N_("the selected agency, where the calendar allows an earlier day"))
def may_end_earlier(actor: Actor, job: Any) -> bool:
    return its_agency(actor, job) and job.earlier_due is not None


@who(N_("the chair of its panel"))
def its_chair(actor: Actor, job: Any) -> bool:
    return actor.user_id is not None and actor.user_id == job.chair_id


@who(N_("the side that did not upload the contract"))
def the_other_side(actor: Actor, job: Any) -> bool:
    return its_parties(actor, job) and actor.unit_id != job.contract_by_id


@who(N_("a side that has not rated yet"))
def yet_to_rate(actor: Actor, job: Any) -> bool:
    return (its_owner(actor, job) and not job.owner_rated) or (its_agency(actor, job) and not job.agency_rated)


@who(N_("the regulator of its sector"))
def its_regulator(actor: Actor, job: Any) -> bool:
    return actor.kind == Kind.REGULATOR and actor.sector == job.sector_code


@who(N_("anyone once it is published"))
def published(actor: Actor, job: Any) -> bool:
    return job.published_at is not None


@who(N_("the officer named for its opening"))
def its_officer(actor: Actor, job: Any) -> bool:
    mine = actor.kind == Kind.OWNER and actor.unit_id == job.owner_id
    return job.two_person and mine and actor.user_id == job.officer_id


@who(N_("while the value named in advance is missing"))
def value_missing(actor: Actor, job: Any) -> bool:
    return job.outside_source is not None and job.outside_value is None


@who(N_("while a share of the opening key is missing"))
def share_missing(actor: Actor, job: Any) -> bool:
    return job.two_person and not job.unlocked


reads_value, its_parties = the_operator & value_missing, its_owner | its_agency
# Who has a share of the opening key; whether entries stay closed after the closing until something is brought; by whom.
holds_share = its_officer | its_regulator
waits_for_opening = value_missing | share_missing
who_opens = reads_value | its_officer & share_missing
may_enter = an_agency & names_no_other

BEFORE_CLOSE = frozenset({State.DRAFT, State.RETURNED, State.SUBMITTED, State.OPEN})
BEFORE_CONTRACT = frozenset({State.AWARDED, State.CONTRACT_UPLOADED})
CORRECTABLE = BEFORE_CONTRACT | {State.SELECTED}
CLOCKED = frozenset({State.IN_SERVICE, State.PAUSED})
DELIVERABLE = CLOCKED | {State.REWORK}
AT_WORK = DELIVERABLE | {State.CONTRACTED, State.MATERIALS, State.MATERIALS_CHECK, State.SUSPENDED}
ENDED = frozenset({State.ARCHIVED, State.WITHDRAWN, State.TERMINATED, State.FAILED})
PUBLICITY = frozenset({State.SELECTED, State.OBJECTED})

# fmt: off
LIFE = Lifecycle("job", N_("job"), {
        State.DRAFT:             N_("draft"),
        State.SUBMITTED:         N_("being checked"),
        State.RETURNED:          N_("returned to its owner"),
        State.OPEN:              N_("open for entry"),
        State.AWAITING:          N_("entry closed, waiting for what opens it"),
        State.SELECTING:         N_("entry closed, selecting"),
        State.SCORING:           N_("being scored by the panel"),
        State.FAILED:            N_("selection failed"),
        State.SELECTED:          N_("selected, in publicity"),
        State.OBJECTED:          N_("objection pending"),
        State.AWARDED:           N_("awarded, contract to be signed"),
        State.ABANDONED:         N_("abandoned by the selected agency"),
        State.CONTRACT_UPLOADED: N_("contract to be confirmed"),
        State.CONTRACTED:        N_("material list to be given"),
        State.MATERIALS:         N_("materials to be handed in"),
        State.MATERIALS_CHECK:   N_("materials being checked"),
        State.IN_SERVICE:        N_("in service"),
        State.PAUSED:            N_("paused"),
        State.SUSPENDED:         N_("suspended"),
        State.DELIVERED:         N_("delivered, to be accepted"),
        State.REWORK:            N_("returned for rework"),
        State.ACCEPTED:          N_("accepted, being rated"),
        State.ARCHIVED:          N_("archived"),
        State.WITHDRAWN:         N_("withdrawn"),
        State.TERMINATED:        N_("terminated"),
    },
    #    verb                says                               from                                        to                       who
    step("submit",           N_("Submit for checking"),         frozenset({State.DRAFT, State.RETURNED}),   State.SUBMITTED,         its_owner,                 due=days("posting_check")),
    step("return_posting",   N_("Return with reasons"),         State.SUBMITTED,                            State.RETURNED,          the_operator,              asks=True),
    step("publish",          N_("Publish"),                     State.SUBMITTED,                            State.OPEN,              the_operator,              due=days("entry", "entry_urgent", "entry_repost")),
    step("withdraw",         N_("Withdraw the job"),            BEFORE_CLOSE,                               State.WITHDRAWN,         its_owner,                 asks=True),
    step("amend",            N_("Publish an addendum"),         State.OPEN,                                 State.OPEN,              its_owner,                 due=as_recorded, asks=True, page="addenda.new"),
    step("close",            N_("Close the entry"),             State.OPEN,                                 State.SELECTING,         the_clock,                 lapse=True, due=as_recorded),
    step("hold",             N_("Close the entry and wait for what opens it"), State.OPEN,                  State.AWAITING,          the_clock,                 due=days("opening")),
    step("release",          N_("Bring what opens the entry"),  State.AWAITING,                             State.SELECTING,         the_operator | holds_share | the_clock, due=as_recorded, asks=True, page="openings.show"),
    step("give_up",          N_("Declare the selection failed: what opens the entry did not come"), State.AWAITING, State.FAILED,    the_clock,                 lapse=True),
    step("select",           N_("Select by the published rule"), State.SELECTING,                           State.SELECTED,          the_clock,                 lapse=True, due=days("publicity", "publicity_urgent")),
    step("convene",          N_("Convene the panel"),           State.SELECTING,                            State.SCORING,           the_clock,                 due=days("panel")),
    step("extend",           N_("Give the panel more time"),    State.SCORING,                              State.SCORING,           the_operator,              due=days("panel"), asks=True, page="panels.extend"),
    step("agree",            N_("Record the consensus"),        State.SCORING,                              State.SELECTING,         its_chair,                 due=at_once, asks=True, page="panels.agree"),
    step("time_out",         N_("Declare the selection failed: the panel did not agree in time"), State.SCORING, State.FAILED,         the_clock,                 lapse=True),
    step("fail",             N_("Declare the selection failed"), State.SELECTING,                           State.FAILED,            the_clock),
    step("object",           N_("Object to the result"),        PUBLICITY,                                  State.OBJECTED,          an_agency | an_owner,      asks=True, page="objections.new"),
    step("dismiss",          N_("Go on after the objection"),   State.OBJECTED,                             State.SELECTED,          the_operator,              due=as_recorded, asks=True, page="objections.of_job"),
    step("carry_on",         N_("Go on: the objection was taken back"), State.OBJECTED,                     State.SELECTED,          the_clock,                 lapse=True, due=as_recorded),
    step("replace",          N_("Select the next in line after the objection"), State.OBJECTED,             State.SELECTED,          the_operator,              due=days("publicity", "publicity_urgent"), asks=True, page="objections.of_job"),
    step("annul",            N_("Declare the selection failed after the objection"), State.OBJECTED,        State.FAILED,            the_operator,              asks=True, page="objections.of_job"),
    step("award",            N_("Award"),                       State.SELECTED,                             State.AWARDED,           the_clock,                 lapse=True, due=days("contract")),
    step("correct",          N_("Correct the award: select the next in line"), CORRECTABLE,                 State.SELECTED,          the_operator,              due=days("publicity", "publicity_urgent"), asks=True, page="selections.correct"),
    step("void",             N_("Correct the award: declare the selection failed"), CORRECTABLE,            State.FAILED,            the_operator,              asks=True, page="selections.void"),
    step("abandon",          N_("Abandon the award"),           BEFORE_CONTRACT,                            State.ABANDONED,         its_agency,                due=at_once, asks=True, page="selections.abandon"),
    step("succeed",          N_("Select the next in line"),     State.ABANDONED,                            State.SELECTED,          the_clock,                 lapse=True, due=days("publicity", "publicity_urgent")),
    step("fall_through",     N_("Declare the selection failed"), State.ABANDONED,                           State.FAILED,            the_clock),
    step("upload_contract",  N_("Upload the signed contract"),  State.AWARDED,                              State.CONTRACT_UPLOADED, its_parties,               due=days("contract_confirm"), asks=True, page="contracts.upload"),
    step("return_contract",  N_("Return the contract"),         State.CONTRACT_UPLOADED,                    State.AWARDED,           the_other_side,            due=as_recorded, asks=True, page="contracts.return_contract"),
    step("confirm_contract", N_("Confirm the contract"),        State.CONTRACT_UPLOADED,                    State.CONTRACTED,        the_other_side,            due=days("material_list"), asks=True, page="contracts.confirm"),
    step("list_materials",   N_("Give the one complete material list"), State.CONTRACTED,                   State.MATERIALS,         its_agency,                due=days("hand_in"), asks=True, page="contracts.list_materials"),
    step("hand_in",          N_("Hand in the papers"),          State.MATERIALS,                            State.MATERIALS_CHECK,   its_owner,                 due=days("material_check"), asks=True, page="contracts.hand_in"),
    step("name_defects",     N_("Name all defects at once"),    State.MATERIALS_CHECK,                      State.MATERIALS,         its_agency,                due=days("hand_in"), asks=True, page="contracts.name_defects"),
    step("start",            N_("Accept the papers as complete"), State.MATERIALS_CHECK,                    State.IN_SERVICE,        its_agency | the_clock,    lapse=True, due=as_recorded, page="services.start"),
    step("pause",            N_("Ask for a pause"),             State.IN_SERVICE,                           State.PAUSED,            its_parties | the_clock,   asks=True, page="pauses.new"),
    step("resume",           N_("Resume the service"),          State.PAUSED,                               State.IN_SERVICE,        its_parties | the_clock,   due=as_recorded, page="services.resume"),
    step("veto_pause",       N_("Veto the pause"),              State.PAUSED,                               State.IN_SERVICE,        its_regulator,             due=as_recorded, asks=True, page="services.veto_pause"),
    step("agree_earlier",    N_("Agree to the earlier day"),    State.IN_SERVICE,                           State.IN_SERVICE,        may_end_earlier,           due=as_recorded, page="services.agree_earlier"),
    step("suspend",          N_("Suspend the service"),         CLOCKED,                                    State.SUSPENDED,         the_operator | its_regulator, asks=True, page="alterations.suspend"),
    step("lift",             N_("Lift the suspension"),         State.SUSPENDED,                            State.IN_SERVICE,        the_operator | its_regulator, due=as_recorded, asks=True, page="alterations.lift"),
    step("deliver",          N_("Deliver the report"),          DELIVERABLE,                                State.DELIVERED,         its_agency,                due=days("acceptance"), asks=True, page="services.deliver"),
    step("return_report",    N_("Return for rework"),           State.DELIVERED,                            State.REWORK,            its_owner,                 due=days("rework"), asks=True, page="services.return_report"),
    step("accept",           N_("Accept the report"),           State.DELIVERED,                            State.ACCEPTED,          its_owner | the_clock,     lapse=True, due=days("rating"), asks=True, page="services.accept"),
    step("conclude",         N_("Rate"),                        State.ACCEPTED,                             State.ARCHIVED,          yet_to_rate,               asks=True, page="ratings.new"),
    step("archive",          N_("End the rating period"),       State.ACCEPTED,                             State.ARCHIVED,          the_clock,                 lapse=True),
    step("terminate",        N_("Terminate the job"),           BEFORE_CONTRACT | AT_WORK | {State.DELIVERED}, State.TERMINATED,     the_operator | its_regulator, asks=True, page="services.terminate"),
    page="jobs",
    turns={
        State.DRAFT:             Turn(its_owner,      N_("Complete and submit the posting"),      "jobs.review"),
        State.SUBMITTED:         Turn(the_operator,   N_("Check the posting"),                    "jobs.show"),
        State.RETURNED:          Turn(its_owner,      N_("Mend the posting and submit it again"), "jobs.review"),
        State.OPEN:              Turn(may_enter,      N_("Enter"),                                "entries.new",          N_("The clock closes the entry and selects by the published rule.")),
        State.AWAITING:          Turn(who_opens,      N_("Bring what opens the entry"),           "openings.show",        N_("If it does not come in time, the selection fails and the reason is published.")),
        State.SELECTING:         Turn(the_clock,      N_("Select by the published rule"),         "jobs.show"),
        State.SCORING:           Turn(its_chair,      N_("Score the bidders and agree"),          "panels.show",          N_("Where the panel does not agree in time the selection fails.")),
        State.FAILED:            Turn(its_owner,      N_("Post the job again"),                   "jobs.repost"),
        State.SELECTED:          Turn(the_clock,      N_("Award when nobody objects"),            "jobs.show",            N_("Without an objection the award follows when publicity ends.")),
        State.OBJECTED:          Turn(the_operator,   N_("Decide the objection"),                 "objections.of_job",    N_("The award waits until the objection is decided.")),
        State.AWARDED:           Turn(its_parties,    N_("Upload the signed contract"),           "contracts.upload"),
        State.ABANDONED:         Turn(the_clock,      N_("Go on as the posting said"),            "jobs.show"),
        State.CONTRACT_UPLOADED: Turn(the_other_side, N_("Confirm the contract"),                 "contracts.confirm"),
        State.CONTRACTED:        Turn(its_agency,     N_("Give the one complete material list"),  "contracts.list_materials", N_("What is not on the list may not be asked for later.")),
        State.MATERIALS:         Turn(its_owner,      N_("Hand in the papers"),                   "contracts.hand_in",    N_("The service clock starts when the papers are complete.")),
        State.MATERIALS_CHECK:   Turn(its_agency,     N_("Accept the papers or name all defects at once"), "contracts.check", N_("No answer means the papers are complete.")),
        State.IN_SERVICE:        Turn(its_agency,     N_("Deliver the report"),                   "services.deliver"),
        State.PAUSED:            Turn(its_parties,    N_("Resume the service when the reason is gone"), "jobs.show",            N_("The service goes on by itself when all pauses together reach their cap.")),
        State.SUSPENDED:         Turn(the_operator | its_regulator, N_("Lift the suspension when its reason is gone"), "alterations.lift", N_("It lasts until it is lifted or the job is terminated.")),
        State.DELIVERED:         Turn(its_owner,      N_("Accept the report or return it"),       "services.accept",      N_("No answer means accepted; you are reminded once before.")),
        State.REWORK:            Turn(its_agency,     N_("Deliver the mended report"),            "services.deliver"),
        State.ACCEPTED:          Turn(yet_to_rate,    N_("Rate the other side"),                  "ratings.new",          N_("Not rated is recorded as “not rated”; nobody rates for you.")),
    },
)

MAY_READ       = published | its_owner | the_operator | its_regulator
MAY_READ_PAPERS = its_parties | the_operator | its_regulator
MAY_CREATE     = an_owner
MAY_EDIT       = its_owner & in_state(State.DRAFT, State.RETURNED)
MAY_REPOST     = its_owner & in_state(State.FAILED)
MAY_DELEGATE   = its_owner & an_administrator
# fmt: on

# What follows the closing of an entry: (whether something has to open it, whether a panel scores) → how people read it.
AFTER_CLOSING = {
    (False, False): N_("The clock then selects by the published rule."),
    (False, True): N_("A panel then scores the proposals without knowing whose they are."),
    (True, False): N_("The clock then waits for what opens the entries, and selects by the published rule."),
    (True, True): N_(
        "The clock then waits for what opens the entries, and a panel scores them without knowing whose they are."
    ),
}


def after_closing(job: Any) -> str:
    """What follows when the entry of a job closes, as an English msgid."""
    return AFTER_CLOSING[waits_for_opening(VISITOR, job), bool(job.criteria)]


EDITABLE = in_state(State.DRAFT, State.RETURNED)
takes_entries = in_state(State.OPEN)
awaiting = in_state(State.AWAITING)
selecting = in_state(State.SELECTING)
scoring = in_state(State.SCORING)
# While people may be appointed to the panel of a job and leave it.
seats_people = in_state(*BEFORE_CLOSE, State.SCORING)
before_closing = in_state(*BEFORE_CLOSE)
in_publicity = in_state(State.SELECTED, State.OBJECTED)
objected = in_state(State.OBJECTED)
is_archived = in_state(State.ARCHIVED)
is_terminated = in_state(State.TERMINATED)
# From the acceptance on the fee is due.
owes_fee = in_state(State.ACCEPTED, State.ARCHIVED)
serving = in_state(State.IN_SERVICE)
paused = in_state(State.PAUSED, State.SUSPENDED)
# While the days of a service can be altered.
on_the_clock = in_state(*CLOCKED)
has_failed = in_state(State.FAILED)
is_over = in_state(*ENDED)

# The states in which a published job may be found.
PUBLIC_STATES = tuple(state for state in State if state not in (State.DRAFT, State.SUBMITTED, State.RETURNED))
# The reasons that everybody reads once the job is published; other reasons are for those who read its papers.
PUBLIC_REASONS = frozenset(
    "withdraw extend time_out fail give_up dismiss replace annul correct void abandon fall_through veto_pause suspend "
    "lift terminate".split()
)
