"""Entering a job, and the entry with its receipt."""

import re
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from sqlalchemy.orm import joinedload

from app.addenda.models import addenda_of
from app.agencies.models import Agency, current_listing
from app.entries import operations
from app.entries.eligibility import Offer, conditions, quote_of, unmet
from app.entries.envelopes import Sealing, attachment
from app.entries.forms import entry_form
from app.entries.models import Entry, entry_of, versions_of
from app.entries.rules import ENDED_BY, ENTRY_LIFE, MAY_ENTER, MAY_READ_ENTRY, its_entrant, stands, took_part
from app.infra.db import session
from app.jobs.models import Job, light_of
from app.jobs.rules import takes_entries
from app.kernel.workdays import local_day
from app.methods.rules import asks_quote
from app.selections.models import selection_of
from app.web.answers import led_by_address
from app.web.asked import key
from app.web.commands import dumps
from app.web.door import acting, allow, now
from app.web.downloads import attachment_as
from app.web.fields import Form

bp = Blueprint("entries", __name__)
CONTRIBUTION = re.compile(r"[0-9a-f]{64}")


@bp.route("/jobs/<int:id>/enter", methods=["GET", "POST"])
@allow(MAY_ENTER, Job, shared=True)
def new(job: Job) -> Any:
    agency_id = acting().actor.unit_id
    if request.method == "GET" and (known := entry_of(job.id, agency_id)):
        return redirect(url_for(".show", id=known.id), 303)
    operations.check_open(acting(), job)
    form, sealing = entry_form(job), _sealing()
    if form.validate_on_submit() and form.attempt(operations.enter, acting(), job, form.offered, sealing=sealing):
        flash(gettext("You have entered."))
        _keep_receipt(form.result, form.offered, sealing)
        led_by_address()
        return redirect(url_for(".show", id=form.result.id), 303)
    agency = session.get_one(Agency, agency_id, options=[joinedload(Agency.unit)])
    return _entry_page(form, job, agency), form.status


@bp.get("/entries/<int:id>")
@allow(MAY_READ_ENTRY, Entry)
def show(entry: Entry) -> Any:
    job, waits = entry.job, takes_entries(acting().actor, entry.job)
    known: dict[str, Any] = {"light": light_of(job, now()) if waits else None, "life": ENTRY_LIFE}
    known["addenda"] = [one for one in addenda_of(job.id) if one.published_at > entry.received_at]
    known["lacks"] = unmet(local_day(now()), job, entry.agency) if waits else None
    known |= {"versions": versions_of(entry.id), "ended_by": ENDED_BY}
    own = its_entrant(acting().actor, entry)
    known |= {"proposal": entry.proposal if own else None, "attachments": (entry.attachments or []) if own else []}
    known |= {"quotes": asks_quote(job), "stands": stands(acting().actor, entry)}
    selected = job.agency_id == entry.agency_id
    known["won"] = own and selected
    told = took_part(acting().actor, entry) and not selected and not waits
    known["letter"] = told and selection_of(job.id) is not None
    return render_template("entries/show.html", entry=entry, job=job, receipt=_receipt(entry), **known)


@bp.get("/entries/<int:id>/attachment")
@allow(its_entrant, Entry)
def attached(entry: Entry) -> Any:
    """A file of one's own proposal, once it is opened."""
    place = key("place") or 0
    found = attachment(entry, place - 1)
    return attachment_as(found, f"attachment-{place}") if found else redirect(url_for(".show", id=entry.id), 303)


@bp.get("/entries/<int:id>/receipt.json")
@allow(its_entrant, Entry)
def receipt(entry: Entry) -> Any:
    """What only this browser keeps of an entry; the platform has it in envelopes alone."""
    kept = _receipt(entry)
    if kept is None:
        return redirect(url_for(".show", id=entry.id), 303)
    told = {"job": entry.job.number, "received_at": entry.received_at.isoformat()} | kept
    answer = Response(dumps(told), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{entry.job.number}.json"'
    return answer


@bp.route("/entries/<int:id>/change", methods=["GET", "POST"])
@allow(its_entrant, Entry)
def change(entry: Entry) -> Any:
    operations.check_open(acting(), entry.job)
    ENTRY_LIFE.check(acting(), entry, "change")
    told = gettext("The entry is changed. The version before stays sealed for good.")
    return _enter_anew(entry, operations.change, told, before=entry.version)


@bp.route("/entries/<int:id>/withdraw", methods=["GET", "POST"])
@allow(its_entrant, Entry)
def withdraw(entry: Entry) -> Any:
    """Asks once more: a withdrawn entry takes no part, and its envelope is never opened."""
    operations.check_open(acting(), entry.job)
    ENTRY_LIFE.check(acting(), entry, "withdraw")
    form = Form()
    if form.validate_on_submit() and form.attempt(operations.withdraw, acting(), entry):
        flash(gettext("The entry is withdrawn. You may enter again until the closing."))
        return redirect(url_for(".show", id=entry.id), 303)
    return render_template("entries/withdraw.html", form=form, entry=entry, job=entry.job), form.status


@bp.route("/entries/<int:id>/reenter", methods=["GET", "POST"])
@allow(its_entrant, Entry)
def reenter(entry: Entry) -> Any:
    operations.check_open(acting(), entry.job)
    return _enter_anew(entry, operations.reenter, gettext("You have entered again."))


def _enter_anew(entry: Entry, verb: Any, told: str, before: int = 0) -> Any:
    """The next version of an entry, on the page on which one enters; `before` is the number of the one it ends."""
    form, sealing = entry_form(entry.job), _sealing()
    if form.validate_on_submit() and form.attempt(verb, acting(), entry, form.offered, sealing=sealing):
        flash(told)
        _keep_receipt(entry, form.offered, sealing)
        return redirect(url_for(".show", id=entry.id), 303)
    return _entry_page(form, entry.job, entry.agency, before), form.status


def _sealing() -> Sealing:
    """The random part of an entry: the contribution that the browser sent, if it sent one."""
    sent = request.form.get("contribution", "")
    return Sealing.new(sent if CONTRIBUTION.fullmatch(sent) else "")


def _keep_receipt(entry: Entry, offered: Offer, sealing: Sealing) -> None:
    """Give what was sealed to the browser of whoever entered, and keep it nowhere else."""
    known: dict[str, Any] = {
        "contribution": sealing.contribution.hex(),
        "made_by": sealing.made_by,
        "nonce": sealing.nonce.hex(),
    }
    if offered.proposal:
        known |= {"proposal_hash": str(entry.proposal_hash), "salt": sealing.salt.hex()}
        known |= {"files": [one.known for one in offered.files]} if offered.files else {}
    own = {"quote_cents": quote_of(entry.job, offered), "days": offered.days, "discount": offered.discount}
    own = {name: value for name, value in own.items() if value is not None}
    own |= {"entry": entry.id, "version": entry.version}
    cookie["receipt"] = own | {"sealed": entry.sealed, "offer": entry.offer, **known}


def _receipt(entry: Entry) -> dict[str, Any] | None:
    """The receipt in this browser, if it is of the entry as it stands now and its agency looks at it."""
    kept = cookie.get("receipt", {}) if its_entrant(acting().actor, entry) else {}
    return kept if kept.get("entry") == entry.id and kept.get("sealed") == entry.sealed else None


def _entry_page(form: Any, job: Job, agency: Agency, before: int = 0) -> str:
    return render_template(
        "entries/new.html",
        form=form,
        job=job,
        before=before,
        conditions=conditions(local_day(now()), job, agency),
        listing=current_listing(agency.id, job.item_id),
        quoted=asks_quote(job),
    )
