"""A professional who is suspended or removed does not count among the staff that a job asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personal_bar",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_personal_bar_a_bar_ends_after_it_began")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_personal_bar_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_bar")),
    )
    op.create_index(op.f("ix_personal_bar_number"), "personal_bar", ["number"], unique=False)
    op.create_index(op.f("ix_personal_bar_last_day"), "personal_bar", ["last_day"], unique=False)
    op.create_index(op.f("ix_credit_event_professional"), "credit_event", ["professional"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_credit_event_professional"), table_name="credit_event")
    op.drop_table("personal_bar")
