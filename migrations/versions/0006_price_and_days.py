"""Offers of a price and a number of working days, counted by the published points of the job."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = "method IN ('random_draw', 'lowest_price', 'average_price')"
AFTER = "method IN ('random_draw', 'lowest_price', 'average_price', 'price_and_days')"
WEIGHTS = "published_at IS NULL OR method <> 'price_and_days' OR price_weight BETWEEN 1 AND 99"


def upgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("price_weight", sa.Integer(), nullable=True))
        table.add_column(sa.Column("least_days", sa.Integer(), nullable=True))
        table.drop_constraint(op.f("ck_job_known_method"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_method"), AFTER)
        table.create_check_constraint(op.f("ck_job_price_and_days_have_weights"), WEIGHTS)
    with op.batch_alter_table("entry") as table:
        table.add_column(sa.Column("days", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_entry_days_are_positive"), "days > 0")


def downgrade() -> None:
    with op.batch_alter_table("entry") as table:
        table.drop_constraint(op.f("ck_entry_days_are_positive"), type_="check")
        table.drop_column("days")
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_price_and_days_have_weights"), type_="check")
        table.drop_constraint(op.f("ck_job_known_method"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_method"), BEFORE)
        table.drop_column("least_days")
        table.drop_column("price_weight")
