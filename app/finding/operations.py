"""Keeping the index as the rows are, the operator's synonyms, and saved searches with a notice of what is new."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from sqlalchemy import func, select

from app.accounts.models import Membership, Unit
from app.finding.asking import Asked, ask
from app.finding.models import BETWEEN, OURS, SavedSearch, Synonyms, saved_by
from app.finding.rules import LONGEST_WORD, MAY_KEEP_SYNONYMS, MOST_SAVED, NEW_HITS, TOLD_AT, WORDS
from app.infra import searched
from app.infra.db import session
from app.infra.outbox import Task, enqueue
from app.infra.record import Event, record
from app.infra.searched import Source, changed, changed_by, documents, engine, everything, follows, sources
from app.kernel.act import CLOCK, Act, Actor
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_
from app.kernel.workdays import HERE, local_day
from app.notices.models import Notice

BATCH = 1_000
USUAL = 10  # seconds until a change is found
TURN = "finding.turn"


def follow(act: Act, event_id: int) -> None:
    """Reaction: write anew what an event may have changed. Safe to run twice, and in any order."""
    event = session.get_one(Event, event_id)
    for source in sources():
        if follows(source, event.name) and (ids := changed_by(source, event)):
            _keep(source, ids, act.now)


def write(act: Act, prefix: str, ids: Collection[int]) -> None:
    """Task: write these rows of a source anew."""
    _keep(next(one for one in sources() if one.prefix == prefix), ids, act.now)


def turn(act: Act, since: str) -> None:
    """Task, when a day begins: let what looks other than on the day `since` be written anew, and plan the next."""
    before, today = date.fromisoformat(since), local_day(act.now)
    for source in sources():
        ids = sorted(source.turned(before, today))
        for start in range(0, len(ids), BATCH):
            changed(act, source.prefix, ids[start : start + BATCH])
    _plan_turn(act)


def _plan_turn(act: Act) -> None:
    """Let the index follow the days after this one, unless it does."""
    waits = select(Task.id).where(Task.name == TURN, Task.run_at > act.now).limit(1)
    if session.scalar(waits) is None:
        today = local_day(act.now)
        morning = datetime.combine(today + timedelta(days=1), time(), HERE)
        enqueue(act, TURN, at=morning, since=today.isoformat())


def _keep(source: Source, ids: Collection[int], now: datetime) -> None:
    """Write rows anew. Where there is no index yet, or one of another version, all is written: one that held these rows
    alone would find hardly anything."""
    if not engine().ready():
        rebuild(now)
        return
    for start in range(0, len(ids), BATCH):
        engine().put(documents(source, sorted(ids)[start : start + BATCH], now))


def rebuild(now: datetime) -> int:
    """Build the index anew beside the present one, and let it follow the days; how many things it holds."""
    _plan_turn(Act(CLOCK, now))
    return engine().rebuild(everything(sources(), now))


def check(now: datetime) -> dict[str, int]:
    """Compare the index with the rows and write what differs: how many were missing, different, and there in vain."""
    _plan_turn(Act(CLOCK, now))
    held = dict(engine().digests())
    found = {"missing": 0, "different": 0, "in vain": 0}
    wrong: dict[str, set[int]] = {one.prefix: set() for one in sources()}
    for document in everything(sources(), now):
        known = held.pop(document.key, None)
        if known != document.digest():
            found["different" if known else "missing"] += 1
            prefix, id = searched.parse_key(document.key)
            wrong[prefix].add(id)
    for key in held:
        prefix, id = searched.parse_key(key)
        found["in vain"] += 1
        wrong.setdefault(prefix, set()).add(id)
    for source in sources():
        _keep(source, wrong[source.prefix], now)
    return found


def behind(now: datetime) -> int:
    """How many seconds the oldest change has waited to be found; 0 while that is usual."""
    names = ("finding.follow", "finding.write", TURN)
    oldest = session.scalar(select(func.min(Task.run_at)).where(Task.name.in_(names)))
    waited = int((now - oldest).total_seconds()) if oldest else 0
    return waited if waited > USUAL else 0


def add_synonyms(act: Act, *, words: str, source: str | None) -> Synonyms:
    """Let words, one in each line, mean the same from now on: the full name first, with where it stands."""
    if not MAY_KEEP_SYNONYMS(act.actor):
        raise NotAllowed(N_("Only the operator keeps the synonyms."))
    listed = list(dict.fromkeys(word.strip() for word in words.splitlines() if word.strip()))
    if not WORDS[0] <= len(listed) <= WORDS[1]:
        raise Invalid(N_("Write at least two and at most eight different words."), field="words")
    if any(len(word) > LONGEST_WORD or BETWEEN in word for word in listed):
        raise Invalid(N_("A word has at most 40 characters, and no “|”."), field="words")
    joined = BETWEEN.join(listed)
    if session.scalar(select(Synonyms.id).where(Synonyms.words == joined, Synonyms.ended_at.is_(None))):
        raise WrongState(N_("These words mean the same already."))
    stands = (source or "").strip()
    one = Synonyms(words=joined, source=stands or OURS, mark="R" if stands else "D", made_at=act.now)
    record(act, "synonyms.add", one, words=listed)
    return one


def end_synonyms(act: Act, one: Synonyms) -> None:
    """Let words be different words again."""
    if not MAY_KEEP_SYNONYMS(act.actor):
        raise NotAllowed(N_("Only the operator keeps the synonyms."))
    if one.ended_at:
        raise WrongState(N_("These words were taken out already."))
    one.ended_at = act.now
    record(act, "synonyms.end", one, words=one.listed)


def save(act: Act, *, asked: str, title: str) -> SavedSearch:
    """Keep a search, and tell once a day what is new in it."""
    mine = saved_by(act.actor)
    if len(mine) >= MOST_SAVED:
        raise Invalid(N_("You keep 20 searches already. Forget one of them first."))
    if any(one.asked == asked for one in mine):
        raise WrongState(N_("You keep this search already."))
    place = {"user_id": act.actor.user_id, "unit_id": act.actor.unit_id}
    saved = SavedSearch(**place, asked=asked, title=title, made_at=act.now, told_until=act.now)
    record(act, "saved_search.save", saved)
    enqueue(act, "finding.look", at=_next_morning(act.now), saved_id=saved.id)
    return saved


def forget(act: Act, saved: SavedSearch) -> None:
    record(act, "saved_search.forget", saved)
    session.delete(saved)


def look(act: Act, saved_id: int) -> None:
    """Task, once a day: tell whoever saved a search what is new in it, as they may find it today."""
    saved = session.get(SavedSearch, saved_id)
    actor = _seeker(saved) if saved else None
    if saved is None or actor is None:
        return
    found = ask(Asked.read(saved.asked), actor, act.now, since=saved.told_until)
    if found.total:
        _tell(act, saved, found.total)
    saved.told_until = act.now
    enqueue(act, "finding.look", at=_next_morning(act.now), saved_id=saved.id)


def _tell(act: Act, saved: SavedSearch, hits: int) -> None:
    record(act, "saved_search.find", saved, hits=hits)
    found = select(Event.id).where(Event.thread_of == saved.thread).order_by(Event.id.desc()).limit(1)
    notice = Notice(
        event_id=session.scalar(found),
        user_id=saved.user_id,
        unit_id=saved.unit_id,
        kind="saved_search.find",
        says=NEW_HITS,
        places={"title": saved.title, "hits": hits},
        path=f"/search?{saved.asked}&{urlencode({'since': saved.told_until.isoformat()})}",
        at=act.now,
    )
    session.add(notice)
    session.flush()
    enqueue(act, "notices.post", notice_id=notice.id)


def _seeker(saved: SavedSearch) -> Actor | None:
    """Whoever saved a search, as they act for the unit today; None when they no longer do."""
    query = select(Membership.role, Unit.kind, Unit.sector).join(Unit, Unit.id == Membership.unit_id)
    mine = (Membership.user_id == saved.user_id) & (Membership.unit_id == saved.unit_id)
    row = session.execute(query.where(mine, Membership.ended_at.is_(None))).first()
    return Actor(saved.user_id, saved.unit_id, row.kind, row.role, row.sector) if row else None


def _next_morning(now: datetime) -> datetime:
    tomorrow = now.astimezone(HERE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(TOLD_AT), HERE)
