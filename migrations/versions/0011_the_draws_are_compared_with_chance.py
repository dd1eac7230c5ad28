"""Each selection has a line in the open data, a report compares all of them with chance, and the first who may enter a
job are found in the order of their promises.

The lines of earlier selections follow with the next one, or at once by `flask fairness`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_open_line_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_line")),
        sa.UniqueConstraint("number", name=op.f("uq_open_line_number")),
        sa.UniqueConstraint("selection_id", name=op.f("uq_open_line_selection_id")),
    )
    op.create_table(
        "fairness_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fairness_report")),
    )

    current = sa.text("current")
    columns = ["item_id", "days", "fee_cents", "id"]
    op.create_index("ix_listing_first", "listing", columns, sqlite_where=current, postgresql_where=current)


def downgrade() -> None:
    op.drop_index("ix_listing_first", table_name="listing")
    op.drop_table("fairness_report")
    op.drop_table("open_line")
