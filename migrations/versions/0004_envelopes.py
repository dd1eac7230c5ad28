"""What agencies offer is kept in envelopes, and the secret of a draw wrapped by a key that is not in the database."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ENTRY = {
    "sealed": (sa.String(), False),
    "offer": (sa.String(), False),
    "chance_envelope": (sa.LargeBinary(), False),
    "offer_envelope": (sa.LargeBinary(), False),
    "contribution": (sa.String(), True),
    "made_by": (sa.String(), True),
    "nonce": (sa.String(), True),
}
JOB = ("wrapped_secret", "seal_public", "wrapped_seal")
TOO_OLD = "This database holds entries of a development version that kept quotes open. Start over: make fresh"


def upgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM entry")).first():
        raise SystemExit(TOO_OLD)
    with op.batch_alter_table("entry") as table:
        for name, (kind, nullable) in ENTRY.items():
            table.add_column(sa.Column(name, kind, nullable=nullable))
    with op.batch_alter_table("job") as table:
        table.drop_column("secret")
        for name in JOB:
            table.add_column(sa.Column(name, sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("job") as table:
        for name in JOB:
            table.drop_column(name)
        table.add_column(sa.Column("secret", sa.String(), nullable=True))
    with op.batch_alter_table("entry") as table:
        for name in ENTRY:
            table.drop_column(name)
