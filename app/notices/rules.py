"""The law of notices: who is told what when something happens, and that a person reads their own."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.kernel.act import Actor
from app.kernel.law import signed_in, who
from app.kernel.words import N_
from app.kernel.workdays import due_day


class To(StrEnum):
    OPERATORS = "operators"
    OWNER = "owner"
    AGENCY = "agency"
    PARTIES = "parties"
    ENTRANTS = "entrants"
    EVERYONE_IN = "everyone in"
    ENTRANT = "entrant"
    UNSELECTED = "unselected"
    OTHERS = "everyone in but the selected"
    CONCERNED = "entrants and askers"
    ASKER = "asker"
    OBJECTOR = "objector"
    SEATED = "seated"
    RATER = "rater"
    CHAIR = "chair"
    PANEL = "panel"
    REGULATORS = "regulators"
    OFFICES = "operators and all regulators"
    READERS = "readers"
    KEEPERS = "keepers"
    APPLICANT = "applicant"
    NAMED = "named agency"
    FIRM = "firm"
    SUPERVISORS = "supervisors"


@who(N_("whoever it is addressed to"))
def its_reader(actor: Actor, notice: Any) -> bool:
    return actor.user_id is not None and actor.user_id == notice.user_id


MAY_READ = its_reader
MAY_LIST = signed_in

# fmt: off
SELECTED = N_("Your agency is selected; the result is in publicity until %(until)s. Without an objection the award follows: %(title)s.")
RESULT_STANDS = N_("The objection is settled and the result stands: %(title)s.")
UNOPENED = N_("The selection failed: what opens the entries did not come in time: %(title)s. Not brought: %(missing)s. Brought: %(brought)s.")
# Event → who is told what; %(title)s is the job or agency it is about, %(until)s the last day of the deadline it sets.
TELL: dict[str, tuple[tuple[To, str], ...]] = {
    "agency.submit":             ((To.OPERATORS,    N_("An agency has applied to enter: %(title)s.")),),
    "agency.return_application": ((To.APPLICANT,    N_("Your application was returned with reasons.")),),
    "agency.admit":              ((To.APPLICANT,    N_("Your agency is admitted. List your services now.")),),
    "agency.submit_changes":     ((To.OPERATORS,    N_("An agency has changed its papers: %(title)s.")),),
    "agency.return_changes":     ((To.APPLICANT,    N_("The changes of your papers were returned with reasons.")),),
    "agency.accept_changes":     ((To.APPLICANT,    N_("The changes of your papers are accepted.")),),
    "job.submit":                ((To.OPERATORS,    N_("A posting waits for its check: %(title)s.")),),
    "job.return_posting":        ((To.OWNER,        N_("The posting was returned with reasons: %(title)s.")),),
    "job.delegate":              ((To.OWNER,        N_("The job was handed over to another person of your unit: %(title)s.")),),
    "job.publish":               ((To.OWNER,        N_("The job is published and open for entry: %(title)s.")),
                                  (To.NAMED,        N_("A job names your agency in a direct selection. It is selected only if it enters: %(title)s.")),),
    "job.withdraw":              ((To.ENTRANTS,     N_("The job you entered was withdrawn by its owner: %(title)s.")),),
    "job.split":                 ((To.KEEPERS,      N_("Take your share of the opening key before the entry closes: %(title)s.")),),
    "job.hold":                  ((To.READERS,      N_("The entry has closed. Read the value named in advance and type it in: %(title)s.")),
                                  (To.KEEPERS,      N_("The entry has closed. The quotes are opened with the officer’s share, or with the recovery share: %(title)s.")),
                                  (To.EVERYONE_IN,  N_("The entry has closed. The selection follows when what opens the entries is there: %(title)s.")),),
    "job.give_up":               ((To.EVERYONE_IN,  UNOPENED),
                                  (To.READERS,      UNOPENED),
                                  (To.REGULATORS,   UNOPENED)),
    "job.select":                ((To.OWNER,        N_("The result is published: %(title)s.")),
                                  (To.AGENCY,       SELECTED),
                                  (To.UNSELECTED,   N_("The result is published and another agency is selected. A letter says where you stand: %(title)s.")),),
    "seat.appoint":              ((To.SEATED,       N_("You are appointed to the panel of a job: %(title)s.")),),
    "seat.score":                ((To.CHAIR,        N_("A member of your panel has scored: %(title)s.")),),
    "seat.recuse":               ((To.SEATED,       N_("You no longer sit on the panel: %(title)s.")),
                                  (To.OWNER,        N_("Somebody left the panel. Fill the seat: %(title)s.")),),
    "job.convene":               ((To.PANEL,        N_("The entry has closed. Score the bidders: %(title)s.")),
                                  (To.ENTRANTS,     N_("The entry has closed; a panel scores the proposals: %(title)s.")),),
    "job.extend":                ((To.PANEL,        N_("The operator gives the panel more time: %(title)s.")),
                                  (To.EVERYONE_IN,  N_("The panel has more time; the reason is published: %(title)s.")),),
    "job.time_out":              ((To.EVERYONE_IN,  N_("The panel did not agree in time and the selection failed: %(title)s.")),),
    "job.fail":                  ((To.EVERYONE_IN,  N_("The selection failed: %(title)s.")),),
    "job.amend":                 ((To.CONCERNED,    N_("An addendum was published; entries stay and can be changed until the closing: %(title)s.")),),
    "entry.warn":                ((To.ENTRANT,      N_("After an addendum your entry no longer meets a condition; mend it, or it is excluded at closing: %(title)s.")),),
    "entry.exclude":             ((To.ENTRANT,      N_("Your entry no longer met a condition at closing and takes no part: %(title)s.")),),
    "inquiry.ask":               ((To.OWNER,        N_("A question waits for your answer: %(title)s.")),
                                  (To.OPERATORS,    N_("An agency asks about a job: %(title)s.")),),
    "inquiry.answer":            ((To.CONCERNED,    N_("A question is answered for everybody: %(title)s.")),),
    "inquiry.withhold":          ((To.OWNER,        N_("The operator withheld a question, for a published reason: %(title)s.")),
                                  (To.ASKER,        N_("The operator withheld your question, for a published reason: %(title)s.")),),
    "objection.file":            ((To.PARTIES,      N_("Somebody objects to the result; the award waits for your answer: %(title)s.")),
                                  (To.OPERATORS,    N_("Somebody objects to a result; it is yours to decide: %(title)s.")),),
    "objection.answer":          ((To.OBJECTOR,     N_("Your objection is answered: %(title)s.")),
                                  (To.OPERATORS,    N_("An objection is answered. Decide it: %(title)s.")),),
    "objection.pass_over":       ((To.OPERATORS,    N_("Nobody answered an objection in time. Decide it: %(title)s.")),),
    "objection.uphold":          ((To.OBJECTOR,     N_("Your objection is upheld: %(title)s.")),),
    "objection.dismiss":         ((To.OBJECTOR,     N_("Your objection is dismissed: %(title)s.")),),
    "job.carry_on":              ((To.PARTIES,      N_("The objection was taken back and the result stands; publicity ends on %(until)s and the award follows: %(title)s.")),
                                  (To.UNSELECTED,   RESULT_STANDS)),
    "job.dismiss":               ((To.PARTIES,      N_("The objection is settled and the result stands; publicity ends on %(until)s and the award follows: %(title)s.")),
                                  (To.UNSELECTED,   RESULT_STANDS)),
    "job.replace":               ((To.OTHERS,       N_("After an objection the next in line is selected: %(title)s.")),
                                  (To.AGENCY,       SELECTED)),
    "job.annul":                 ((To.EVERYONE_IN,  N_("After an objection the selection failed: %(title)s.")),),
    "job.correct":               ((To.OTHERS,       N_("The award was wrong and is corrected; the next in line is selected: %(title)s.")),
                                  (To.AGENCY,       SELECTED)),
    "job.void":                  ((To.EVERYONE_IN,  N_("The award was wrong and is taken back; the selection failed: %(title)s.")),),
    "job.award":                 ((To.PARTIES,      N_("The job is awarded. Sign the contract and upload it: %(title)s.")),),
    "job.abandon":               ((To.OWNER,        N_("The selected agency abandoned the award: %(title)s.")),
                                  (To.REGULATORS,   N_("An agency abandoned an award: %(title)s.")),),
    "job.succeed":               ((To.OTHERS,       N_("The next in line is selected: %(title)s.")),
                                  (To.AGENCY,       SELECTED)),
    "job.fall_through":          ((To.EVERYONE_IN,  N_("The award was abandoned and the selection failed: %(title)s.")),),
    "job.upload_contract":       ((To.PARTIES,      N_("The contract is uploaded; the other side confirms it: %(title)s.")),),
    "job.return_contract":       ((To.PARTIES,      N_("The contract was returned with reasons: %(title)s.")),),
    "job.confirm_contract":      ((To.PARTIES,      N_("The contract is confirmed. The agency gives its one material list: %(title)s.")),),
    "job.list_materials":        ((To.OWNER,        N_("The material list is complete. Hand in the papers: %(title)s.")),),
    "job.hand_in":               ((To.AGENCY,       N_("The papers are handed in. Accept them or name all defects: %(title)s.")),),
    "job.name_defects":          ((To.OWNER,        N_("The agency names all defects of the papers: %(title)s.")),),
    "job.start":                 ((To.PARTIES,      N_("The papers are complete. The service clock starts the next working day: %(title)s.")),),
    "pause.ask":                 ((To.PARTIES,      N_("A pause is asked for; no answer means agreed: %(title)s.")),),
    "job.pause":                 ((To.PARTIES,      N_("The service is paused: %(title)s.")),
                                  (To.REGULATORS,   N_("A service is paused; you may veto the pause if its ground does not hold: %(title)s.")),),
    "pause.refuse":              ((To.PARTIES,      N_("The pause was refused: %(title)s.")),),
    "pause.fall_away":           ((To.PARTIES,      N_("The pause that was asked for is dropped because %(because)s: %(title)s.")),),
    "pause.drop":                ((To.PARTIES,      N_("The pause was taken back: %(title)s.")),),
    "job.agree_earlier":         ((To.PARTIES,      N_("The agency has agreed to the earlier day: due on %(until)s: %(title)s.")),),
    "job.resume":                ((To.PARTIES,      N_("The service goes on; the due day is recomputed: %(title)s.")),),
    "pause.veto":                ((To.PARTIES,      N_("The regulator vetoed a pause; the due day is recomputed: %(title)s.")),),
    "alteration.ask":            ((To.PARTIES,      N_("New days are asked for; no answer means refused: %(title)s.")),),
    "alteration.agree":          ((To.PARTIES,      N_("The new days are agreed; the due day is recomputed: %(title)s.")),),
    "alteration.refuse":         ((To.PARTIES,      N_("The new days were refused and the due day stays: %(title)s.")),),
    "alteration.fall_away":      ((To.PARTIES,      N_("The request for new days is dropped because %(because)s: %(title)s.")),),
    "alteration.drop":           ((To.PARTIES,      N_("The request for new days was taken back: %(title)s.")),),
    "job.suspend":               ((To.PARTIES,      N_("The service is suspended by order, for a published reason: %(title)s.")),),
    "job.lift":                  ((To.PARTIES,      N_("The suspension is lifted; the due day is recomputed: %(title)s.")),),
    "job.deliver":               ((To.OWNER,        N_("The report is delivered. Accept it or return it: %(title)s.")),),
    "job.return_report":         ((To.AGENCY,       N_("The report was returned for rework: %(title)s.")),),
    "job.accept":                ((To.PARTIES,      N_("The report is accepted. Rate the other side: %(title)s.")),),
    "job.state_payment":         ((To.PARTIES,      N_("A payment of the fee is recorded. Confirm it or correct it: %(title)s.")),),
    "job.conclude":              ((To.PARTIES,      N_("Both ratings are in and can be read: %(title)s.")),
                                  (To.REGULATORS,   N_("A finished job can be reviewed: %(title)s.")),),
    "job.archive":               ((To.PARTIES,      N_("The rating period has ended: %(title)s.")),
                                  (To.REGULATORS,   N_("A finished job can be reviewed: %(title)s.")),),
    "job.terminate":             ((To.PARTIES,      N_("The job was terminated: %(title)s.")),),
    "rating.set_aside":          ((To.PARTIES,      N_("The regulator set a rating aside: %(title)s.")),),
    "rating.reply":              ((To.RATER,        N_("The other side has replied to your rating: %(title)s.")),),
    "appeal.file":               ((To.REGULATORS,   N_("An appeal against a rating waits for your decision until %(until)s: %(title)s.")),
                                  (To.PARTIES,      N_("An appeal against a rating was filed; it counts until it is decided: %(title)s.")),),
    "appeal.refuse":             ((To.PARTIES,      N_("The appeal was refused with a reason; the rating stands: %(title)s.")),),
    "appeal.grant":              ((To.PARTIES,      N_("The appeal was granted; the rating is set aside: %(title)s.")),),
    "rating.restore":            ((To.PARTIES,      N_("The regulator lets a rating count again: %(title)s.")),),
    "job.agency_barred":         ((To.OWNER,        N_("The agency of a job may enter no new jobs for now; this job goes on: %(title)s.")),),
    "credit_event.notice":       ((To.FIRM,         N_("A credit event about your agency is noted. Make a statement or object by %(until)s; without an objection it takes effect: %(title)s.")),),
    "credit_event.state":        ((To.SUPERVISORS,  N_("A firm has made a statement on a credit event: %(title)s.")),),
    "credit_event.object":       ((To.SUPERVISORS,  N_("A firm objects to a credit event. Decide by %(until)s: %(title)s.")),),
    "credit_event.take_effect":  ((To.FIRM,         N_("A credit event about your agency is in effect: %(title)s.")),),
    "credit_event.confirm":      ((To.FIRM,         N_("Your objection is decided and the credit event is in effect: %(title)s.")),),
    "credit_event.drop":         ((To.FIRM,         N_("A credit event about your agency is dropped: %(title)s.")),),
    "credit_event.revoke":       ((To.FIRM,         N_("A credit event about your agency is revoked and counts no longer: %(title)s.")),),
    "credit_event.ask_repair":   ((To.SUPERVISORS,  N_("A firm asks for credit repair. Decide by %(until)s: %(title)s.")),),
    "credit_event.repair":       ((To.FIRM,         N_("The repair is granted and the credit event counts less: %(title)s.")),),
    "credit_event.refuse_repair": ((To.FIRM,        N_("The repair of a credit event is refused: %(title)s.")),),
    "term.withdraw":             ((To.OFFICES,      N_("A number of the law that was announced is withdrawn before its day: %(title)s, %(value)s%(measure)s from %(effective_from)s on. It stays as it is.")),),
    "term.adopt":                ((To.OFFICES,      N_("A number of the law is adopted: %(title)s, from %(was)s to %(value)s%(measure)s, from %(effective_from)s on. What was counted before stays as it is.")),),
    "blacklist_line.confirm":    ((To.FIRM,         N_("Another authority lists your agency and a regulator has confirmed it; you may enter no jobs until its last day: %(title)s.")),),
    "blacklist_line.lift":       ((To.FIRM,         N_("The line of an outside list about your agency is lifted: %(title)s.")),),
}
# What a firm is told instead where the credit event is a fraud; %(months)s is for how long.
OF_FRAUD: dict[str, str] = {
    "credit_event.notice":       N_("A fraud of your agency is noted. If it takes effect, your agency is removed from every service for %(months)s months, which is never repaired. Make a statement or object by %(until)s; without an objection it takes effect: %(title)s."),
    "credit_event.take_effect":  N_("A fraud of your agency is in effect: it is removed from every service for %(months)s months, which is never repaired: %(title)s."),
    "credit_event.confirm":      N_("Your objection is decided and the fraud is in effect: your agency is removed from every service for %(months)s months, which is never repaired: %(title)s."),
}
# fmt: on

# What a change of the calendar meant for a deadline → what those are told who wait for it.
MOVED = {
    "due_changed": N_(
        "The calendar has changed by %(notice)s and the deadline with it: it was %(before)s and is now %(until)s: %(title)s."
    ),
    "due_firm": N_("The deadline stays %(until)s and is firm now: the holidays of that year are published: %(title)s."),
    "earlier_offered": N_(
        "The service stays due on %(until)s. By the changed calendar an earlier day is possible, if the agency agrees: %(title)s."
    ),
}

# What follows a number of the law in a sentence, by its unit.
MEASURES = {"wd": [N_(" working days")], "days": [N_(" days")], "minutes": [N_(" minutes")], "%": "%"}

REMIND = N_("A report waits for your answer; without one it counts as accepted: %(title)s.")
FEE_OPEN = N_("The term of the fee has ended and not all of it is recorded as paid. Say what came of it: %(title)s.")

# The facts of an event that a sentence may name: who did not bring what opens a job, and who did; what a number of the
# law was and becomes, and when.
NAMED = ("missing", "brought", "was", "value", "effective_from", "because")


def filled(says: str, facts: Mapping[str, Any], due: datetime | None, *, by: str, unit: str) -> dict[str, Any]:
    """The places of a sentence about an event. Days are the last ones of deadlines: of the one it sets and, where it
    moved, of the one before; `by` is the notice that moved it, `unit` that of a number of the law."""
    places = {name: facts[name] for name in NAMED if name in facts}
    if due and "%(until)s" in says:
        places["until"] = due_day(due).isoformat()
    if "%(before)s" in says:
        places |= {"before": due_day(datetime.fromisoformat(facts["before"])).isoformat(), "notice": by}
    return places | ({"measure": MEASURES.get(unit, "")} if unit else {})
