"""The contract of an award, and the papers of a job: asked for once, handed in, checked once."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.catalogue.models import certificates, materials_of
from app.contracts import operations
from app.contracts.forms import ContractForm, MaterialsForm, ReasonForm, defects_form, papers_form
from app.contracts.models import Contract, MaterialLine, contract_in_force, contracts_of, materials_asked
from app.contracts.operations import award_of, due_after
from app.contracts.rules import MATERIAL_STATES, MAY_READ, to_hand_in
from app.jobs.models import Job, light_of
from app.jobs.rules import LIFE
from app.web.door import acting, allow, now
from app.web.downloads import download
from app.web.fields import Form

bp = Blueprint("contracts", __name__)


@bp.route("/jobs/<int:id>/contract/upload", methods=["GET", "POST"])
@allow(LIFE["upload_contract"].who, Job)
def upload(job: Job) -> Any:
    LIFE.check(acting(), job, "upload_contract")
    form = ContractForm(data={"amount_cents": job.amount_cents, "days": job.agreed_days})
    if form.validate_on_submit():
        values = form.values
        file_id = values.pop("file").id
        if form.attempt(operations.upload, acting(), job, file_id=file_id, **values):
            flash(gettext("The contract is uploaded. The other side confirms it."))
            return _job(job)
    returned = [one for one in contracts_of(job.id) if one.returned_at and one.uploaded_at >= award_of(job).at]
    known = {"job": job, "returned": returned, "due": due_after("upload_contract", now())}
    return render_template("contracts/upload.html", form=form, **known), form.status


@bp.route("/jobs/<int:id>/contract/confirm", methods=["GET", "POST"])
@allow(LIFE["confirm_contract"].who, Job)
def confirm(job: Job) -> Any:
    LIFE.check(acting(), job, "confirm_contract")
    form = Form()
    if form.validate_on_submit() and form.attempt(operations.confirm, acting(), job):
        flash(gettext("The contract is confirmed. The agency gives its one material list."))
        return _job(job)
    known = {"job": job, "contract": contract_in_force(job.id), "due": due_after("confirm_contract", now())}
    return render_template("contracts/confirm.html", form=form, **known), form.status


@bp.route("/jobs/<int:id>/contract/return", methods=["GET", "POST"])
@allow(LIFE["return_contract"].who, Job)
def return_contract(job: Job) -> Any:
    LIFE.check(acting(), job, "return_contract")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.return_contract, acting(), job, **form.values):
        flash(gettext("The contract is returned with your reasons."))
        return _job(job)
    return render_template("contracts/return_contract.html", form=form, job=job, due=award_of(job).due), form.status


@bp.route("/jobs/<int:id>/materials/list", methods=["GET", "POST"])
@allow(LIFE["list_materials"].who, Job)
def list_materials(job: Job) -> Any:
    LIFE.check(acting(), job, "list_materials")
    materials = materials_of(job.standard_id)
    askable = [one for one in materials if not one.certificate]
    form = MaterialsForm()
    form.offer(askable)
    if form.validate_on_submit():
        values = {"lines": form.lines(askable), "none_needed": form.none_needed.data}
        if form.attempt(operations.list_materials, acting(), job, **values):
            flash(gettext("The list is given. What is not on it may not be asked for later."))
            return _job(job)
    proved = [(one, certificates().get(one.certificate, one.certificate)) for one in materials if one.certificate]
    known = {"job": job, "proved": proved, "due": due_after("list_materials", now())}
    return render_template("contracts/list_materials.html", form=form, **known), form.status


@bp.route("/jobs/<int:id>/materials/hand-in", methods=["GET", "POST"])
@allow(LIFE["hand_in"].who, Job)
def hand_in(job: Job) -> Any:
    LIFE.check(acting(), job, "hand_in")
    lines = materials_asked(job.id)
    wanted = [line for line in lines if to_hand_in(acting().actor, line)]
    form: Any = papers_form(wanted)
    if form.validate_on_submit():
        papers = {one.id: (_id(form[f"file_{one.id}"].data), form[f"note_{one.id}"].data or "") for one in wanted}
        if form.attempt(operations.hand_in, acting(), job, papers=papers, came=form.came.data):
            flash(gettext("The papers are handed in. The agency accepts them or names all defects at once."))
            return _job(job)
        for lacks in operations.missing(wanted, [id for id, paper in papers.items() if any(paper)])[1:]:
            form.refuse(lacks)
    known = {"job": job, "lines": lines, "wanted": wanted, "due": due_after("hand_in", now())}
    return render_template("contracts/hand_in.html", form=form, states=MATERIAL_STATES, **known), form.status


@bp.get("/jobs/<int:id>/materials/check")
@allow(LIFE["name_defects"].who, Job)
def check(job: Job) -> Any:
    LIFE.check(acting(), job, "start")
    known = {"lines": materials_asked(job.id), "states": MATERIAL_STATES, "turn": LIFE.turn(job.state)}
    return render_template("contracts/check.html", job=job, light=light_of(job, now()), **known)


@bp.route("/jobs/<int:id>/materials/defects", methods=["GET", "POST"])
@allow(LIFE["name_defects"].who, Job)
def name_defects(job: Job) -> Any:
    LIFE.check(acting(), job, "name_defects")
    if job.defects_named and request.method == "GET":
        return redirect(url_for(".check", id=job.id), 303)
    lines = materials_asked(job.id)
    form: Any = defects_form(lines)
    if form.validate_on_submit():
        defects = {line.id: form[f"defect_{line.id}"].data or "" for line in lines}
        if form.attempt(operations.name_defects, acting(), job, defects=defects):
            flash(gettext("All defects are named. The owner mends them."))
            return _job(job)
    known = {"job": job, "lines": lines, "due": due_after("name_defects", now())}
    return render_template("contracts/name_defects.html", form=form, **known), form.status


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
