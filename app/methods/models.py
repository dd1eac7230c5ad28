"""The table of lawful methods: rows that are added and ended on a day, never changed."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.agencies.models import Agency
from app.infra.db import Cents, Row, session
from app.methods.rules import MAY_READ_RULES


class MethodTerms:
    """The columns of a job that belong to some methods only. Quotes are discounts (下浮率) where a job has a reference
    fee, the cents that a discount is taken off; its bounds, both included, are in hundredths of a percent. A direct
    selection (直接选取) names its agency, the ground and the reason, all of them published."""

    reference_fee_cents: Mapped[Cents | None]
    least_discount: Mapped[int | None]
    most_discount: Mapped[int | None]

    named_agency_id: Mapped[int | None] = mapped_column(ForeignKey(Agency.id))
    direct_ground: Mapped[str | None]
    direct_reason: Mapped[str] = mapped_column(default="", server_default=text("''"))

    @property
    def secret(self) -> bool:
        """Whether the job touches a state secret, which nobody may carry through a public market."""
        return self.direct_ground == "secret"

    CHECKS: ClassVar = (
        CheckConstraint(
            "published_at IS NULL OR method <> 'direct' "
            "OR (named_agency_id IS NOT NULL AND direct_ground IS NOT NULL AND direct_reason <> '')",
            "a_direct_selection_says_whom_and_why",
        ),
        CheckConstraint("direct_ground IN ('small', 'urgent', 'secret')", "known_direct_ground"),
        CheckConstraint("reference_fee_cents > 0", "a_reference_fee_is_positive"),
        CheckConstraint(
            "least_discount BETWEEN 0 AND 9999 AND most_discount BETWEEN 0 AND 9999", "discounts_are_parts"
        ),
    )


class LawfulMethod(Row):
    """One rule: this method (a direct selection on this ground) is lawful for jobs of these funds ("" any), from this
    ceiling in cents to that one (None: without bound, both included), of this class of services ("" any), urgent or not
    (None: any). It holds from `effective_from` until, but not on, `until`. `ground` says why, `source` where that is
    written, `mark` how sure it is: R a real market's published rule, L national law, D a default of this market.
    `code` names a shipped row."""

    MAY_READ = MAY_READ_RULES

    code: Mapped[str | None] = mapped_column(unique=True)
    method: Mapped[str]
    direct_ground: Mapped[str]
    funds: Mapped[str]
    from_cents: Mapped[Cents]
    to_cents: Mapped[Cents | None]
    item_class: Mapped[str]
    urgent: Mapped[bool | None]
    ground: Mapped[str]
    source: Mapped[str]
    mark: Mapped[str]
    effective_from: Mapped[date]
    until: Mapped[date | None]
    ended_because: Mapped[str | None]
    made_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("from_cents >= 0 AND (to_cents IS NULL OR to_cents >= from_cents)", "amounts_rise"),
        CheckConstraint("until IS NULL OR until > effective_from", "a_rule_holds_for_a_day"),
        CheckConstraint("(until IS NULL) = (ended_because IS NULL)", "an_end_has_its_reason"),
        CheckConstraint("ground <> '' AND source <> ''", "a_rule_has_ground_and_source"),
        CheckConstraint("mark IN ('R', 'L', 'D')", "known_mark"),
    )


def known_rules() -> list[LawfulMethod]:
    """Every rule there ever was, in the order in which they were made."""
    return list(session.scalars(select(LawfulMethod).order_by(LawfulMethod.id)))
