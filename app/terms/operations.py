"""Adopt a number of the law from a later day on: a new version of it, never a change of one. Before its day it can be
withdrawn."""

from datetime import date

from app.infra import almanac
from app.infra.almanac import Term
from app.infra.db import lock
from app.infra.record import record
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.methods.rules import MARKS
from app.terms.models import ADOPTED, WITHDRAWN, first_version, version_from
from app.terms.rules import LEAST_REASON, LEAST_SOURCE, MAY_ADOPT, check_day, may_be_adopted, read_value


def adopt(act: Act, *, code: str, value: str, effective_from: date, basis: str, mark: str) -> Term:
    """A version of a number that takes effect on a later day, with its source (`basis`) and how sure it is (`mark`).
    What was counted by then stays as it is. Refused when there is a version from that day on already."""
    if not MAY_ADOPT(act.actor):
        raise NotAllowed(N_("Only the operator may adopt a number of the law."))
    known = almanac.almanac(fresh=True).terms.get(code, [])
    if not known or not may_be_adopted(code, known[0].unit):
        raise Invalid(N_("Choose a number from the list."), field="code")
    lock(first_version(code))
    stored = read_value(code, known[0].unit, value)
    check_day(effective_from, local_day(act.now))
    if other := version_from(code, effective_from):
        text = N_("From %(day)s on a version is announced already: %(value)s. Choose another day.")
        raise WrongState(text, day=effective_from, value=other.value)
    before = almanac.almanac(fresh=True).term(code, effective_from)
    if before.value == stored:
        raise Invalid(N_("It is that already on that day. Enter another value, or another day."), field="value")
    if len(basis.strip()) < LEAST_SOURCE:
        raise Invalid(N_("Name the source in at least %(n)s characters."), field="basis", n=LEAST_SOURCE)
    if mark not in MARKS:
        raise Invalid(N_("Say how sure this is."), field="mark")
    same = {name: getattr(before, name) for name in ("code", "unit", "zh", "en")}
    term = Term(**same, value=stored, basis=basis.strip(), mark=mark, effective_from=effective_from)
    record(act, ADOPTED, term, code=code, was=before.value, value=stored, effective_from=effective_from.isoformat())
    return term


def withdraw(act: Act, term: Term, *, reason: str) -> None:
    """Withdraw a version before the day from which it would take effect, for a published reason: the number stays as it
    is, or another version is adopted for that day."""
    if not MAY_ADOPT(act.actor):
        raise NotAllowed(N_("Only the operator may withdraw a number of the law."))
    lock(first_version(term.code))
    lock(term)
    if term.withdrawn_because:
        raise WrongState(N_("This version is withdrawn already: %(reason)s"), reason=term.withdrawn_because)
    if term.effective_from <= local_day(act.now):
        text = N_("It has been in force since %(day)s. What is in force is replaced by another version.")
        raise WrongState(text, day=term.effective_from)
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field="reason", n=LEAST_REASON)
    term.withdrawn_because = reason.strip()
    told = {"code": term.code, "value": term.value, "effective_from": term.effective_from.isoformat()}
    record(act, WITHDRAWN, term, **told, reason=term.withdrawn_because)
