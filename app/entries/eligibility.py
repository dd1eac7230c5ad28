"""Whether an agency may enter a job, condition by condition, and how to mend what is not met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from app.agencies.bars import Bar, bar_on, staff_barred
from app.agencies.models import Agency, Listing, Professional, Qualification, checked, current_listing
from app.agencies.rules import admitted
from app.catalogue.models import Item
from app.infra.plain import plain
from app.jobs.models import Job, avoided
from app.kernel.act import VISITOR
from app.kernel.choosing import WHOLE, less_discount
from app.kernel.errors import Invalid
from app.kernel.money import percentage, yuan
from app.kernel.words import N_
from app.methods.rules import SCORED, TIMED, asks_quote

# What may be attached to a proposal, by its media type, and how it is called when handed out.
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
MOST_FILES = 5
APPLICATION, LISTING, CREDIT = "agencies.show", "listings.promise", "credit.agency"


@dataclass(frozen=True)
class Attachment:
    """A file of a proposal, in memory alone until it is sealed. Its name is not kept: it may say whose it is."""

    media: str
    content: bytes = field(repr=False)

    @property
    def known(self) -> dict[str, Any]:
        """What its proposal commits to."""
        return {"media": self.media, "sha256": sha256(self.content).hexdigest(), "size": len(self.content)}


@dataclass(frozen=True)
class Offer:
    """What an agency asks for: cents where the method takes a quote, or hundredths of a percent where quotes are
    discounts; working days where it takes those too; and its proposal, with its files, where a panel scores one."""

    quote_cents: int | None = None
    days: int | None = None
    discount: int | None = None
    proposal: str = ""
    files: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Condition:
    """One condition of entry: its English msgid, whether it is met today, and how to mend it when not. `fact` is the
    msgid of what stands against each other, in numbers, its places in `numbers`; `page` is where it is mended."""

    says: str
    met: bool
    mend: str = ""
    detail: str = ""
    page: str = ""
    fact: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


def unmet(day: date, job: Job, agency: Agency) -> Condition | None:
    """The first condition that keeps an agency out of a job on a day; None when it may enter."""
    return next((one for one in conditions(day, job, agency) if not one.met), None)


def conditions(today: date, job: Job, agency: Agency) -> list[Condition]:
    """Every condition an agency must meet to enter a job, met or not."""
    listing = current_listing(agency.id, job.item_id)
    reason = next((one.reason for one in avoided(job.id) if one.agency_id == agency.id), "")
    return [
        Condition(
            N_("Admitted to the market"),
            admitted(VISITOR, agency),
            N_("Complete your application and have it checked."),
            page=APPLICATION,
        ),
        *_named(job, agency),
        Condition(N_("Lists this item"), listing is not None, N_("List the item with your promises."), page=LISTING),
        *([_days(job, listing), *_price(job, listing)] if listing else []),
        Condition(
            N_("Holds the required qualification, valid today"),
            holds(agency.id, job.require, today),
            N_("Add the qualification or its new validity on your agency's page and submit the changes for a check."),
            " ".join("/".join(one["kind"] + one["grade"] for one in group) for group in job.require),
        ),
        _staffed(agency.id, job.item, today),
        _not_barred(bar_on(today, agency.id, job.item_id)),
        Condition(N_("Is not to be avoided by this job"), not reason, N_("The owner has published why."), reason),
        Condition(
            N_("Is not the owner of the job"), agency.id != job.owner_id, N_("Nobody sells services to themselves.")
        ),
    ]


def _named(job: Job, agency: Agency) -> list[Condition]:
    """Where a job is selected directly, nobody but the named agency enters."""
    if job.named_agency_id is None:
        return []
    says, mend = N_("Is the agency that this job names"), N_("This job is selected directly: it names another agency.")
    return [Condition(says, agency.id == job.named_agency_id, mend)]


def _staffed(agency_id: int, item: Item, today: date) -> Condition:
    """Enough people who count. Where somebody of its staff is barred, who, why and how long is said beside."""
    wanted = " ".join(f"{one['certificate']} ≥ {one['least']}" for one in item.require_staff)
    asked = [plain(one["certificate"]) for one in item.require_staff]
    barred = [
        (person, bar)
        for person, bar in staff_barred(today, agency_id, item.id)
        if any(certificate in person.plain_certificate for certificate in asked)
    ]
    numbers: dict[str, Any] = {"wanted": wanted}
    if barred:
        names, last = "、".join(person.name for person, _ in barred), max(barred, key=lambda one: one[1].last_day)[1]
        numbers |= {"who": names, "why": last.says, "day": last.last_day.isoformat()}
    return Condition(
        N_("Has the registered professionals"),
        has_staff(agency_id, item, today),
        N_("Register the professionals on your agency's page and submit the changes for a check."),
        wanted,
        page=CREDIT if barred else "",
        fact=N_("%(wanted)s; not counted: %(who)s, %(why)s, through %(day)s") if barred else "",
        numbers=numbers,
    )


def _not_barred(bar: Bar | None) -> Condition:
    return Condition(
        N_("Is not suspended for this item"),
        bar is None,
        N_("Your credit page says why, and what may be repaired. What you serve already goes on."),
        page=CREDIT,
        fact=N_("%(why)s, through %(day)s"),
        numbers={"why": bar.says, "day": bar.last_day.isoformat()} if bar else {},
    )


def _days(job: Job, listing: Listing) -> Condition:
    return Condition(
        N_("Promises to deliver within the days of the job"),
        listing.days <= (job.days or 0),
        N_("Promise fewer days in your listing."),
        page=LISTING,
        fact=N_("the job wants at most %(wanted)s working days, your listing promises %(own)s"),
        numbers={"wanted": job.days, "own": listing.days},
    )


def _price(job: Job, listing: Listing) -> list[Condition]:
    """Where no quotes are given, the price of the job is the agency's price."""
    if asks_quote(job):
        return []
    return [
        Condition(
            N_("Charges no more than the fixed price"),
            (listing.fee_cents or 0) <= (job.ceiling_cents or 0),
            N_("Promise a lower fee in your listing."),
            page=LISTING,
            fact=N_("the fixed price is %(wanted)s yuan, your listing charges %(own)s yuan"),
            numbers={"wanted": yuan(job.ceiling_cents or 0), "own": yuan(listing.fee_cents or 0)},
        )
    ]


def refuse_offer(job: Job, offered: Offer) -> None:
    """Refuse an offer that the method does not take, or that is outside the bounds of the job."""
    if job.reference_fee_cents:
        _refuse_discount(job, job.reference_fee_cents, offered)
    elif offered.discount is not None:
        raise Invalid(N_("This job takes no discounts."), field="discount")
    else:
        _refuse_quote(job, offered.quote_cents)
    _refuse_days(job, offered.days)
    if bool(offered.proposal) != (job.method in SCORED):
        text = (
            N_("Write your proposal: the panel scores it.") if not offered.proposal else N_("Nobody scores a proposal.")
        )
        raise Invalid(text, field="proposal")
    _refuse_files(offered)


def refuse_name(offered: Offer, *names: str) -> None:
    """Refuse a proposal by which the panel would know the agency, its name or its code, as far as a file tells without
    being read."""
    text = N_("Your proposal names your agency. Take the name out: the panel scores without knowing whose it is.")
    if any(name in offered.proposal for name in names):
        raise Invalid(text, field="proposal")
    written = [name.encode(code) for name in names for code in ("utf-8", "utf-16-be", "gb18030")]
    if any(name in one.content for one in offered.files for name in written):
        raise Invalid(text, field="files")


def _refuse_files(offered: Offer) -> None:
    if offered.files and not offered.proposal:
        raise Invalid(N_("Nobody scores a proposal."), field="files")
    if len(offered.files) > MOST_FILES or any(one.media not in ENDINGS for one in offered.files):
        text = N_("Attach at most %(most)s files, each a PDF, JPEG or PNG.")
        raise Invalid(text, field="files", most=MOST_FILES)


def quote_of(job: Job, offered: Offer) -> int | None:
    """The cents an offer comes to: the quote, or what the discount leaves of the reference fee."""
    if offered.discount is None:
        return offered.quote_cents
    return less_discount(job.reference_fee_cents or 0, offered.discount)


def _refuse_discount(job: Job, fee: int, offered: Offer) -> None:
    if offered.quote_cents is not None:
        raise Invalid(N_("This job takes discounts, no amounts."), field="quote_cents")
    least, most = job.least_discount or 0, WHOLE - 1 if job.most_discount is None else job.most_discount
    if offered.discount is None or not least <= offered.discount <= most:
        text = N_("Offer a discount from %(least)s%% to %(most)s%%: those are the bounds of the job.")
        raise Invalid(text, field="discount", least=percentage(least), most=percentage(most))
    quote = less_discount(fee, offered.discount)
    if quote > (job.ceiling_cents or 0):
        text = N_("This discount leaves %(quote)s yuan, more than the ceiling of %(bound)s yuan. Offer more.")
        raise Invalid(text, field="discount", quote=yuan(quote), bound=yuan(job.ceiling_cents or 0))
    if quote < (floor := max(job.floor_cents or 1, 1)):
        text = N_("This discount leaves %(quote)s yuan, less than the floor of %(bound)s yuan. Offer less.")
        raise Invalid(text, field="discount", quote=yuan(quote), bound=yuan(floor))


def _refuse_quote(job: Job, quote_cents: int | None) -> None:
    if not asks_quote(job):
        if quote_cents is not None:
            raise Invalid(N_("This method takes no quote: the price is fixed."), field="quote_cents")
        return
    if quote_cents is None:
        raise Invalid(N_("Enter your quote, like 32000."), field="quote_cents")
    if quote_cents > (job.ceiling_cents or 0):
        text = N_("Quote at most %(ceiling)s yuan: that is the ceiling of the job.")
        raise Invalid(text, field="quote_cents", ceiling=yuan(job.ceiling_cents or 0))
    if quote_cents < max(job.floor_cents or 1, 1):
        text = N_("Quote at least %(floor)s yuan: that is the floor of the job.")
        raise Invalid(text, field="quote_cents", floor=yuan(job.floor_cents or 1))


def _refuse_days(job: Job, days: int | None) -> None:
    if job.method not in TIMED:
        if days is not None:
            raise Invalid(N_("This method takes no days: the job says them."), field="days")
        return
    least, most = job.least_days or 1, job.days or 1
    if days is None or not least <= days <= most:
        text = N_("Offer from %(least)s to %(most)s working days: those are the bounds of the job.")
        raise Invalid(text, field="days", least=least, most=most)


def holds(agency_id: int, require: list[list[dict[str, str]]], today: date) -> bool:
    """Whether every group of alternatives has one checked qualification of that kind and grade, valid on the day."""
    valid = [one for one in checked(Qualification, agency_id) if one.valid_until >= today]
    held = {(plain(one.kind), plain(one.grade)) for one in valid}
    kinds = {kind for kind, _ in held}
    wanted = [[(plain(wish["kind"]), plain(wish["grade"])) for wish in group] for group in require]
    return all(any((kind, grade) in held if grade else kind in kinds for kind, grade in group) for group in wanted)


def has_staff(agency_id: int, item: Item, today: date) -> bool:
    """Whether as many checked professionals as an item requires hold each certificate, whatever else is printed on it,
    without those who are barred on the day."""
    barred = {person.id for person, _ in staff_barred(today, agency_id, item.id)}
    certificates = [one.plain_certificate for one in checked(Professional, agency_id) if one.id not in barred]
    return all(
        sum(plain(one["certificate"]) in certificate for certificate in certificates) >= one["least"]
        for one in item.require_staff
    )
