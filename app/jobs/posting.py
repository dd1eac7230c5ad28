"""A posting: what an owner fills in on its two pages, and what of it is missing or not lawful, field by field."""

from typing import Any

from app.accounts.models import memberships_of
from app.agencies.models import Agency
from app.catalogue.models import Standard, standard_in_force
from app.districts.models import district
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.choosing import WHOLE, less_discount
from app.kernel.errors import Invalid
from app.kernel.money import MOST_CENTS, yuan
from app.kernel.outside import SOURCES
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.methods.models import known_rules
from app.methods.rules import (
    DISCOUNTED,
    FUNDS,
    GROUNDS,
    IF_ABANDONED,
    METHODS,
    PRICED,
    SCORED,
    TIMED,
    Case,
    Method,
    Verdict,
    asks_quote,
    in_force,
    judge,
)

LEAST_NEED, LEAST_REASON = 20, 5
MOST_DAYS = 365
POINTS = 100

# What an owner fills in: on the page about the project, and on the page about what is wanted.
PROJECT = ("project_name", "project_code", "district_code", "funds", "need", "contact_name", "contact_phone")
WISH = (
    "ceiling_cents", "days", "method", "floor_cents", "reference_fee_cents", "least_discount", "most_discount",
    "price_weight", "least_days", "named_agency_id", "direct_ground", "direct_reason", "urgent", "urgent_reason",
    "if_abandoned", "criteria", "two_envelopes", "outside_source", "two_person", "officer_id",
)  # fmt: skip
# What not even a draft may hold wrong, whichever field was changed.
MAY_WAIT = {"ceiling_cents", "days", "method", "urgent", "officer_id"}
NEVER_WRONG = set(WISH) - MAY_WAIT | {"funds", "district_code", "named"}


def named_agency(job: Job) -> Agency | None:
    """The agency that a job selects directly."""
    return session.get(Agency, job.named_agency_id) if job.named_agency_id else None


def problems(act: Act, job: Job) -> list[Invalid]:
    """Everything that keeps a posting from being submitted today, each with its field; empty when nothing does."""
    standard = standard_in_force(job.item_id, local_day(act.now)) or job.standard
    return [
        *_wrong_project(job),
        *_wrong_bounds(job, standard),
        *_wrong_method(job),
        *_wrong_discount(job, standard),
        *_wrong_direct(job),
        *_wrong_opening(job),
        *unlawful(verdict_on(act, job)),
    ]


def verdicts(act: Act, job: Job, **answers: Any) -> dict[str, Verdict]:
    """Which methods are lawful today for a job with these answers (the last three of Case), and why or why not."""
    rules = in_force(known_rules(), local_day(act.now))
    case = Case(job.funds, job.item.item_class, **answers)
    return {method: judge(rules, method, says, case) for method, says in METHODS.items()}


def verdict_on(act: Act, job: Job) -> Verdict | None:
    """Whether the method of a job is lawful for it today; None for a method that is none."""
    answers = {"amount_cents": job.ceiling_cents, "urgent": job.urgent, "direct_ground": job.direct_ground}
    return verdicts(act, job, **answers).get(job.method)


def unlawful(found: Verdict | None) -> list[Invalid]:
    """That a method is not lawful, when it is not."""
    if found is None or found.against is None:
        return []
    return [Invalid(found.against.says, field="method", **found.against.places)]


def _wrong_project(job: Job) -> list[Invalid]:
    wrong = []
    place = district(job.district_code)
    if not job.project_name.strip():
        wrong.append(Invalid(N_("Enter the name of the project."), field="project_name"))
    if place is None or place.level not in job.item.levels:
        text = N_("Choose a district from the list: this service is bought at its levels only.")
        wrong.append(Invalid(text, field="district_code"))
    if job.funds not in FUNDS:
        wrong.append(Invalid(N_("Say where the money comes from."), field="funds"))
    elif job.repost_of_id and session.get_one(Job, job.repost_of_id).funds != job.funds:
        text = N_("A job that is posted again keeps its funds, and with them the fewest agencies that must enter.")
        wrong.append(Invalid(text, field="funds"))
    if len(job.need.strip()) < LEAST_NEED:
        wrong.append(Invalid(N_("Say what is needed in at least %(n)s characters."), field="need", n=LEAST_NEED))
    if not job.contact_name.strip():
        wrong.append(Invalid(N_("Name a contact person."), field="contact_name"))
    if not job.contact_phone.strip():
        wrong.append(Invalid(N_("Enter a telephone number."), field="contact_phone"))
    return wrong


def _wrong_bounds(job: Job, standard: Standard) -> list[Invalid]:
    wrong = []
    version = {"version": standard.version, "since": standard.effective_from.isoformat()}
    if not job.ceiling_cents or job.ceiling_cents < 0:
        wrong.append(Invalid(N_("Enter the most you will pay, like 40000."), field="ceiling_cents"))
    elif standard.ceiling_cents and job.ceiling_cents > standard.ceiling_cents:
        text = N_("Enter at most %(most)s yuan: the unified standard, version %(version)s of %(since)s.")
        wrong.append(Invalid(text, field="ceiling_cents", most=yuan(standard.ceiling_cents), **version))
    most = standard.days or MOST_DAYS
    if not job.days or job.days < 0:
        wrong.append(Invalid(N_("Enter the working days the service may take."), field="days"))
    elif job.days > most and standard.days:
        text = N_("Enter at most %(n)s working days: the unified standard, version %(version)s of %(since)s.")
        wrong.append(Invalid(text, field="days", n=most, **version))
    elif job.days > most:
        wrong.append(Invalid(N_("Enter at most %(n)s working days."), field="days", n=most))
    return wrong


def _wrong_method(job: Job) -> list[Invalid]:
    wrong = []
    if job.method not in METHODS:
        wrong.append(Invalid(N_("Choose how the agency is selected."), field="method"))
    if job.floor_cents is not None and not asks_quote(job):
        text = N_("Leave the floor empty: this method has no quotes.")
        wrong.append(Invalid(text, field="floor_cents"))
    elif job.floor_cents is not None and not 0 < job.floor_cents <= (job.ceiling_cents or 0):
        wrong.append(Invalid(N_("Enter a floor that is not above the ceiling."), field="floor_cents"))
    wrong += _wrong_points(job) + _wrong_criteria(job)
    if job.urgent and len(job.urgent_reason.strip()) < LEAST_REASON:
        wrong.append(Invalid(N_("Say why it is urgent: the reason is published."), field="urgent_reason"))
    if job.if_abandoned not in IF_ABANDONED:
        wrong.append(Invalid(N_("Choose what happens when the award is abandoned."), field="if_abandoned"))
    return wrong


def _wrong_opening(job: Job) -> list[Invalid]:
    """What is to open the entries: a value of the list, and an officer where quotes are opened by two persons."""
    wrong = []
    if job.outside_source is not None and job.method == Method.DIRECT:
        wrong.append(Invalid(N_("Leave this out: a direct selection draws nothing."), field="outside_source"))
    elif job.outside_source is not None and job.outside_source not in SOURCES:
        wrong.append(Invalid(N_("Choose one of the public values in the list."), field="outside_source"))
    if job.two_person and job.method not in PRICED:
        text = N_("Leave this out: a random draw has no quotes that two persons could open.")
        wrong.append(Invalid(text, field="two_person"))
    if job.two_person and not any(one.unit_id == job.owner_id for one in memberships_of(job.officer_id or 0)):
        wrong.append(Invalid(N_("Name the officer: a member of your unit."), field="officer_id"))
    return wrong


def _wrong_points(job: Job) -> list[Invalid]:
    """What price and days count, and the fewest days an offer may name; for the other methods neither."""
    weight, least = job.price_weight, job.least_days
    if job.method not in TIMED:
        text = N_("Leave this empty: only the method “price and days” counts days.")
        given = {"least_days": least} if job.method in SCORED else {"price_weight": weight, "least_days": least}
        return [Invalid(text, field=name) for name, value in given.items() if value is not None]
    wrong = []
    if weight is None or not 0 < weight < POINTS:
        wrong.append(Invalid(N_("Say how many of 100 points the price counts, from 1 to 99."), field="price_weight"))
    if least is not None and not 0 < least <= (job.days or 0):
        text = N_("Enter at most the working days of the job, or leave it empty.")
        wrong.append(Invalid(text, field="least_days"))
    return wrong


def _wrong_discount(job: Job, standard: Standard) -> list[Invalid]:
    """The reference fee and the bounds of the discount; for methods whose quotes are none, neither."""
    given = {name: getattr(job, name) for name in ("reference_fee_cents", "least_discount", "most_discount")}
    if job.method not in DISCOUNTED:
        text = N_("Leave this empty: only for “lowest price” and “average price” can quotes be discounts.")
        return [Invalid(text, field=name) for name, value in given.items() if value is not None]
    fee, least, most = given["reference_fee_cents"], given["least_discount"] or 0, given["most_discount"]
    if fee is None:
        text = N_("Enter the reference fee that the discount is taken off, or leave this empty.")
        return [Invalid(text, field=name) for name, value in given.items() if value is not None]
    wrong = []
    if fee <= 0 or (standard.ceiling_cents and fee > standard.ceiling_cents):
        text = N_(
            "Enter a reference fee of at most %(most)s yuan: the unified standard, version %(version)s of %(since)s."
        )
        places = {"most": yuan(standard.ceiling_cents or MOST_CENTS), "since": standard.effective_from.isoformat()}
        wrong.append(Invalid(text, field="reference_fee_cents", version=standard.version, **places))
    if not 0 <= least < WHOLE:
        wrong.append(Invalid(N_("Enter a percentage from 0 to 99.99."), field="least_discount"))
    if most is not None and not least <= most < WHOLE:
        wrong.append(Invalid(N_("Enter a discount that is not below the least one."), field="most_discount"))
    if not wrong:
        wrong += _wrong_amounts(job, fee, least, WHOLE - 1 if most is None else most)
    return wrong


def _wrong_amounts(job: Job, fee: int, least: int, most: int) -> list[Invalid]:
    """Whether some discount within the bounds leaves an amount between floor and ceiling."""
    if less_discount(fee, most) > (job.ceiling_cents or 0):
        text = N_("Even the largest discount leaves %(amount)s yuan, which is above the ceiling.")
        return [Invalid(text, field="most_discount", amount=yuan(less_discount(fee, most)))]
    if less_discount(fee, least) < (job.floor_cents or 1):
        text = N_("Even the least discount leaves %(amount)s yuan, which is below the floor.")
        return [Invalid(text, field="least_discount", amount=yuan(less_discount(fee, least)))]
    return []


def _wrong_criteria(job: Job) -> list[Invalid]:
    """What a panel scores: criteria with descriptors, whose weights with that of the price are all the points."""
    criteria, price = job.criteria, job.price_weight or 0
    if job.method not in SCORED:
        text = N_("Leave this empty: only the method “merit” has a panel.")
        given = {"criteria": criteria, "two_envelopes": job.two_envelopes}
        return [Invalid(text, field=name) for name, value in given.items() if value]
    wrong, total = [], price + sum(one["weight"] for one in criteria)
    if not criteria:
        wrong.append(Invalid(N_("Name what the panel scores, each criterion with its points."), field="criteria"))
    elif len({one["name"] for one in criteria}) < len(criteria):
        wrong.append(Invalid(N_("Two criteria have the same name."), field="criteria"))
    elif not 0 <= price < POINTS or total != POINTS:
        text = N_("The points of the criteria and of the price make %(total)s. Make it %(all)s.")
        wrong.append(Invalid(text, field="criteria", total=total, all=POINTS))
    if job.two_envelopes and not price:
        text = N_(
            "Without points for the price there is no second envelope. Leave this empty, or give the price points."
        )
        wrong.append(Invalid(text, field="two_envelopes"))
    return wrong


def _wrong_direct(job: Job) -> list[Invalid]:
    """Whom a direct selection names, on which ground and why; for other methods nothing of it."""
    given = {"named": job.named_agency_id, "direct_ground": job.direct_ground, "direct_reason": job.direct_reason}
    if job.method != Method.DIRECT:
        text = N_("Leave this empty: only a direct selection names one agency.")
        return [Invalid(text, field=name) for name, value in given.items() if value]
    wrong = []
    if job.named_agency_id is None:
        text = N_("Name the agency by its full name or its unified social credit code, as on its page.")
        wrong.append(Invalid(text, field="named"))
    if job.direct_ground not in GROUNDS:
        wrong.append(Invalid(N_("Say on which ground the agency is selected directly."), field="direct_ground"))
    if len((job.direct_reason or "").strip()) < LEAST_REASON:
        text = N_("Say why this agency is selected directly: the reason is published.")
        wrong.append(Invalid(text, field="direct_reason"))
    return wrong
