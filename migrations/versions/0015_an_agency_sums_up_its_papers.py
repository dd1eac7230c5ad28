"""An agency sums up its checked papers in its own row, by which a job's agencies are found."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AGENCY = sa.table("agency", sa.column("id"), *map(sa.column, ("papers_until", "plain_papers", "plain_certificates")))
HELD = sa.table("qualification", *map(sa.column, ("agency_id", "checked", "plain_kind", "plain_grade", "valid_until")))
STAFF = sa.table("professional", *map(sa.column, ("agency_id", "checked", "plain_certificate")))


def upgrade() -> None:
    op.add_column("agency", sa.Column("papers_until", sa.Date(), nullable=True))
    for name in ("plain_papers", "plain_certificates"):
        op.add_column("agency", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    first = sa.select(sa.func.min(HELD.c.valid_until)).where(HELD.c.agency_id == AGENCY.c.id, HELD.c.checked)
    summed = {
        "papers_until": first.scalar_subquery(),
        "plain_papers": _lines(HELD, HELD.c.plain_kind.concat("\t").concat(HELD.c.plain_grade)),
        "plain_certificates": _lines(STAFF, STAFF.c.plain_certificate),
    }
    op.get_bind().execute(sa.update(AGENCY).values(summed))
    op.drop_index("ix_agency_id_state", "agency")


def downgrade() -> None:
    op.create_index("ix_agency_id_state", "agency", ("id", "state"))
    with op.batch_alter_table("agency") as table:
        for name in ("papers_until", "plain_papers", "plain_certificates"):
            table.drop_column(name)


def _lines(rows: sa.TableClause, line: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    joined = sa.func.aggregate_strings(line, "\n")
    query = sa.select(sa.literal("\n").concat(joined).concat("\n"))
    return sa.func.coalesce(query.where(rows.c.agency_id == AGENCY.c.id, rows.c.checked).scalar_subquery(), "")
