"""What an admitted agency changes stands beside what was checked; items say which professionals they need."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AGENCY = sa.table("agency", sa.column("id"), sa.column("admitted_at"))
PARTS = [
    sa.table(name, sa.column("agency_id"), sa.column("checked", sa.Boolean()))
    for name in ("enclosure", "qualification", "professional")
]
THE_ADMITTED = sa.select(AGENCY.c.id).where(AGENCY.c.admitted_at.is_not(None))


def upgrade() -> None:
    op.add_column("item", sa.Column("require_staff", sa.JSON(), nullable=True))
    op.execute("UPDATE item SET require_staff = '[]'")
    with op.batch_alter_table("item") as table:
        table.alter_column("require_staff", nullable=False)
    op.create_table(
        "enclosure",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_enclosure_agency_id_agency")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_enclosure_file_id_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosure")),
        sa.UniqueConstraint("agency_id", "name", "checked", name=op.f("uq_enclosure_agency_id_name_checked")),
    )
    op.create_index(op.f("ix_enclosure_agency_id"), "enclosure", ["agency_id"])
    op.execute(
        "INSERT INTO enclosure (agency_id, name, file_id, checked) SELECT id, 'licence', licence_file_id, "
        "state = 'admitted' FROM agency WHERE licence_file_id IS NOT NULL"
    )
    with op.batch_alter_table("qualification") as table:
        table.add_column(sa.Column("checked", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.drop_constraint(op.f("uq_qualification_agency_id_kind_number"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_qualification_agency_id_kind_number_checked"), ["agency_id", "kind", "number", "checked"]
        )
    with op.batch_alter_table("professional") as table:
        table.add_column(sa.Column("checked", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.drop_constraint(op.f("uq_professional_number"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_professional_agency_id_number_checked"), ["agency_id", "number", "checked"]
        )
    for part in PARTS:
        op.execute(sa.update(part).where(part.c.agency_id.in_(THE_ADMITTED)).values(checked=True))
    where = sa.text("checked")
    op.create_index(
        "uq_professional_checked", "professional", ["number"], unique=True, sqlite_where=where, postgresql_where=where
    )
    with op.batch_alter_table("agency") as table:
        table.add_column(sa.Column("next_representative", sa.String(), nullable=True))
        table.drop_constraint(op.f("fk_agency_licence_file_id_file"), type_="foreignkey")
        table.drop_column("licence_file_id")
        _hold_states(
            table, ", 'changed'", "state NOT IN ('submitted', 'changed')", "state NOT IN ('admitted', 'changed')"
        )


def downgrade() -> None:
    """What waits to be checked is lost, and what was checked stays."""
    op.drop_column("item", "require_staff")
    for part in PARTS:
        op.execute(sa.delete(part).where(part.c.agency_id.in_(THE_ADMITTED), ~part.c.checked))
    op.execute("UPDATE agency SET state = 'admitted', due = NULL WHERE state = 'changed'")
    with op.batch_alter_table("agency") as table:
        table.drop_column("next_representative")
        table.add_column(sa.Column("licence_file_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_agency_licence_file_id_file"), "file", ["licence_file_id"], ["id"])
        _hold_states(table, "", "state <> 'submitted'", "state <> 'admitted'")
    op.execute(
        "UPDATE agency SET licence_file_id = (SELECT file_id FROM enclosure WHERE agency_id = agency.id AND name = 'licence')"
    )
    op.drop_table("enclosure")
    op.drop_index("uq_professional_checked", "professional")
    with op.batch_alter_table("professional") as table:
        table.drop_constraint(op.f("uq_professional_agency_id_number_checked"), type_="unique")
        table.create_unique_constraint(op.f("uq_professional_number"), ["number"])
        table.drop_column("checked")
    with op.batch_alter_table("qualification") as table:
        table.drop_constraint(op.f("uq_qualification_agency_id_kind_number_checked"), type_="unique")
        table.create_unique_constraint(op.f("uq_qualification_agency_id_kind_number"), ["agency_id", "kind", "number"])
        table.drop_column("checked")


def _hold_states(table: BatchOperations, more: str, unchecked: str, outside: str) -> None:
    """Say anew which states there are. SQLite makes the table anew, and makes it without the old checks."""
    checks = {
        "ck_agency_known_state": f"state IN ('draft', 'submitted', 'returned', 'admitted'{more})",
        "ck_agency_a_check_has_a_deadline": f"{unchecked} OR due IS NOT NULL",
        "ck_agency_the_admitted_have_signed": f"{outside} OR signed_at IS NOT NULL",
    }
    for name, holds in checks.items():
        if op.get_context().dialect.name != "sqlite":
            table.drop_constraint(op.f(name), type_="check")
        table.create_check_constraint(op.f(name), holds)
