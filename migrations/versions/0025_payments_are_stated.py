"""Either side of a job states what came of the fee, and a contract may say in how many days it is to be paid."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_payment_no_payment_is_below_nothing")),
        sa.ForeignKeyConstraint(["by_id"], ["unit.id"], name=op.f("fk_payment_by_id_unit")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_payment_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_job_id"), "payment", ["job_id"])
    for table in ("contract", "job"):
        op.add_column(table, sa.Column("payment_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("job", "contract"):
        with op.batch_alter_table(name) as table:
            table.drop_column("payment_days")
    op.drop_index(op.f("ix_payment_job_id"), table_name="payment")
    op.drop_table("payment")
