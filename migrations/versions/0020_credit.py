"""What costs agencies credit points and what they did, who is barred from entering, and lines of outside blacklists."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_rule",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.Column("fraud", sa.Boolean(), nullable=False),
        sa.Column("repairable", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("mark IN ('R', 'L', 'D')", name=op.f("ck_credit_rule_known_mark")),
        sa.CheckConstraint("NOT (fraud AND repairable)", name=op.f("ck_credit_rule_fraud_is_never_repaired")),
        sa.CheckConstraint("points >= 1", name=op.f("ck_credit_rule_points_are_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_rule")),
        sa.UniqueConstraint("code", "effective_from", name=op.f("uq_credit_rule_code_effective_from")),
    )
    op.create_table(
        "bar",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_bar_a_bar_ends_after_it_began")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_bar_agency_id_agency")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_bar_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bar")),
    )
    op.create_index(op.f("ix_bar_agency_id"), "bar", ["agency_id"], unique=False)
    op.create_index(
        op.f("ix_bar_last_day_item_id_agency_id"), "bar", ["last_day", "item_id", "agency_id"], unique=False
    )
    op.create_table(
        "blacklist_line",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'unknown' OR agency_id IS NOT NULL", name=op.f("ck_blacklist_line_what_is_matched_has_an_agency")
        ),
        sa.CheckConstraint(
            "state IN ('to_review', 'unknown', 'confirmed', 'dismissed')", name=op.f("ck_blacklist_line_known_state")
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_blacklist_line_a_line_ends_after_it_began")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_blacklist_line_agency_id_agency")),
        sa.ForeignKeyConstraint(["imported_by_id"], ["unit.id"], name=op.f("fk_blacklist_line_imported_by_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blacklist_line")),
        sa.UniqueConstraint("code", "source", "first_day", name=op.f("uq_blacklist_line_code_source_first_day")),
    )
    op.create_index(op.f("ix_blacklist_line_agency_id"), "blacklist_line", ["agency_id"], unique=False)
    op.create_index(op.f("ix_blacklist_line_state_due"), "blacklist_line", ["state", "due"], unique=False)
    op.create_table(
        "credit_event",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("professional", sa.String(), nullable=False),
        sa.Column("professional_name", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("sector_code", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("objection", sa.String(), nullable=False),
        sa.Column("objection_file_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("repair_plea", sa.String(), nullable=False),
        sa.Column("repair_decision", sa.String(), nullable=False),
        sa.Column("repaired_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("evidence <> ''", name=op.f("ck_credit_event_an_event_has_evidence")),
        sa.CheckConstraint(
            "state <> 'repaired' OR repaired_on IS NOT NULL", name=op.f("ck_credit_event_repair_has_its_day")
        ),
        sa.CheckConstraint(
            "state IN ('noticed', 'stated', 'objected', 'in_effect', 'repair_asked', 'repaired', 'dropped')",
            name=op.f("ck_credit_event_known_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('in_effect', 'repair_asked', 'repaired') OR effective_on IS NOT NULL",
            name=op.f("ck_credit_event_effect_has_its_day"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('noticed', 'stated', 'objected') OR due IS NOT NULL",
            name=op.f("ck_credit_event_pending_has_a_deadline"),
        ),
        sa.CheckConstraint("points >= 1", name=op.f("ck_credit_event_points_are_positive")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_credit_event_agency_id_agency")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_credit_event_file_id_file")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_credit_event_item_id_item")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_credit_event_job_id_job")),
        sa.ForeignKeyConstraint(
            ["objection_file_id"], ["file.id"], name=op.f("fk_credit_event_objection_file_id_file")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["unit.id"], name=op.f("fk_credit_event_recorded_by_id_unit")),
        sa.ForeignKeyConstraint(["rule_id"], ["credit_rule.id"], name=op.f("fk_credit_event_rule_id_credit_rule")),
        sa.ForeignKeyConstraint(["sector_code"], ["sector.code"], name=op.f("fk_credit_event_sector_code_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_event")),
        sa.UniqueConstraint("agency_id", "job_id", "measure", name=op.f("uq_credit_event_agency_id_job_id_measure")),
    )
    op.create_index(
        op.f("ix_credit_event_agency_id_effective_on"), "credit_event", ["agency_id", "effective_on"], unique=False
    )
    op.create_index(op.f("ix_credit_event_job_id"), "credit_event", ["job_id"], unique=False)
    op.create_index(op.f("ix_credit_event_sector_code_state"), "credit_event", ["sector_code", "state"], unique=False)
    op.create_index(op.f("ix_credit_event_state_due"), "credit_event", ["state", "due"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_credit_event_state_due"), table_name="credit_event")
    op.drop_index(op.f("ix_credit_event_sector_code_state"), table_name="credit_event")
    op.drop_index(op.f("ix_credit_event_job_id"), table_name="credit_event")
    op.drop_index(op.f("ix_credit_event_agency_id_effective_on"), table_name="credit_event")
    op.drop_table("credit_event")
    op.drop_index(op.f("ix_blacklist_line_state_due"), table_name="blacklist_line")
    op.drop_index(op.f("ix_blacklist_line_agency_id"), table_name="blacklist_line")
    op.drop_table("blacklist_line")
    op.drop_index(op.f("ix_bar_last_day_item_id_agency_id"), table_name="bar")
    op.drop_index(op.f("ix_bar_agency_id"), table_name="bar")
    op.drop_table("bar")
    op.drop_table("credit_rule")
