"""What a row keeps sealed until its opening, and what it waits for to be opened."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column


class Sealed:
    """Columns of a row that closes others' envelopes and draws. `commitment` is the published SHA-256 of the draw's
    secret; `seal_public` closes the envelopes; secret and opening key are kept wrapped (infra/keys).
    `outside_source` is a row of kernel/outside, `outside` the value it was announced to have, in words, `outside_value`
    that value as two readings agreed on it. With `two_person` the opening key is kept nowhere but in three shares, of
    which two are needed: the service's, that of the officer named, and one for recovery; the last two only until they
    are taken. `unlocked` says that a share was brought and the key is whole again, as of then `wrapped_seal`.
    `closed_at` is the closing instant of a row that waits for its opening."""

    commitment: Mapped[str | None]
    wrapped_secret: Mapped[bytes | None] = mapped_column(deferred=True)
    seal_public: Mapped[bytes | None]
    wrapped_seal: Mapped[bytes | None] = mapped_column(deferred=True)
    outside_source: Mapped[str | None]
    outside: Mapped[str | None]
    outside_value: Mapped[str | None]
    two_person: Mapped[bool] = mapped_column(default=False)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    service_share: Mapped[bytes | None] = mapped_column(deferred=True)
    officer_share: Mapped[bytes | None] = mapped_column(deferred=True)
    recovery_share: Mapped[bytes | None] = mapped_column(deferred=True)
    unlocked: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
