"""Which selection methods are lawful for which jobs, as rules that hold from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CHECKS = {
    "amounts_rise": "from_cents >= 0 AND (to_cents IS NULL OR to_cents >= from_cents)",
    "a_rule_holds_for_a_day": "until IS NULL OR until > effective_from",
    "an_end_has_its_reason": "(until IS NULL) = (ended_because IS NULL)",
    "a_rule_has_ground_and_source": "ground <> '' AND source <> ''",
    "known_mark": "mark IN ('R', 'L', 'D')",
}


def upgrade() -> None:
    op.create_table(
        "lawful_method",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("funds", sa.String(), nullable=False),
        sa.Column("from_cents", sa.BigInteger(), nullable=False),
        sa.Column("to_cents", sa.BigInteger(), nullable=True),
        sa.Column("item_class", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=True),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lawful_method")),
        sa.UniqueConstraint("code", name=op.f("uq_lawful_method_code")),
        *(sa.CheckConstraint(sql, name=op.f(f"ck_lawful_method_{name}")) for name, sql in CHECKS.items()),
    )


def downgrade() -> None:
    op.drop_table("lawful_method")
