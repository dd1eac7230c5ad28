"""Asking about a job in the open, answering for everybody, and withholding what does not belong there."""

from app.entries.operations import check_open
from app.infra import almanac
from app.infra.record import advance, record
from app.inquiries.models import Inquiry, inquiries_counted, questions_until
from app.inquiries.rules import MAY_ASK, InquiryState
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.errors import NotAllowed, WrongState
from app.kernel.words import N_


def ask(act: Act, job: Job, *, text: str) -> Inquiry:
    """Ask about a job that is open for entry, until the questions end. The answer is due within its term, at the latest
    at the closing."""
    if not MAY_ASK(act.actor):
        raise NotAllowed(N_("Only an agency may ask about a job."))
    job.lock()
    check_asking(act, job)
    waits = almanac.waits(act.now, "question_answer")
    if job.due and job.due < waits["due"]:
        waits = {"due": job.due, "counted_from": job.counted_from, "counted_days": job.counted_days}
    inquiry = Inquiry(
        job_id=job.id,
        number=inquiries_counted(job.id) + 1,
        unit_id=act.actor.unit_id,
        text=text.strip(),
        asked_at=act.now,
        state=InquiryState.ASKED,
        state_since=act.now,
        **waits,
    )
    record(act, "inquiry.ask", inquiry, due=waits["due"].isoformat(), closing=job.due.isoformat() if job.due else None)
    return inquiry


def check_asking(act: Act, job: Job) -> None:
    """Refuse a question that comes too late to be answered before the closing."""
    check_open(act, job)
    if act.now >= questions_until(job):
        raise WrongState(N_("Questions about this job have ended, so that each can be answered before the closing."))


def answer(act: Act, inquiry: Inquiry, *, answer: str) -> None:
    """Answer a question, before the closing. From now on everybody reads both."""
    inquiry.job.lock()
    check_open(act, inquiry.job)
    inquiry.answer, inquiry.answered_at = answer.strip(), act.now
    advance(act, inquiry, "answer")


def withhold(act: Act, inquiry: Inquiry, *, reason: str) -> None:
    """Take the words of a question, and of its answer, out of the open: they give a bidder away or offend somebody. The
    reason is published."""
    inquiry.job.lock()
    inquiry.withheld_because = reason.strip()
    advance(act, inquiry, "withhold", reason=reason.strip())
