"""Every version of an entry is kept: what stands in an entry now is its first one. Questions about jobs, and addenda."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Of an entry that was made again the versions before are not known: what there is counts as the first.
KNOWN = """
INSERT INTO entry_version
    (entry_id, number, listing_id, received_at, sealed, offer, chance_envelope, offer_envelope, ended_at, ended_by)
SELECT id, 1, listing_id, received_at, sealed, offer, chance_envelope, offer_envelope,
    CASE WHEN state = 'withdrawn' THEN state_since END, CASE WHEN state = 'withdrawn' THEN 'withdraw' END
FROM entry
"""


def upgrade() -> None:
    with op.batch_alter_table("entry") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("entry") as table:
        table.alter_column("version", server_default=None, existing_type=sa.Integer())
    op.create_table(
        "entry_version",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("chance_envelope", sa.LargeBinary(), nullable=False),
        sa.Column("offer_envelope", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_by IN ('change', 'withdraw')", name=op.f("ck_entry_version_known_end")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_entry_version_an_end_has_its_verb")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_version_entry_id_entry")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_entry_version_listing_id_listing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_version")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_entry_version_entry_id_number")),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_entry_version_standing",
        "entry_version",
        ["entry_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.execute(KNOWN)
    _create_inquiry()
    _create_addendum()


def _create_inquiry() -> None:
    op.create_table(
        "inquiry",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withheld_because", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'answered', 'withheld')", name=op.f("ck_inquiry_known_state")),
        sa.CheckConstraint(
            "state <> 'answered' OR answer IS NOT NULL", name=op.f("ck_inquiry_an_answered_one_has_its_answer")
        ),
        sa.CheckConstraint(
            "state <> 'withheld' OR withheld_because IS NOT NULL", name=op.f("ck_inquiry_withholding_has_a_reason")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_inquiry_job_id_job")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inquiry_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_inquiry_job_id_number")),
    )
    op.create_index(op.f("ix_inquiry_state_due"), "inquiry", ["state", "due"])


def _create_addendum() -> None:
    op.create_table(
        "addendum",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_addendum_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addendum")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_addendum_job_id_number")),
    )


def downgrade() -> None:
    op.drop_table("addendum")
    op.drop_table("inquiry")
    op.drop_table("entry_version")
    with op.batch_alter_table("entry") as table:
        table.drop_column("version")
