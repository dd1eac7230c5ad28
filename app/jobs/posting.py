"""A posting: what an owner fills in on its two pages, and what of it is missing or not lawful, field by field."""

from app.accounts.models import memberships_of
from app.catalogue.models import Standard, standard_in_force
from app.districts.models import district
from app.jobs.models import Job
from app.jobs.rules import FUNDS, IF_ABANDONED, METHODS, PRICED, TIMED
from app.kernel.act import Act
from app.kernel.errors import Invalid
from app.kernel.money import yuan
from app.kernel.outside import SOURCES
from app.kernel.words import N_
from app.kernel.workdays import local_day

LEAST_NEED, LEAST_REASON = 20, 5
MOST_DAYS = 365
POINTS = 100

# What an owner fills in: on the page about the project, and on the page about what is wanted.
PROJECT = ("project_name", "project_code", "district_code", "funds", "need", "contact_name", "contact_phone")
WISH = (
    "ceiling_cents", "days", "method", "floor_cents", "price_weight", "least_days", "urgent", "urgent_reason",
    "if_abandoned", "outside_source", "two_person", "officer_id",
)  # fmt: skip
# What not even a draft may hold wrong, whichever field was changed.
NEVER_WRONG = set(WISH) - {"ceiling_cents", "days", "urgent", "officer_id"} | {"funds", "district_code"}


def problems(act: Act, job: Job) -> list[Invalid]:
    """Everything that keeps a posting from being submitted today, each with its field; empty when nothing does."""
    standard = standard_in_force(job.item_id, local_day(act.now)) or job.standard
    return [*_wrong_project(job), *_wrong_bounds(job, standard), *_wrong_method(job), *_wrong_opening(job)]


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
    if job.floor_cents is not None and job.method not in PRICED:
        text = N_("Leave the floor empty: a random draw has no quotes.")
        wrong.append(Invalid(text, field="floor_cents"))
    elif job.floor_cents is not None and not 0 < job.floor_cents <= (job.ceiling_cents or 0):
        wrong.append(Invalid(N_("Enter a floor that is not above the ceiling."), field="floor_cents"))
    wrong += _wrong_points(job)
    if job.urgent and len(job.urgent_reason.strip()) < LEAST_REASON:
        wrong.append(Invalid(N_("Say why it is urgent: the reason is published."), field="urgent_reason"))
    if job.if_abandoned not in IF_ABANDONED:
        wrong.append(Invalid(N_("Choose what happens when the award is abandoned."), field="if_abandoned"))
    return wrong


def _wrong_opening(job: Job) -> list[Invalid]:
    """What is to open the entries: a value of the list, and an officer where quotes are opened by two persons."""
    wrong = []
    if job.outside_source is not None and job.outside_source not in SOURCES:
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
        given = {"price_weight": weight, "least_days": least}
        return [Invalid(text, field=name) for name, value in given.items() if value is not None]
    wrong = []
    if weight is None or not 0 < weight < POINTS:
        wrong.append(Invalid(N_("Say how many of 100 points the price counts, from 1 to 99."), field="price_weight"))
    if least is not None and not 0 < least <= (job.days or 0):
        text = N_("Enter at most the working days of the job, or leave it empty.")
        wrong.append(Invalid(text, field="least_days"))
    return wrong
