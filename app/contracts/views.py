"""The contract of an award and the papers of a job."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.catalogue.models import materials_of
from app.contracts import operations
from app.contracts.forms import ConfirmForm, ContractForm, ListForm, ReasonForm, defects_form, papers_form
from app.contracts.models import Contract, MaterialLine, contract_in_force, materials_asked
from app.contracts.rules import MAY_READ
from app.jobs.models import Job
from app.jobs.rules import LIFE
from app.web.door import acting, allow
from app.web.downloads import download

bp = Blueprint("contracts", __name__)


@bp.route("/jobs/<int:id>/contract/upload", methods=["GET", "POST"])
@allow(LIFE["upload_contract"].who, Job)
def upload(job: Job) -> Any:
    form = ContractForm(data={"amount_cents": job.amount_cents, "days": job.agreed_days})
    if form.validate_on_submit():
        values = form.values
        file = values.pop("file")
        if form.attempt(operations.upload, acting(), job, file_id=file.id, **values):
            flash(gettext("The contract is uploaded. The other side confirms it."))
            return _job(job)
    return render_template("contracts/upload.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/contract/confirm", methods=["GET", "POST"])
@allow(LIFE["confirm_contract"].who, Job)
def confirm(job: Job) -> Any:
    form = ConfirmForm()
    if form.validate_on_submit() and form.attempt(operations.confirm, acting(), job):
        flash(gettext("The contract is confirmed."))
        return _job(job)
    return render_template(
        "contracts/confirm.html", form=form, job=job, contract=contract_in_force(job.id)
    ), form.status


@bp.route("/jobs/<int:id>/contract/return", methods=["GET", "POST"])
@allow(LIFE["return_contract"].who, Job)
def return_contract(job: Job) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.return_contract, acting(), job, **form.values):
        flash(gettext("The contract is returned with your reasons."))
        return _job(job)
    return render_template("contracts/return_contract.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/materials/list", methods=["GET", "POST"])
@allow(LIFE["list_materials"].who, Job)
def list_materials(job: Job) -> Any:
    standard = [one for one in materials_of(job.standard_id) if not one.certificate]
    start = [{"name": one.name, "proves": one.proves, "essential": one.essential} for one in standard]
    form = ListForm(data={"lines": start})
    if form.validate_on_submit() and form.attempt(operations.list_materials, acting(), job, **form.values):
        flash(gettext("The list is given. What is not on it may not be asked for later."))
        return _job(job)
    proved = [one for one in materials_of(job.standard_id) if one.certificate]
    return render_template("contracts/list_materials.html", form=form, job=job, proved=proved), form.status


@bp.route("/jobs/<int:id>/materials/hand-in", methods=["GET", "POST"])
@allow(LIFE["hand_in"].who, Job)
def hand_in(job: Job) -> Any:
    lines = materials_asked(job.id)
    form = papers_form(lines)
    if form.validate_on_submit():
        papers = {line.id: (_id(form[f"file_{line.id}"].data), form[f"note_{line.id}"].data) for line in lines}
        if form.attempt(operations.hand_in, acting(), job, papers=papers):
            flash(gettext("The papers are handed in. The agency answers within a working day."))
            return _job(job)
    return render_template("contracts/hand_in.html", form=form, job=job, lines=lines), form.status


@bp.get("/jobs/<int:id>/materials/check")
@allow(LIFE["start"].who, Job)
def check(job: Job) -> Any:
    return render_template("contracts/check.html", job=job, lines=materials_asked(job.id))


@bp.route("/jobs/<int:id>/materials/defects", methods=["GET", "POST"])
@allow(LIFE["name_defects"].who, Job)
def name_defects(job: Job) -> Any:
    lines = materials_asked(job.id)
    form = defects_form(lines)
    if form.validate_on_submit():
        defects = {line.id: form[f"defect_{line.id}"].data for line in lines if form[f"defect_{line.id}"].data}
        if form.attempt(operations.name_defects, acting(), job, defects=defects):
            flash(gettext("All defects are named. The owner mends them."))
            return _job(job)
    return render_template("contracts/name_defects.html", form=form, job=job), form.status


@bp.get("/contracts/<int:id>/file")
@allow(MAY_READ, Contract)
def file(contract: Contract) -> Any:
    return download(contract.file)


@bp.get("/papers/<int:id>/file")
@allow(MAY_READ, MaterialLine)
def paper(line: MaterialLine) -> Any:
    return download(line.file)


def _job(job: Job) -> Any:
    return redirect(url_for("jobs.show", id=job.id), 303)


def _id(file: Any) -> int | None:
    return file.id if file else None
