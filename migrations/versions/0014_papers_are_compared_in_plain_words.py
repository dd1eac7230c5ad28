"""Papers are compared in plain words, kept beside the words on them, and found by index."""

from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CURRENT = sa.text("current")
WORDS = {"qualification": ("kind", "grade"), "professional": ("certificate",)}
INDEXES = {
    "qualification": ("agency_id", "checked", "plain_kind", "plain_grade", "valid_until"),
    "professional": ("agency_id", "checked", "plain_certificate"),
}
FIRST = ("item_id", "days", "fee_cents", "id")


def upgrade() -> None:
    for name, words in WORDS.items():
        for word in words:
            op.add_column(name, sa.Column(f"plain_{word}", sa.String(), nullable=True))
        _fill(name, words)
        with op.batch_alter_table(name) as table:
            for word in words:
                table.alter_column(f"plain_{word}", existing_type=sa.String(), nullable=False)
        op.create_index(f"ix_{name}_held", name, INDEXES[name])
        op.drop_index(f"ix_{name}_agency_id", name)
    op.create_index("ix_agency_id_state", "agency", ("id", "state"))
    _index_listings(*FIRST, "agency_id")


def downgrade() -> None:
    _index_listings(*FIRST)
    op.drop_index("ix_agency_id_state", "agency")
    for name, words in WORDS.items():
        op.create_index(f"ix_{name}_agency_id", name, ("agency_id",))
        op.drop_index(f"ix_{name}_held", name)
        with op.batch_alter_table(name) as table:
            for word in words:
                table.drop_column(f"plain_{word}")


def _fill(name: str, words: tuple[str, ...]) -> None:
    columns = [sa.column(word) for word in words]
    table = sa.table(name, *columns, *(sa.column(f"plain_{word}") for word in words))
    bind = op.get_bind()
    for row in bind.execute(sa.select(*columns).distinct()).all():
        same = [column == said for column, said in zip(columns, row, strict=True)]
        told = {
            f"plain_{word}": "".join(normalize("NFKC", said).split()) for word, said in zip(words, row, strict=True)
        }
        bind.execute(sa.update(table).where(*same).values(told))


def _index_listings(*columns: str) -> None:
    op.drop_index("ix_listing_first", "listing")
    op.create_index("ix_listing_first", "listing", columns, sqlite_where=CURRENT, postgresql_where=CURRENT)
