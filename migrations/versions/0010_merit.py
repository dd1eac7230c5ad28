"""Merit: criteria, sealed proposals, and a panel that scores alone and then agrees."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

METHODS = "'random_draw', 'lowest_price', 'average_price', 'price_and_days'"
STATES = (
    "draft submitted returned open selecting failed selected objected awarded abandoned contract_uploaded contracted"
    " materials materials_check in_service paused delivered rework accepted archived withdrawn terminated"
).split()
SEAT = {
    "known_state": "state IN ('seated', 'scored', 'recused')",
    "known_part": "part IN ('chair', 'member', 'witness')",
}
RECUSED = "state <> 'recused' OR recused_because IS NOT NULL"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("criteria", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("two_envelopes", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("chair_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("quality_closed_at", MOMENT, nullable=True))
        table.create_foreign_key(op.f("fk_job_chair_id_user"), "user", ["chair_id"], ["id"])
        _known(table, f"{METHODS}, 'merit', 'direct'", [*STATES[:5], "scoring", *STATES[5:]])
    with op.batch_alter_table("job") as table:
        table.alter_column("criteria", existing_type=sa.JSON(), existing_nullable=False, server_default=None)
        table.alter_column("two_envelopes", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("entry") as table:
        table.add_column(sa.Column("proposal_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("proposal_envelope", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("proposal", sa.String(), nullable=True))
    with op.batch_alter_table("entry_version") as table:
        table.add_column(sa.Column("proposal_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("proposal_envelope", sa.LargeBinary(), nullable=True))
    _create_seat()
    _create_panel()


def _create_seat() -> None:
    op.create_table(
        "seat",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("recused_because", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_seat_{name}")) for name, rule in SEAT.items()),
        sa.CheckConstraint(RECUSED, name=op.f("ck_seat_recusal_has_a_reason")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_seat_job_id_job")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_seat_user_id_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_seat_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("job_id", "user_id", name=op.f("uq_seat_job_id_user_id")),
    )
    op.create_index(op.f("ix_seat_user_id"), "seat", ["user_id"])


def _create_panel() -> None:
    op.create_table(
        "panel",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("convened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_panel_job_id_job")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["seat.id"], name=op.f("fk_panel_agreed_by_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("job_id", name=op.f("uq_panel_job_id")),
    )
    op.create_table(
        "bidder",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_bidder_job_id_job")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_bidder_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bidder")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_bidder_job_id_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_bidder_entry_id")),
    )
    op.create_table(
        "score_sheet",
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_score_sheet_seat_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_score_sheet_seat_id")),
    )


def _known(table: Any, methods: str, states: list[str]) -> None:
    for name, rule in {
        "method": f"method IN ({methods})",
        "state": f"state IN ({', '.join(map(repr, states))})",
    }.items():
        table.drop_constraint(op.f(f"ck_job_known_{name}"), type_="check")
        table.create_check_constraint(op.f(f"ck_job_known_{name}"), rule)


def downgrade() -> None:
    for name in ("score_sheet", "bidder", "panel", "seat"):
        op.drop_table(name)
    with op.batch_alter_table("entry_version") as table:
        table.drop_column("proposal_envelope")
        table.drop_column("proposal_hash")
    with op.batch_alter_table("entry") as table:
        for name in ("proposal", "proposal_envelope", "proposal_hash"):
            table.drop_column(name)
    with op.batch_alter_table("job") as table:
        _known(table, f"{METHODS}, 'direct'", STATES)
        table.drop_constraint(op.f("fk_job_chair_id_user"), type_="foreignkey")
        for name in ("quality_closed_at", "chair_id", "two_envelopes", "criteria"):
            table.drop_column(name)
