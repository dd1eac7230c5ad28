"""Other numbers of the law tried on the year behind us: what would have become of every period on record."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any

from app.infra import almanac
from app.jobs.rules import is_over, its_agency
from app.kernel.act import VISITOR
from app.kernel.draw import winner_by
from app.kernel.law import Lifecycle, Step, Who, the_clock
from app.kernel.lights import Light, light
from app.kernel.rehearsing import Fate, Wait, chance, enough, fate, kept, moved
from app.kernel.service_clock import Pause, ledger
from app.kernel.workdays import HERE
from app.terms.models import chosen_among, drawn_by_average, pauses_counted, received, services_paused, steps_told
from app.terms.rules import (
    BEGINS,
    BOUNDED,
    CONSTANTS,
    DRAWN_FROM,
    DROP_FROM,
    ENTRIES,
    LIGHTS,
    MINIMUMS,
    PARTIES,
    PAUSE_CAP,
    SCALE,
)

MOST_LINES = 50
# What is on record when a deadline that runs is counted anew.
MOVED = "due_changed"


@dataclass(frozen=True)
class Told:
    """A period on record: its code, in whose lifecycle it stands, whose turn it was, and the row that tells the job or
    the agency it is about, where it is about one."""

    code: str
    life: Lifecycle
    who: Who | None
    row: Any
    wait: Wait


@dataclass(frozen=True)
class Line:
    """What would have become of something on record. `row` tells the job or agency. A period has `code`, `life`,
    `wait`, the deadline `tried` and both lights when somebody acted; a choice has the number of its `entries` and,
    where a percentage is drawn, by how many of them the same agency is selected, (these, all), before and as tried."""

    fate: Fate
    row: Any
    who: Who | None = None
    wait: Wait | None = None
    tried: datetime | None = None
    lights: tuple[Light, Light] | None = None
    code: str = ""
    life: Lifecycle | None = None
    entries: int | None = None
    chances: tuple[tuple[int, int], tuple[int, int]] | None = None


@dataclass
class Finding:
    """What the numbers tried would have changed. `looked_at`: how many periods or choices were compared; `counts`: the
    changed ones by fate, `sides` by whose turn it was, `lights` by both colours; `lines`: the latest MOST_LINES of
    them; `late`: entries that came when it would have been closed."""

    codes: tuple[str, ...]
    looked_at: int = 0
    counts: Counter[Fate] = field(default_factory=Counter)
    sides: dict[tuple[str, ...], tuple[Who, Counter[Fate]]] = field(default_factory=dict)
    lights: Counter[tuple[str, ...]] = field(default_factory=Counter)
    late: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return self.counts.total() + self.lights.total()

    def add(self, line: Line) -> None:
        """Count a period or a choice. Where the numbers of the lights are tried, it is the light that may differ."""
        self.looked_at += 1
        colors = tuple(light.color for light in line.lights or ())
        if self.codes[0] in LIGHTS and len(set(colors)) > 1:
            self.lights[colors] += 1
        elif line.fate != Fate.AS_BEFORE:
            self.counts[line.fate] += 1
            if line.who:
                self.sides.setdefault(line.who.names, (line.who, Counter()))[1][line.fate] += 1
        else:
            return
        self.lines.append(line)
        del self.lines[:-MOST_LINES]


def periods_of(lives: Iterable[Lifecycle]) -> frozenset[str]:
    """The codes of the periods that lifecycles give, and of those that begin beside their steps."""
    steps = (step for life in lives for step in life.steps.values())
    return frozenset(BEGINS.values()).union(*(step.due.terms for step in steps if step.due))


def can_be_tried(lives: Iterable[Lifecycle]) -> frozenset[str]:
    return periods_of(lives) | {PAUSE_CAP, DROP_FROM, DRAWN_FROM, PARTIES, *LIGHTS, *MINIMUMS, *CONSTANTS, *SCALE}


def rehearse(
    now: datetime,
    lives: Sequence[Lifecycle],
    tried: Mapping[str, int],
    sector: str | None,
    percentages: Sequence[int] = (),
) -> list[Finding]:
    """What other numbers, by code, would have made of the last twelve months; with a sector, of its jobs alone. Each is
    compared with the number in force when a period began; both numbers of the lights together; `percentages` with
    those an average price was drawn from. Nothing is written."""
    almanac.almanac(fresh=True)
    findings = {code: Finding((code,)) for code in tried if code not in {*LIGHTS, *CONSTANTS, *SCALE}}
    findings |= {DRAWN_FROM: Finding((DRAWN_FROM,))} if percentages else {}
    lit = Finding(tuple(code for code in LIGHTS if code in tried))
    periods, closings = periods_of(lives), dict[int, tuple[str, datetime]]()
    for told in _told(now, lives, periods if lit.codes else periods & tried.keys(), sector):
        if lit.codes:
            lit.add(_line(told, told.wait.due, now, tried))
        if told.code in findings:
            line = _line(told, _moved(told, tried[told.code]), now, {})
            findings[told.code].add(line)
            if told.code in ENTRIES and line.fate == Fate.SOONER and line.tried:
                closings[told.row.job_id] = (told.code, line.tried)
    for row in received(now, sector) if closings else ():
        code, closed = closings.get(row.job_id, ("", row.received_at))
        if code and row.received_at >= closed:
            findings[code].late += 1
    if PAUSE_CAP in findings:
        for line in _capped(now, tried[PAUSE_CAP], sector):
            findings[PAUSE_CAP].add(line)
    for code, line in _choices(now, tried, sector, percentages):
        findings[code].add(line)
    return [*findings.values(), *([lit] if lit.codes else [])]


def _choices(
    now: datetime, tried: Mapping[str, int], sector: str | None, percentages: Sequence[int]
) -> Iterator[tuple[str, Line]]:
    """What would have become of each choice among several, with the code of the number tried."""
    for row in chosen_among(now, sector) if tried.keys() & {*MINIMUMS} else ():
        code = f"minimum_entries_{row.funds}"
        if code in tried:
            least = almanac.number(code, row.published_at or row.made_at)
            yield code, Line(enough(row.entries, least, tried[code]), row, entries=row.entries)
    for row in drawn_by_average(now, sector) if DROP_FROM in tried or percentages else ():
        if DROP_FROM in tried:
            same = winner_by(row.transcript, drop_from=tried[DROP_FROM]) == row.transcript["winner"]
            yield DROP_FROM, Line(Fate.AS_BEFORE if same else Fate.OTHER, row, entries=row.entries)
        if percentages:
            chances = _chance(row.transcript, row.transcript["percentages"]), _chance(row.transcript, percentages)
            yield DRAWN_FROM, Line(chance(*chances), row, entries=row.entries, chances=chances)


def _chance(transcript: Mapping[str, Any], percentages: Sequence[int]) -> tuple[int, int]:
    """By how many of these percentages a transcript selects whom it selected, the ends being dropped as they were."""
    same = [winner_by(transcript, percentages=[one]) == transcript["winner"] for one in percentages]
    return sum(same), len(same)


def _told(now: datetime, lives: Sequence[Lifecycle], codes: frozenset[str], sector: str | None) -> Iterator[Told]:
    """Every period of these codes that began in the year, with what ended it: the next step of the same thing that sets
    another deadline."""
    beside = {name: code for name, code in BEGINS.items() if code in codes}
    known = {life.name: life for life in lives if periods_of([life]) & codes or _begins(life, beside)}
    names = [f"{life.name}.{verb}" for life in known.values() for verb in (*life.steps, MOVED)]
    running: dict[tuple[str, int], Told] = {}
    for row in steps_told([*names, *beside], now, sector) if known else ():
        name, _, verb = row.name.partition(".")
        due = datetime.fromisoformat(row.due) if row.due else None
        last = running.pop((name, row.subject_id), None)
        code = row.term or beside.get(row.name, "")
        begins = code in codes and due is not None and not (code in BOUNDED and row.closing is None)
        if (
            last
            and due
            and not (begins and row.closing)
            and (verb == MOVED or (due == last.wait.due and _stays(known[name], verb)))
        ):
            running[name, row.subject_id] = replace(last, wait=replace(last.wait, due=due))
            continue
        if last:
            yield _ended(last, row, known[name].steps.get(verb))
        if begins and due:
            running[name, row.subject_id] = Told(
                code, known[name], _whose(known[name], verb), row, Wait(row.at, due, None)
            )
    yield from running.values()


def _ended(told: Told, row: Any, step: Step | None) -> Told:
    """A period that a step ended; where the clock alone had the next move, it is whoever took it."""
    lapsed = row.by_clock and row.at >= told.wait.due
    who = step.who if step and told.who is the_clock and not lapsed else told.who
    return replace(told, who=who, wait=replace(told.wait, until=row.at, lapsed=lapsed))


def _begins(life: Lifecycle, beside: Iterable[str]) -> bool:
    return any(name.partition(".")[0] == life.name for name in beside)


def _stays(life: Lifecycle, verb: str) -> bool:
    """Whether a step leaves things where they are."""
    return verb in life.steps and life[verb].target in life[verb].source


def _whose(life: Lifecycle, verb: str) -> Who | None:
    """Whose turn it is after a step; after what is none, in the first state."""
    turn = life.turn(life.steps[verb].target if verb in life.steps else next(iter(life.states)))
    return turn.who if turn else None


def _moved(told: Told, tried: int) -> datetime:
    """The deadline by the number tried; where the closing of the entry bounds it, within that bound."""
    if told.code in BOUNDED and tried != almanac.number(told.code, told.wait.since):
        closing = datetime.fromisoformat(told.row.closing)
        return BOUNDED[told.code](almanac.calendar().deadline(told.wait.since, tried), closing)
    return moved(almanac.calendar(), told.wait.due, almanac.number(told.code, told.wait.since), tried)


def _line(told: Told, due: datetime, now: datetime, tried: Mapping[str, int]) -> Line:
    """A period that ends at `due` instead, with the lights when somebody acted; `tried` may hold their numbers."""
    wait = told.wait
    at = wait.until or now
    present = [almanac.number(code, at) for code in LIGHTS]
    other = [tried.get(code, number) for code, number in zip(LIGHTS, present, strict=True)]
    lights = None if wait.lapsed else (_light(wait.since, wait.due, at, present), _light(wait.since, due, at, other))
    return Line(fate(wait, due, now), told.row, told.who, wait, due, lights, told.code, told.life)


def _light(since: datetime, due: datetime, at: datetime, numbers: Sequence[int]) -> Light:
    share, left = numbers
    return light(almanac.calendar(), since, due, at, yellow_from_percent=share, yellow_days_left=left)


def _capped(now: datetime, tried: int, sector: str | None) -> Iterator[Line]:
    """What another cap on the pauses of a job would have made of the due days of services."""
    calendar, pauses = almanac.calendar(), defaultdict[int, list[Any]](list)
    for pause in pauses_counted(now):
        pauses[pause.job_id].append(pause)
    for job in services_paused(now, sector):
        if job.clock_start is None or job.agreed_days is None or job.service_due is None:
            continue
        since, stood = datetime.combine(job.clock_start, time(), HERE), pauses[job.id]
        ends = [(pause.asked_at, pause.ended_at or min(now, pause.due or now)) for pause in stood]
        stretches = [Pause(start, max(start, end)) for start, end in ends]
        counted = ledger(calendar, almanac.hours(since), job.clock_start, job.agreed_days, stretches)
        until = job.delivered_at or (job.state_since if is_over(VISITOR, job) else None)
        wait, paused = Wait(since, job.service_due, until), counted.excluded_days
        left = kept(paused, almanac.number(PAUSE_CAP, stood[0].asked_at), tried)
        if left is None:
            yield Line(Fate.LONGER, job, its_agency, wait)
            continue
        due = moved(calendar, job.service_due, paused, left)
        found = fate(wait, due, now)
        cut = Fate.SOONER if left < paused and found == Fate.AS_BEFORE else found
        yield Line(cut, job, its_agency, wait, due)
