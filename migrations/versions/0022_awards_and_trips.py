"""A job says when it was awarded and for how many of its steps somebody had to come in person.

Both are filled in from the record of what has happened.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STEPS = ("job.upload_contract", "job.hand_in", "job.deliver", "job.accept")


def upgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("trips", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("job") as table:
        table.alter_column("trips", existing_type=sa.Integer(), server_default=None)
    event = sa.table(
        "event",
        sa.column("id"),
        sa.column("name"),
        sa.column("subject_id"),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("facts", sa.JSON()),
    )
    job = sa.table(
        "job", sa.column("id"), sa.column("awarded_at", sa.DateTime(timezone=True)), sa.column("trips", sa.Integer())
    )
    bind = op.get_bind()
    awards = sa.select(event.c.subject_id, sa.func.max(event.c.at)).where(event.c.name == "job.award")
    for id, at in bind.execute(awards.group_by(event.c.subject_id)).all():
        bind.execute(sa.update(job).where(job.c.id == id).values(awarded_at=at))
    trips: dict[int, int] = {}
    for id, facts in bind.execute(sa.select(event.c.subject_id, event.c.facts).where(event.c.name.in_(STEPS))):
        trips[id] = trips.get(id, 0) + int(facts.get("trips", 0))
    for id, count in trips.items():
        bind.execute(sa.update(job).where(job.c.id == id).values(trips=count))


def downgrade() -> None:
    with op.batch_alter_table("job") as table:
        table.drop_column("trips")
        table.drop_column("awarded_at")
