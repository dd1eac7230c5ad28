"""The calendar is said by notices, and a deadline says what it is counted from."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = "kind IN ('national', 'regional', 'closure', 'blackout')"
LIVING = ("agency", "job", "entry", "inquiry", "seat", "objection", "pause", "rating")
HERE = timezone(timedelta(hours=8))
# Deadlines that an event set without naming the term it took.
TERMS = {"pause.ask": "pause_confirm", "objection.file": "objection_answer", "inquiry.ask": "question_answer"}


def upgrade() -> None:
    _create_notices()
    with op.batch_alter_table("calendar_day") as table:
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="national"))
        table.add_column(sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))
        table.drop_constraint(op.f("uq_calendar_day_day"), type_="unique")
        table.create_check_constraint(op.f("ck_calendar_day_known_kind"), KINDS)
    for name, rule in (("counts", "kind <> 'blackout'"), ("shuts", "kind = 'blackout'")):
        where = sa.text(rule)
        op.create_index(
            f"ix_calendar_day_{name}", "calendar_day", ["day"], unique=True, sqlite_where=where, postgresql_where=where
        )
    op.execute("UPDATE calendar_day SET kind = 'regional' WHERE source LIKE '%广西壮族自治区%'")
    for name in LIVING:
        op.add_column(name, sa.Column("counted_from", sa.Date(), nullable=True))
        op.add_column(name, sa.Column("counted_days", sa.Integer(), nullable=True))
    _index_deadlines("state", "due", "counted_from", "counted_days")
    op.add_column("job", sa.Column("promised_due", MOMENT, nullable=True))
    op.add_column("job", sa.Column("earlier_due", MOMENT, nullable=True))
    _fill()


def downgrade() -> None:
    _index_deadlines("state", "due")
    for column in ("earlier_due", "promised_due"):
        with op.batch_alter_table("job") as table:
            table.drop_column(column)
    for name in LIVING:
        with op.batch_alter_table(name) as table:
            table.drop_column("counted_days")
            table.drop_column("counted_from")
    op.execute("DELETE FROM calendar_day WHERE kind = 'blackout'")
    op.drop_index("ix_calendar_day_shuts", "calendar_day")
    op.drop_index("ix_calendar_day_counts", "calendar_day")
    with op.batch_alter_table("calendar_day") as table:
        table.drop_constraint(op.f("ck_calendar_day_known_kind"), type_="check")
        table.create_unique_constraint(op.f("uq_calendar_day_day"), ["day"])
        table.drop_column("changed")
        table.drop_column("kind")
    op.drop_table("calendar_line")
    op.drop_table("calendar_notice")


def _index_deadlines(*columns: str) -> None:
    op.drop_index("ix_job_state_due", "job")
    op.create_index("ix_job_state_due", "job", columns)


def _create_notices() -> None:
    states = "state IN ('draft', 'applied', 'dropped')"
    rules = {"known_kind": KINDS, "known_state": states, "a_notice_has_its_source": "source <> ''"}
    op.create_table(
        "calendar_notice",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_calendar_notice_{name}")) for name, rule in rules.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_notice")),
    )
    op.create_table(
        "calendar_line",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["calendar_notice.id"], name=op.f("fk_calendar_line_notice_id_calendar_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_line")),
        sa.UniqueConstraint("notice_id", "day", name=op.f("uq_calendar_line_notice_id_day")),
    )
    op.create_index(op.f("ix_calendar_line_day"), "calendar_line", ["day"])


def _fill() -> None:
    """What open deadlines are counted from, as the events tell that set them; and the first promise of each service."""
    bind = op.get_bind()
    terms = bind.execute(sa.text("SELECT code, effective_from, value FROM term")).all()
    for name in LIVING:
        columns = (
            sa.column("id"),
            sa.column("due", MOMENT),
            sa.column("counted_from", sa.Date),
            sa.column("counted_days"),
        )
        row = sa.table(name, *columns)
        for id, due in bind.execute(sa.select(row.c.id, row.c.due).where(row.c.due.is_not(None))).all():
            if counted := _counted(bind, name, id, _instant(due), terms):
                told = {"counted_from": counted[0], "counted_days": counted[1]}
                bind.execute(sa.update(row).where(row.c.id == id).values(told))
    started = bind.execute(sa.text("SELECT subject_id, facts FROM event WHERE name = 'job.start' ORDER BY id")).all()
    job = sa.table("job", sa.column("id"), sa.column("promised_due", MOMENT))
    for id, facts in started:
        due = datetime.fromisoformat(_facts(facts)["due"])
        bind.execute(sa.update(job).where(job.c.id == id).values(promised_due=due))


def _counted(bind: Any, name: str, id: int, due: datetime, terms: Any) -> tuple[date, int] | None:
    asked = sa.text("SELECT name, at, facts FROM event WHERE subject_id = :id AND name LIKE :names ORDER BY id DESC")
    for event, at, told in bind.execute(asked, {"id": id, "names": f"{name}.%"}):
        facts = _facts(told)
        if not facts.get("due") or datetime.fromisoformat(facts["due"]) != due:
            continue
        if event == "job.start":
            row = sa.text("SELECT clock_start, agreed_days FROM job WHERE id = :id")
            start, days = bind.execute(row, {"id": id}).one()
            return (_day(start), days) if start and days else None
        code, day = facts.get("term") or TERMS.get(event), _instant(at).astimezone(HERE).date()
        known = [(_day(since), value) for one, since, value in terms if one == code and _day(since) <= day]
        return (day, int(max(known)[1])) if known else None
    return None


def _facts(told: Any) -> dict[str, Any]:
    return json.loads(told) if isinstance(told, str) else told


def _day(found: Any) -> date:
    return date.fromisoformat(found) if isinstance(found, str) else found


def _instant(found: Any) -> datetime:
    known = datetime.fromisoformat(found) if isinstance(found, str) else found
    return known if known.tzinfo else known.replace(tzinfo=UTC)
