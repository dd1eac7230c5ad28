"""How the things of the market look in the index: what of them is searched, by what they are narrowed, who finds them.

What follows from more than a thing's own rows is read as it stands: the score of an agency, its credit grade, the
standard in force. Beside each source stand the events after which it is written anew, and what the day alone changes.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.agencies.models import Agency, Listing
from app.agencies.rules import admitted
from app.calendars.models import CalendarLine, CalendarNotice
from app.calendars.rules import is_applied
from app.catalogue.models import Item, standard_in_force
from app.credit.models import rank_of
from app.districts.models import names, paths
from app.finding.changes import (
    OF_AGENCIES,
    OF_LISTINGS,
    its_item,
    its_result,
    listings_of_another_grade,
    of_another_grade,
    of_another_standard,
    the_subject,
)
from app.infra import mail
from app.infra.db import session
from app.infra.searched import (
    EVERYONE,
    Source,
    Told,
    days_band,
    filled,
    person,
    price_band,
    rating_band,
    regulator,
    unit,
)
from app.jobs.models import Job
from app.jobs.rules import published
from app.kernel.act import VISITOR, Kind, Role
from app.kernel.workdays import due_day, local_day
from app.notices.models import Notice
from app.scores.models import Score
from app.selections.models import Selection, current_award

PUBLIC = frozenset({EVERYONE})
CALLED = ("单位", "机构", "公司", "企业")  # whoever serves, whatever their own name: 环评编制单位, 检测机构
Ids = Collection[int]


def items(ids: Ids, now: datetime) -> Iterable[Told]:
    for item in session.scalars(select(Item).where(Item.id.in_(ids))):
        standard = standard_in_force(item.id, local_day(now))
        days, ceiling = (standard.days, standard.ceiling_cents) if standard else (None, None)
        values = filled(
            kind="item",
            code=item.code,
            title=item.name,
            names=(item.english, item.deliverable, item.approval),
            body=item.qualification,
            item=item.code,
            stage=item.stage,
            days=days,
            days_band=days_band(days),
            price=ceiling,
            price_band=price_band(ceiling),
        )
        yield item.id, PUBLIC, values


def agencies(ids: Ids, now: datetime) -> Iterable[Told]:
    where, lower, scores = _places(), rank_of(local_day(now), ids), _scores(ids)
    query = select(Agency).where(Agency.id.in_(ids)).options(joinedload(Agency.unit))
    for agency in session.scalars(query):
        seen = admitted(VISITOR, agency)
        score = scores.get((agency.id, None))
        values = filled(
            kind="agency",
            code=agency.unit.code,
            title=agency.unit.name,
            body=(agency.introduction, *CALLED),
            **where(agency.unit.district_code),
            rating=score,
            rating_band=rating_band(score),
            lowered=int(agency.id in lower),
            at=agency.admitted_at,
        )
        yield agency.id, PUBLIC if seen else frozenset({unit(agency.id), Kind.OPERATOR}), values


def listings(ids: Ids, now: datetime) -> Iterable[Told]:
    query = select(Listing).where(Listing.id.in_(ids), Listing.current)
    query = query.options(joinedload(Listing.agency).joinedload(Agency.unit), joinedload(Listing.item))
    rows = [row for row in session.scalars(query) if admitted(VISITOR, row.agency)]
    firms = {row.agency_id for row in rows}
    where, lower, scores = _places(), rank_of(local_day(now), firms), _scores(firms)
    for row in rows:
        score = scores.get((row.agency_id, row.item_id))
        values = filled(
            kind="listing",
            code=(row.item.code, row.agency.unit.code),
            title=(row.item.name, row.agency.unit.name),
            body=(row.quality, *CALLED),
            item=row.item.code,
            stage=row.item.stage,
            **where(row.agency.unit.district_code),
            days=row.days,
            days_band=days_band(row.days),
            price=row.fee_cents,
            price_band=price_band(row.fee_cents),
            rating=score,
            rating_band=rating_band(score),
            lowered=int(row.agency_id in lower),
            at=row.listed_at,
        )
        yield row.id, PUBLIC, values


def jobs(ids: Ids, now: datetime) -> Iterable[Told]:
    where = _places()
    query = select(Job).where(Job.id.in_(ids)).options(joinedload(Job.item), joinedload(Job.owner))
    for job in session.scalars(query):
        values = filled(
            kind="job",
            code=job.number or "",
            title=job.project_name,
            names=(job.item.name, *([] if job.owner.natural else [job.owner.name])),
            body=job.need,
            item=job.item.code,
            stage=job.item.stage,
            **where(job.district_code),
            state=job.state,
            method=job.method,
            days=job.days,
            days_band=days_band(job.days),
            price=job.ceiling_cents,
            price_band=price_band(job.ceiling_cents),
            at=job.published_at or job.created_at,
        )
        yield job.id, PUBLIC if published(VISITOR, job) else _behind(job), values


def _behind(job: Job) -> frozenset[str]:
    """Who may read a job that is not published: see MAY_READ in app/jobs/rules.py."""
    return frozenset(
        {
            unit(job.owner_id, Role.ADMINISTRATOR),
            person(job.run_by_id, job.owner_id),
            Kind.OPERATOR,
            regulator(job.sector_code),
        }
    )


def results(ids: Ids, now: datetime) -> Iterable[Told]:
    """The published results of choosing."""
    where = _places()
    query = select(Selection).where(Selection.id.in_(ids))
    for one in session.scalars(query.options(joinedload(Selection.job).joinedload(Job.item))):
        job, award = one.job, current_award(one.job_id)
        winner = [award.entry.agency.unit.name] if award else []
        values = filled(
            kind="notice",
            code=job.number or "",
            title=job.project_name,
            names=(job.item.name, *winner),
            item=job.item.code,
            stage=job.item.stage,
            **where(job.district_code),
            method=job.method,
            price=award.amount_cents if award else None,
            price_band=price_band(award.amount_cents if award else None),
            at=one.made_at,
        )
        yield one.id, PUBLIC, values


def calendar_notices(ids: Ids, now: datetime) -> Iterable[Told]:
    for notice in session.scalars(select(CalendarNotice).where(CalendarNotice.id.in_(ids))):
        named = select(CalendarLine.name).where(CalendarLine.notice_id == notice.id).distinct()
        lines = tuple(sorted(name for name in session.scalars(named) if name))
        values = filled(kind="notice", title=notice.source, names=lines, body=notice.reason, at=notice.state_since)
        yield notice.id, PUBLIC if is_applied(VISITOR, notice) else frozenset({Kind.OPERATOR}), values


def notices(ids: Ids, now: datetime) -> Iterable[Told]:
    """What a person was told, for that person in that unit alone."""
    for notice in session.scalars(select(Notice).where(Notice.id.in_(ids))):
        until = due_day(notice.due).isoformat() if notice.due else ""
        title = mail.told(notice.says, {"until": until, **notice.places})
        mine = frozenset({person(notice.user_id, notice.unit_id)})
        yield notice.id, mine, filled(kind="notice", title=title, at=notice.at)


def _places() -> Callable[[str], dict[str, tuple[str, ...]]]:
    """The fields that say where a district is: its way down the tree, and the names along it."""
    above, named = paths(), names()
    return lambda code: {"district": above[code], "place": tuple(named[one] for one in above[code])}


def _scores(agency_ids: Ids) -> dict[tuple[int, int | None], int | None]:
    """The published score of each agency, for each item and (None) over all, in millionths of a point."""
    query = select(Score.unit_id, Score.item_id, Score.score).where(Score.unit_id.in_(agency_ids))
    return {(agency_id, item_id): score for agency_id, item_id, score in session.execute(query)}


SOURCES: tuple[Source, ...] = (
    Source("item", Item, items, {"standard.": its_item}, of_another_standard),
    Source("agency", Agency, agencies, OF_AGENCIES, of_another_grade),
    Source("listing", Listing, listings, OF_LISTINGS, listings_of_another_grade),
    Source("job", Job, jobs, {"job.": the_subject}),
    Source("result", Selection, results, {"job.": its_result}),
    Source("calendar_notice", CalendarNotice, calendar_notices, {"calendar_notice.": the_subject}),
    Source("notice", Notice, notices, {}),
)
