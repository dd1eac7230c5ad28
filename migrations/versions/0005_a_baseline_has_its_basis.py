"""The time before the reform says where it is known from, and the beginning of the service time is a word of the law."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("standard", sa.Column("baseline_basis", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column("standard", sa.Column("baseline_mark", sa.String(), server_default="default", nullable=False))
    op.execute("UPDATE standard SET clock_start = 'materials_complete'")


def downgrade() -> None:
    op.execute("UPDATE standard SET clock_start = '材料齐全次日'")
    op.drop_column("standard", "baseline_mark")
    op.drop_column("standard", "baseline_basis")
