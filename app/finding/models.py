"""The synonyms that the operator keeps, and the searches that people saved."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Unit, User
from app.catalogue.models import Item
from app.districts.models import District
from app.finding.rules import its_seeker
from app.infra.db import Row, on_connect, run, session
from app.kernel.act import Actor
from app.kernel.law import anyone
from search.lexicon import Lexicon

BETWEEN, OURS = "|", "ours"
IN_FORCE = text("ended_at IS NULL")


class Synonyms(Row):
    """Words that mean the same, the full name first, with where the full name stands; `mark` is R for a source that was
    read, D for a default of this market. What is changed is ended, and stands anew as a row of its own."""

    MAY_READ = anyone

    words: Mapped[str]
    source: Mapped[str]
    mark: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_synonyms_words", "words", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
    )

    @property
    def listed(self) -> list[str]:
        return self.words.split(BETWEEN)


class SavedSearch(Row):
    """A search that a person saved in a unit: `asked` is what follows the question mark of its address. New hits are
    those first seen after `told_until`."""

    MAY_READ = its_seeker

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    asked: Mapped[str]
    title: Mapped[str]
    made_at: Mapped[datetime]
    told_until: Mapped[datetime]

    __table_args__ = (UniqueConstraint("user_id", "unit_id", "asked"),)


def synonyms_in_force() -> list[Synonyms]:
    return list(session.scalars(select(Synonyms).where(Synonyms.ended_at.is_(None)).order_by(Synonyms.words)))


def saved_by(actor: Actor) -> list[SavedSearch]:
    """The searches a person saved in the unit they act for, the newest first."""
    mine = select(SavedSearch).where(SavedSearch.user_id == actor.user_id, SavedSearch.unit_id == actor.unit_id)
    return list(session.scalars(mine.order_by(SavedSearch.id.desc())))


REVISION = select(
    func.max(Synonyms.id),
    func.count(Synonyms.ended_at),
    select(func.count(Item.id)).scalar_subquery(),
    select(func.count(District.id)).scalar_subquery(),
)
_held: dict[tuple[Any, ...], Lexicon] = {}
on_connect(_held.clear)


def lexicon() -> Lexicon:
    """The words that this process knows, read anew when the operator changed them, or an item or district was added."""
    revision = tuple(run(REVISION).one())
    if revision not in _held:
        names = [*session.scalars(select(Item.name)), *session.scalars(select(District.name))]
        _held.clear()
        _held[revision] = Lexicon([one.listed for one in synonyms_in_force()], names)
    return _held[revision]


def load(rows: Callable[[str], list[dict[str, str]]], standards: object, now: datetime) -> None:
    """Add the shipped synonyms that were never there."""
    known = set(session.scalars(select(Synonyms.words)))
    for row in rows("synonyms.csv"):
        if row["words"] not in known:
            mark = "D" if row["source"] == OURS else "R"
            session.add(Synonyms(words=row["words"], source=row["source"], mark=mark, made_at=now))
    session.flush()
