"""What a change of the calendar makes of very many deadlines, until each of their rows says so itself."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = ("of", "state", "before", "counted_from", "counted_days")


def upgrade() -> None:
    op.create_table(
        "moved",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("counted_days", sa.Integer(), nullable=False),
        sa.Column("after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved")),
        sa.UniqueConstraint(*KEY, name=op.f("uq_moved_of_state_before_counted_from_counted_days")),
    )


def downgrade() -> None:
    op.drop_table("moved")
