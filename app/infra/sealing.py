"""What a row keeps sealed until its opening, and what it waits for to be opened."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column


class Sealed:
    """Columns of a row that closes others' envelopes and draws. `commitment` is the published SHA-256 of the draw's
    secret; `seal_public` closes the envelopes; secret and opening key are kept wrapped (infra/keys).
    `outside_source` is a row of kernel/outside, `outside` the value it was announced to have, in words, `outside_value`
    that value as two readings agreed on it. `closed_at` is the closing instant of a row that waits for its opening."""

    commitment: Mapped[str | None]
    wrapped_secret: Mapped[bytes | None] = mapped_column(deferred=True)
    seal_public: Mapped[bytes | None] = mapped_column(deferred=True)
    wrapped_seal: Mapped[bytes | None] = mapped_column(deferred=True)
    outside_source: Mapped[str | None]
    outside: Mapped[str | None]
    outside_value: Mapped[str | None]
    closed_at: Mapped[datetime | None]
