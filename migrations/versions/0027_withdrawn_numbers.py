"""A number of the law that was announced can be withdrawn before its day."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STANDS = sa.text("withdrawn_because = ''")


def upgrade() -> None:
    with op.batch_alter_table("term") as table:
        table.add_column(sa.Column("withdrawn_because", sa.String(), server_default=sa.text("''"), nullable=False))
        table.drop_constraint("uq_term_code_effective_from", type_="unique")
    op.create_index(
        "ix_term_stands", "term", ["code", "effective_from"],
        unique=True, sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM term WHERE withdrawn_because <> ''"))
    op.drop_index("ix_term_stands", table_name="term")
    with op.batch_alter_table("term") as table:
        table.create_unique_constraint("uq_term_code_effective_from", ["code", "effective_from"])
        table.drop_column("withdrawn_because")
