"""A rating has its points and month, and the summary of the ratings is kept: sums by month, and scores by unit and item.

`flask ratings rebuild` fills the summary after the update.
"""

from datetime import UTC, datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AXES = ("quality", "timeliness", "attitude", "fee", "conduct")
HERE = timedelta(hours=8)
OVERALL = sa.text("item_id IS NULL")
SUMS = (("count", sa.Integer()), ("total", sa.BigInteger()), ("squares", sa.BigInteger()))
FIGURES = ("score", "lower", "upper")


def upgrade() -> None:
    for name in ("points", "month"):
        op.add_column("rating", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("rating", sa.Column("reply", sa.String(), nullable=True))
    op.add_column("rating", sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rating", sa.Column("tallied", sa.Boolean(), nullable=True))
    _fill()
    with op.batch_alter_table("rating") as table:
        for name in ("points", "month"):
            table.alter_column(name, existing_type=sa.Integer(), nullable=False)
        table.alter_column("tallied", existing_type=sa.Boolean(), nullable=False)
    op.create_index("ix_rating_about_id_month", "rating", ["about_id", "month"])
    op.drop_index("ix_rating_about_id", "rating")
    _afterwards()
    _table("tally", _to("unit"), _to("item"), ("month", sa.Integer()), *SUMS, unique=("unit_id", "item_id", "month"))
    _table("market_tally", ("month", sa.Integer()), *SUMS, unique=("side", "month"))
    _table("market", ("month", sa.Integer()), ("mean", sa.Integer()), unique=("side",), known=True)
    _table(
        "score", _to("unit"), _to("item"), ("count", sa.Integer()), *((name, sa.Integer()) for name in FIGURES),
        unique=("unit_id", "item_id"), empty=("item_id", *FIGURES),
    )  # fmt: skip
    op.create_index(
        "uq_score_overall", "score", ["unit_id"], unique=True, sqlite_where=OVERALL, postgresql_where=OVERALL
    )
    op.create_index("ix_score_rank", "score", ["side", "item_id", "lower", "unit_id"])


def downgrade() -> None:
    for name in ("score", "market", "market_tally", "tally", "sample_draw", "review", "appeal", "part", "correction"):
        op.drop_table(name)
    op.create_index("ix_rating_about_id", "rating", ["about_id"])
    op.drop_index("ix_rating_about_id_month", "rating")
    with op.batch_alter_table("rating") as table:
        for name in ("tallied", "month", "points", "reply", "replied_at"):
            table.drop_column(name)


def _afterwards() -> None:
    """What follows a rating: its corrections, the parts of the regulator and the service centre, and appeals."""
    moment, text, number = sa.DateTime(timezone=True), sa.String(), sa.Integer()
    op.create_table(
        "correction",
        sa.Column("id", number, nullable=False),
        sa.Column("rating_id", number, nullable=False),
        sa.Column("corrected_at", moment, nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("text", text, nullable=False),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_correction_rating_id_rating")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_rating_id", "correction", ["rating_id"])
    op.create_table(
        "part",
        sa.Column("id", number, nullable=False),
        sa.Column("job_id", number, nullable=False),
        sa.Column("party", text, nullable=False),
        sa.Column("by_id", number, nullable=False),
        sa.Column("level", number, nullable=False),
        sa.Column("reason", text, nullable=False),
        sa.Column("given_at", moment, nullable=False),
        sa.CheckConstraint("party IN ('centre', 'regulator')", name=op.f("ck_part_known_party")),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_part_level_is_one_to_five")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_part_a_part_has_a_reason")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_part_job_id_job")),
        sa.ForeignKeyConstraint(["by_id"], ["unit.id"], name=op.f("fk_part_by_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("job_id", "party", name=op.f("uq_part_job_id_party")),
    )
    states = "state IN ('filed', 'refused', 'granted', 'taken_back')"
    op.create_table(
        "appeal",
        sa.Column("id", number, nullable=False),
        sa.Column("rating_id", number, nullable=False),
        sa.Column("job_id", number, nullable=False),
        sa.Column("sector_code", text, nullable=False),
        sa.Column("unit_id", number, nullable=False),
        sa.Column("ground", text, nullable=False),
        sa.Column("file_id", number, nullable=True),
        sa.Column("filed_at", moment, nullable=False),
        sa.Column("decision", text, nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("state", text, nullable=False),
        sa.Column("state_since", moment, nullable=False),
        sa.Column("due", moment, nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_days", sa.Integer(), nullable=True),
        sa.CheckConstraint(states, name=op.f("ck_appeal_known_state")),
        sa.CheckConstraint("state <> 'filed' OR due IS NOT NULL", name=op.f("ck_appeal_pending_has_a_deadline")),
        *(
            sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=op.f(f"fk_appeal_{other}_id_{other}"))
            for other in ("rating", "job", "unit", "file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("rating_id", name=op.f("uq_appeal_rating_id")),
    )
    op.create_index("ix_appeal_state_due", "appeal", ["state", "due"])
    op.create_table(
        "review",
        sa.Column("id", number, nullable=False),
        sa.Column("rating_id", number, nullable=False),
        sa.Column("sector_code", text, nullable=False),
        sa.Column("month", number, nullable=False),
        sa.Column("risk", number, nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("text_key", text, nullable=True),
        sa.Column("note", text, nullable=True),
        sa.Column("state", text, nullable=False),
        sa.Column("state_since", moment, nullable=False),
        sa.Column("due", moment, nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('passed', 'waiting', 'kept')", name=op.f("ck_review_known_state")),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_review_rating_id_rating")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("rating_id", name=op.f("uq_review_rating_id")),
    )
    op.create_index("ix_review_month", "review", ["month"])
    op.create_index("ix_review_text_key", "review", ["text_key"])
    op.create_index("ix_review_queue", "review", ["sector_code", "state", "risk"])
    op.create_table(
        "sample_draw",
        sa.Column("id", number, nullable=False),
        sa.Column("month", number, nullable=False),
        sa.Column("seed", text, nullable=False),
        sa.Column("commitment", text, nullable=False),
        sa.Column("drawn_at", moment, nullable=True),
        sa.Column("among", number, nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_draw")),
        sa.UniqueConstraint("month", name=op.f("uq_sample_draw_month")),
    )


def _to(other: str) -> tuple[str, sa.types.TypeEngine]:
    return f"{other}_id", sa.Integer()


def _table(name: str, *columns: tuple[str, sa.types.TypeEngine], unique=(), empty=(), known=False) -> None:
    """A table of the summary: its side, its columns, what is unique, and the columns that may be empty."""
    references = [column[:-3] for column, _ in columns if column.endswith("_id")]
    checks = [sa.CheckConstraint("side IN ('owner', 'agency')", op.f(f"ck_{name}_known_side"))] if known else []
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        *(sa.Column(column, kind, nullable=column in empty) for column, kind in columns),
        *checks,
        *(
            sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=op.f(f"fk_{name}_{other}_id_{other}"))
            for other in references
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}")),
    )


def _fill() -> None:
    """The points and the month of the ratings given until now; none is in the summary yet."""
    bind = op.get_bind()
    rating = sa.table("rating", *map(sa.column, ("id", "job_id", "given_at", "points", "month", "tallied", *AXES)))
    rating.c.given_at.type, rating.c.tallied.type = sa.DateTime(timezone=True), sa.Boolean()
    job = sa.table("job", sa.column("id"), sa.column("standard_id"))
    standard = sa.table("standard", sa.column("id"), sa.column("axes", sa.JSON()))
    rows = (
        sa.select(rating, standard.c.axes)
        .join(job, job.c.id == rating.c.job_id)
        .join(standard, standard.c.id == job.c.standard_id)
    )
    for row in bind.execute(rows).all():
        weights = {axis["code"]: axis["weight"] for axis in row.axes}
        day = _here(row.given_at)
        values = {
            "points": sum(weights[axis] * getattr(row, axis) for axis in AXES),
            "month": 12 * day.year + day.month - 1,
            "tallied": False,
        }
        bind.execute(sa.update(rating).where(rating.c.id == row.id).values(**values))


def _here(instant: datetime) -> datetime:
    """An instant (UTC, with or without its zone) in Shanghai."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(timezone(HERE))
