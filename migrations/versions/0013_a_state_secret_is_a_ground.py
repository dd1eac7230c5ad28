"""A state secret is a ground of direct selection."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = "direct_ground IN ('small', 'urgent')"
AFTER = "direct_ground IN ('small', 'urgent', 'secret')"


def upgrade() -> None:
    _allow(AFTER)


def downgrade() -> None:
    # What was selected for a secret's sake is told as what the law before this step knew.
    op.execute("UPDATE job SET direct_ground = 'small' WHERE direct_ground = 'secret'")
    op.execute("DELETE FROM lawful_method WHERE direct_ground = 'secret'")
    _allow(BEFORE)


def _allow(grounds: str) -> None:
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_known_direct_ground"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_direct_ground"), grounds)
