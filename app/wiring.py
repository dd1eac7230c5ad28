"""Who is plugged into what. The only module that sees every feature; nothing imports it but the factory."""

from collections.abc import Callable
from typing import Any

from app.accounts.commands import COMMANDS as account_commands
from app.accounts.views import bp as accounts
from app.addenda.views import bp as addenda
from app.agencies.models import Agency
from app.agencies.views import bp as agencies
from app.agencies.views import listings
from app.alterations.views import bp as alterations
from app.appeals.models import Appeal
from app.appeals.views import bp as appeals
from app.blacklists.models import BlacklistLine
from app.blacklists.views import bp as blacklists
from app.calendars import operations as calendar_operations
from app.calendars.commands import COMMANDS as calendar_commands
from app.calendars.models import CalendarNotice
from app.calendars.views import bp as calendars
from app.catalogue.operations import load as load_catalogue
from app.catalogue.views import bp as catalogue
from app.contracts.views import bp as contracts
from app.credit import operations as credit_operations
from app.credit.commands import COMMANDS as credit_commands
from app.credit.measures import BY_EVENT as MEASURED
from app.credit.models import CreditEvent
from app.credit.views import bp as credit
from app.demonstration.commands import COMMANDS as demonstration_commands
from app.districts.models import full_name
from app.districts.models import load as load_districts
from app.entries import operations as entry_operations
from app.entries.models import Entry
from app.entries.views import bp as entries
from app.fairness import operations as fairness_operations
from app.fairness.commands import COMMANDS as fairness_commands
from app.fairness.views import bp as fairness
from app.finding import operations as finding_operations
from app.finding.commands import COMMANDS as finding_commands
from app.finding.documents import SOURCES
from app.finding.models import load as load_synonyms
from app.finding.views import bp as finding
from app.inquiries.models import Inquiry
from app.inquiries.views import bp as inquiries
from app.jobs.envelopes import follow as follow_closing
from app.jobs.models import Job
from app.jobs.views import bp as jobs
from app.kernel.act import Act, Actor
from app.lateness import operations as lateness_operations
from app.lateness.models import Round
from app.lateness.views import bp as lateness
from app.methods.operations import load as load_lawful_methods
from app.methods.views import bp as methods
from app.notices import operations as notice_operations
from app.notices.rules import TELL
from app.notices.views import bp as notices
from app.objections import operations as objection_operations
from app.objections.models import Objection
from app.objections.views import bp as objections
from app.openings import operations as opening_operations
from app.openings.views import bp as openings
from app.oversight.commands import COMMANDS as oversight_commands
from app.oversight.views import bp as oversight
from app.panels import operations as panel_operations
from app.panels.models import Seat, left_seat
from app.panels.views import bp as panels
from app.panels.views import seats
from app.payments import operations as payment_operations
from app.payments.views import bp as payments
from app.performance.views import bp as performance
from app.ratings.models import Rating
from app.ratings.views import bp as ratings
from app.reviews import operations as review_operations
from app.reviews.models import Review
from app.reviews.views import bp as reviews
from app.scores import operations as score_operations
from app.scores.commands import COMMANDS as score_commands
from app.scores.views import bp as scores
from app.selections import operations as selection_operations
from app.selections.commands import COMMANDS as selection_commands
from app.selections.models import was_selected
from app.selections.views import bp as selections
from app.services import operations as service_operations
from app.services.models import Alteration, Pause
from app.services.views import bp as services
from app.services.views import pauses
from app.speed.views import bp as speed
from app.terms.views import bp as terms

LIVES = (
    CalendarNotice, Agency, Job, Entry, Inquiry, Seat, Objection, Pause, Alteration, Rating, Appeal, Review,
    CreditEvent, BlacklistLine, Round,
)  # fmt: skip

BLUEPRINTS: tuple[Any, ...] = (
    accounts,
    calendars,
    catalogue,
    agencies,
    listings,
    methods,
    jobs,
    entries,
    inquiries,
    panels,
    seats,
    addenda,
    openings,
    selections,
    fairness,
    objections,
    contracts,
    services,
    pauses,
    alterations,
    payments,
    ratings,
    appeals,
    scores,
    reviews,
    credit,
    blacklists,
    terms,
    notices,
    lateness,
    speed,
    oversight,
    finding,
    performance,
)

# Shipped data, in the order it is loaded: each takes (rows by file name, standards by item code, now).
LOADERS: tuple[Callable[..., None], ...] = (
    calendar_operations.load,
    load_districts,
    load_catalogue,
    load_lawful_methods,
    credit_operations.load,
    load_synonyms,
)

# The clock's steps that do more than move a row.
VERBS: dict[tuple[str, str], Callable[[Act, Any], None]] = {
    ("job", "close"): entry_operations.close,
    ("job", "give_up"): opening_operations.give_up,
    ("job", "select"): selection_operations.select,
    ("job", "time_out"): panel_operations.time_out,
    ("job", "award"): selection_operations.award,
    ("job", "succeed"): selection_operations.succeed,
    ("job", "carry_on"): objection_operations.carry_on,
    ("job", "start"): service_operations.start,
    ("job", "accept"): service_operations.accept,
    ("pause", "confirm"): service_operations.confirm_pause,
    ("pause", "end"): service_operations.end_at_cap,
    ("credit_event", "take_effect"): credit_operations.take_effect,
    ("credit_event", "repair"): credit_operations.repair,
    ("round", "remind"): lateness_operations.go_round,
}

# Who had a part in a thing that they have no longer.
PARTED: dict[type, tuple[Callable[[Actor, Any], bool], ...]] = {Job: (left_seat, was_selected)}

# The blueprints of the pages on which files are sealed as they come.
SEALED_ROOMS = frozenset({entries.name})

# How the codes that people choose in a form are called, by the name of the field.
CALLED: dict[str, Callable[[str], str]] = {"district_code": full_name}
# Deadlines that are not counted from a day alone, and what follows deadlines that a changed calendar has moved.
DERIVED: tuple[Callable[..., Any], ...] = (service_operations.derived, selection_operations.held)
FOLLOWING: tuple[Callable[..., None], ...] = (follow_closing, selection_operations.follow_publicity)

# What follows which event, after the commit.
REACTIONS: dict[str, tuple[str, ...]] = dict.fromkeys(TELL, ("notices.tell",)) | {
    "job.select": ("notices.tell", "fairness.publish"),
    "job.fail": ("notices.tell", "fairness.publish"),
    "job.hold": ("notices.tell", "openings.plan_reading"),
    "calendar_notice.apply": ("notices.tell_moved",),
    "job.deliver": ("notices.tell", "services.plan_reminder"),
    "job.accept": ("notices.tell", "payments.plan_reminder"),
    "job.conclude": ("notices.tell", "scores.count", "reviews.look"),
    "job.archive": ("notices.tell", "scores.count", "reviews.look"),
    "rating.set_aside": ("notices.tell", "scores.count"),
    "rating.restore": ("notices.tell", "scores.count"),
    "job.submit": ("notices.tell", "lateness.plan"),
    "agency.submit": ("notices.tell", "lateness.plan"),
}
REACTIONS |= {name: (*REACTIONS.get(name, ()), "credit.measure") for name in MEASURED}

# What is found; it is written anew in the index after every event about something that changes how it looks.
FOUND = SOURCES
FOLLOWED = {begins.split(".")[0]: "finding.follow" for source in SOURCES for begins in source.concerned}

TASKS: dict[str, Callable[..., None]] = {
    "notices.tell": notice_operations.tell,
    "notices.tell_moved": notice_operations.tell_moved,
    "notices.post": notice_operations.post,
    "notices.remind": notice_operations.remind,
    "notices.remind_of_fee": notice_operations.remind_of_fee,
    "fairness.publish": fairness_operations.publish,
    "scores.count": score_operations.count,
    "scores.turn": score_operations.turn,
    "reviews.look": review_operations.look,
    "reviews.draw": review_operations.draw,
    "openings.plan_reading": opening_operations.plan_reading,
    "openings.read_source": opening_operations.read_source,
    "services.plan_reminder": service_operations.plan_reminder,
    "payments.plan_reminder": payment_operations.plan_reminder,
    "credit.measure": credit_operations.measure,
    "lateness.plan": lateness_operations.plan,
    "lateness.remind": lateness_operations.remind,
    "finding.follow": finding_operations.follow,
    "finding.write": finding_operations.write,
    "finding.look": finding_operations.look,
    finding_operations.TURN: finding_operations.turn,
}

COMMANDS: tuple[Any, ...] = (
    *account_commands,
    *calendar_commands,
    *selection_commands,
    *fairness_commands,
    *score_commands,
    *credit_commands,
    *oversight_commands,
    *finding_commands,
    *demonstration_commands,
)
