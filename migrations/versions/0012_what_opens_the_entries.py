"""Jobs may wait after the closing: for an outside value named in advance, and for a share of their opening key."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = (
    "state IN ('draft', 'submitted', 'returned', 'open', 'selecting', 'scoring', 'failed', 'selected', 'objected', "
    "'awarded', 'abandoned', 'contract_uploaded', 'contracted', 'materials', 'materials_check', 'in_service', 'paused', "
    "'delivered', 'rework', 'accepted', 'archived', 'withdrawn', 'terminated')"
)
AFTER = BEFORE.replace("'open', ", "'open', 'awaiting', ")
ADDED = {
    "outside_source": sa.String(),
    "outside": sa.String(),
    "outside_value": sa.String(),
    "service_share": sa.LargeBinary(),
    "officer_share": sa.LargeBinary(),
    "recovery_share": sa.LargeBinary(),
    "closed_at": sa.DateTime(timezone=True),
}
FLAGS = ("two_person", "unlocked")
OFFICER = "NOT two_person OR officer_id IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("job") as table:
        for name, kind in ADDED.items():
            table.add_column(sa.Column(name, kind, nullable=True))
        table.add_column(sa.Column("officer_id", sa.Integer(), nullable=True))
        for name in FLAGS:
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_foreign_key(op.f("fk_job_officer_id_user"), "user", ["officer_id"], ["id"])
        table.drop_constraint(op.f("ck_job_known_state"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_state"), AFTER)
        table.create_check_constraint(op.f("ck_job_two_persons_have_an_officer"), OFFICER)
    with op.batch_alter_table("job") as table:
        for name in FLAGS:
            table.alter_column(name, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.create_table(
        "reading",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_reading_job_id_job")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reading_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("job_id", "user_id", name=op.f("uq_reading_job_id_user_id")),
    )
    nobody = sa.text("user_id IS NULL")
    op.create_index(
        "uq_reading_service", "reading", ["job_id"], unique=True, sqlite_where=nobody, postgresql_where=nobody
    )


def downgrade() -> None:
    op.drop_table("reading")
    # What waits here is selected there, as if it had named nothing; what nobody can open any more fails there.
    op.execute(
        "UPDATE job SET state = 'failed', due = NULL "
        "WHERE two_person AND NOT unlocked AND state IN ('open', 'awaiting', 'selecting')"
    )
    op.execute("UPDATE job SET state = 'selecting', due = closed_at WHERE state = 'awaiting'")
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_known_state"), type_="check")
        table.create_check_constraint(op.f("ck_job_known_state"), BEFORE)
        table.drop_constraint(op.f("ck_job_two_persons_have_an_officer"), type_="check")
        table.drop_constraint(op.f("fk_job_officer_id_user"), type_="foreignkey")
        for name in (*FLAGS, "officer_id", *reversed(ADDED)):
            table.drop_column(name)
