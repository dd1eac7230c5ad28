"""Importing another authority's blacklist, and the review that gives a line its effect."""

from dataclasses import dataclass

from sqlalchemy import delete

from app.agencies.bars import Bar
from app.agencies.models import Agency
from app.blacklists.models import BlacklistLine, agency_with_code, same_line
from app.blacklists.rules import MAY_IMPORT, ListingState
from app.credit.barring import tell_owners
from app.infra.db import session
from app.infra.record import advance, record
from app.kernel import outside_list
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_

LISTED = N_("listed by another authority")


@dataclass(frozen=True)
class Imported:
    """How many lines are matched with an agency and to be reviewed, are of no agency here, were known before."""

    matched: int
    unknown: int
    known: int


def import_list(act: Act, *, text: str) -> Imported:
    """Import the lines of a blacklist, matched by credit code. None has an effect before it is confirmed; a line of no
    agency here is matched when the list is imported again."""
    if not MAY_IMPORT(act.actor):
        raise NotAllowed(N_("Only a regulator imports outside lists."))
    lines, wrong = outside_list.read(text)
    if wrong:
        raise Invalid(wrong[0].says, field="text", **wrong[0].places)
    counted = {"matched": 0, "unknown": 0, "known": 0}
    for line in lines:
        counted[_take(act, line)] += 1
    return Imported(**counted)


def match(act: Act, line: BlacklistLine) -> None:
    """Look again for an agency with the code of a line that had none."""
    agency = agency_with_code(line.code)
    if agency is None:
        raise WrongState(N_("There is still no agency with this code here."))
    line.agency_id = agency.id
    advance(act, line, "match")


def confirm(act: Act, line: BlacklistLine, *, decision: str) -> None:
    """The line is about this agency and holds here: it bars from every job through its last day."""
    line.decision = decision
    advance(act, line, "confirm", reason=decision)
    agency = session.get_one(Agency, line.agency_id)
    bar = Bar(agency_id=agency.id, first_day=line.first_day, last_day=line.last_day, says=LISTED, detail=_detail(line))
    session.add(bar)
    session.flush()
    tell_owners(act, agency, [bar])


def dismiss(act: Act, line: BlacklistLine, *, decision: str) -> None:
    """The line is about somebody else, or does not hold here."""
    line.decision = decision
    advance(act, line, "dismiss", reason=decision)


def lift(act: Act, line: BlacklistLine, *, decision: str) -> None:
    """A confirmed line holds no longer: the other authority took it back, or it was wrong."""
    line.decision = decision
    advance(act, line, "lift", reason=decision)
    same = (Bar.first_day == line.first_day, Bar.last_day == line.last_day, Bar.detail == _detail(line))
    session.execute(delete(Bar).where(Bar.agency_id == line.agency_id, Bar.says == LISTED, *same))


def _detail(line: BlacklistLine) -> str:
    return f"{line.source}：{line.reason}"


def _take(act: Act, read: outside_list.Line) -> str:
    """Keep a line, and say whether it is matched, unknown or known."""
    agency, line = agency_with_code(read.code), same_line(read.code, read.source, read.first_day)
    if line is None:
        state = ListingState.TO_REVIEW if agency else ListingState.UNKNOWN
        by = {"imported_at": act.now, "imported_by_id": act.actor.unit_id, "agency_id": agency.id if agency else None}
        line = BlacklistLine(**vars(read), **by, state=state, state_since=act.now)
        record(act, "blacklist_line.import", line, code=line.code, source=line.source)
    elif agency and line.agency_id is None:
        match(act, line)
    else:
        return "known"
    return "matched" if agency else "unknown"
