"""The days of a service are altered by agreement, and a service is suspended by order."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATES = (
    "draft submitted returned open awaiting selecting scoring failed selected objected awarded abandoned "
    "contract_uploaded contracted materials materials_check in_service paused delivered rework accepted archived "
    "withdrawn terminated".split()
)
MORE = [*STATES[: STATES.index("delivered")], "suspended", *STATES[STATES.index("delivered") :]]
WAITS, LASTS = sa.text("state = 'asked'"), sa.text("ended_at IS NULL")
USED = sa.text("kind = 'extension' AND state <> 'dropped'")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("lifted_because", sa.String(), nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_suspension_a_suspension_ends_after_it_starts")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_suspension_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_job_id"), "suspension", ["job_id"])
    _once("uq_suspension_lasting", "suspension", LASTS)
    op.create_table(
        "alteration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_days", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'agreed', 'refused', 'dropped')", name=op.f("ck_alteration_known_state")
        ),
        sa.CheckConstraint("kind IN ('extension', 'scope_change')", name=op.f("ck_alteration_known_kind")),
        sa.CheckConstraint("kind <> 'extension' OR days > 0", name=op.f("ck_alteration_an_extension_adds_days")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_alteration_job_id_job")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["unit.id"], name=op.f("fk_alteration_asked_by_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alteration")),
    )
    op.create_index(op.f("ix_alteration_job_id"), "alteration", ["job_id"])
    op.create_index(op.f("ix_alteration_state_due"), "alteration", ["state", "due"])
    _once("uq_alteration_asked", "alteration", WAITS)
    _once("uq_alteration_extension", "alteration", USED)
    _allow(MORE)


def downgrade() -> None:
    # The law before this step knows no suspension: what stands still goes on.
    op.execute("UPDATE job SET state = 'in_service', due = service_due WHERE state = 'suspended'")
    _allow(STATES)
    op.drop_table("alteration")
    op.drop_table("suspension")


def _once(name: str, table: str, where: sa.TextClause) -> None:
    op.create_index(name, table, ["job_id"], unique=True, sqlite_where=where, postgresql_where=where)


def _allow(states: list[str]) -> None:
    told = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_known_state"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_state"), f"state IN ({told})")
