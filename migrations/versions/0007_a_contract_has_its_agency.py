"""A contract names the agency it was made with, so that the next one selected does not read it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The agency of the award that stood when the contract was uploaded.
KNOWN = """
UPDATE contract SET agency_id = (
    SELECT entry.agency_id FROM award JOIN entry ON entry.id = award.entry_id
    WHERE award.job_id = contract.job_id AND award.selected_at <= contract.uploaded_at
    ORDER BY award.selected_at DESC LIMIT 1
)
"""


def upgrade() -> None:
    with op.batch_alter_table("contract") as table:
        table.add_column(sa.Column("agency_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_contract_agency_id_agency"), "agency", ["agency_id"], ["id"])
    op.execute(KNOWN)
    with op.batch_alter_table("contract") as table:
        table.alter_column("agency_id", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("contract") as table:
        table.drop_constraint(op.f("fk_contract_agency_id_agency"), type_="foreignkey")
        table.drop_column("agency_id")
