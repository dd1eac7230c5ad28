"""What was said of a day stays when another word takes its place, so that what ended is counted as it was then."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = {"counts": "kind <> 'blackout'", "shuts": "kind = 'blackout'"}


def upgrade() -> None:
    for name in KINDS:
        op.drop_index(f"ix_calendar_day_{name}", "calendar_day")
    with op.batch_alter_table("calendar_day") as table:
        table.add_column(sa.Column("since", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("replaced", sa.Integer(), nullable=True))
    day = sa.table("calendar_day", sa.column("since", sa.DateTime(timezone=True)))
    op.execute(day.update().values(since=LONG_AGO))
    with op.batch_alter_table("calendar_day") as table:
        table.alter_column("since", existing_type=sa.DateTime(timezone=True), nullable=False)
    for name, which in KINDS.items():
        _index(name, f"{which} AND replaced IS NULL")


def downgrade() -> None:
    op.execute("DELETE FROM calendar_day WHERE replaced IS NOT NULL")
    for name in KINDS:
        op.drop_index(f"ix_calendar_day_{name}", "calendar_day")
    with op.batch_alter_table("calendar_day") as table:
        table.drop_column("replaced")
        table.drop_column("since")
    for name, which in KINDS.items():
        _index(name, which)


def _index(name: str, which: str) -> None:
    where = sa.text(which)
    op.create_index(
        f"ix_calendar_day_{name}", "calendar_day", ["day"], unique=True, sqlite_where=where, postgresql_where=where
    )
