"""Which selection methods are lawful for which jobs, as rules that hold from a day on; quotes that are discounts off a
reference fee; direct selections, which name one agency."""

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
METHODS = "'random_draw', 'lowest_price', 'average_price', 'price_and_days'"
JOB_CHECKS = {
    "a_direct_selection_says_whom_and_why": "published_at IS NULL OR method <> 'direct' "
    "OR (named_agency_id IS NOT NULL AND direct_ground IS NOT NULL AND direct_reason <> '')",
    "known_direct_ground": "direct_ground IN ('small', 'urgent')",
    "a_reference_fee_is_positive": "reference_fee_cents > 0",
    "discounts_are_parts": "least_discount BETWEEN 0 AND 9999 AND most_discount BETWEEN 0 AND 9999",
}


def upgrade() -> None:
    op.create_table(
        "lawful_method",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("direct_ground", sa.String(), nullable=False),
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
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("reference_fee_cents", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("least_discount", sa.Integer(), nullable=True))
        table.add_column(sa.Column("most_discount", sa.Integer(), nullable=True))
        table.add_column(sa.Column("named_agency_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("direct_ground", sa.String(), nullable=True))
        table.add_column(sa.Column("direct_reason", sa.String(), server_default=sa.text("''"), nullable=False))
        table.create_foreign_key(op.f("fk_job_named_agency_id_agency"), "agency", ["named_agency_id"], ["id"])
        table.drop_constraint(op.f("ck_job_known_method"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_method"), f"method IN ({METHODS}, 'direct')")
        for name, sql in JOB_CHECKS.items():
            table.create_check_constraint(op.f(f"ck_job_{name}"), sql)
    with op.batch_alter_table("entry") as table:
        table.add_column(sa.Column("discount", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_entry_a_discount_is_a_part"), "discount BETWEEN 0 AND 9999")


def downgrade() -> None:
    with op.batch_alter_table("entry") as table:
        table.drop_constraint(op.f("ck_entry_a_discount_is_a_part"), type_="check")
        table.drop_column("discount")
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_known_method"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_method"), f"method IN ({METHODS})")
        table.drop_constraint(op.f("fk_job_named_agency_id_agency"), type_="foreignkey")
        for name in JOB_CHECKS:
            table.drop_constraint(op.f(f"ck_job_{name}"), type_="check")
        for name in (
            "direct_reason",
            "direct_ground",
            "named_agency_id",
            "most_discount",
            "least_discount",
            "reference_fee_cents",
        ):
            table.drop_column(name)
    op.drop_table("lawful_method")
