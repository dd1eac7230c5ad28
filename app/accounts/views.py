"""Signing in and out, registering, one's own account, and a unit's members."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from flask_login import login_user, logout_user
from sqlalchemy import select

from app.accounts import operations
from app.accounts.forms import MemberForm, OfficeForm, OwnerForm, PasswordForm, SignInForm
from app.accounts.models import Membership, SignIn, Unit, User, members_of, memberships_of, sign_ins_of
from app.accounts.operations import NewPerson
from app.accounts.rules import KINDS, MAY_ADD_OFFICES, MAY_MANAGE_MEMBERS, ROLES, ROLES_OF
from app.catalogue.models import Sector
from app.districts import models as districts
from app.infra.db import session
from app.kernel.act import Kind
from app.kernel.law import anyone, signed_in
from app.web import answers, locale, typed
from app.web.asked import own_path
from app.web.door import Person, acting, allow, load_person, me, now
from app.web.registration import unit_values

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@allow(anyone)
def sign_in() -> Any:
    kept = request.form.get("held", "")
    comes_back = kept and "typed" not in request.form
    form = SignInForm(formdata=None) if comes_back else SignInForm()
    if not comes_back and form.validate_on_submit():
        outcome = operations.sign_in(
            acting(),
            **form.values,
            address=request.remote_addr or "",
            agent=request.user_agent.string,
            hours=current_app.config["SESSION_HOURS"],
        )
        answers.keep_even_if_refused()
        if outcome.refusal is None:
            session.flush()
            person = load_person(outcome.token)
            login_user(person)
            return _go_on(kept) or redirect(_own_page(request.args.get("next", "")), 303)
        form.refuse(outcome.refusal)
    return render_template("accounts/sign_in.html", form=form, held=kept), form.status


def _go_on(kept: str) -> str | None:
    """The form that somebody sent before they were signed in, to be sent by them now."""
    found = typed.held(kept) if kept else None
    if found is None:
        return None
    shown, back = typed.told(found.sent, found.feature), _own_page(request.args.get("next", ""))
    return render_template("accounts/go_on.html", held=found, typed=shown, back=back)


@bp.post("/sign-out")
@allow(signed_in)
def sign_out() -> Any:
    operations.sign_out(acting(), _here())
    logout_user()
    return redirect("/", 303)


@bp.post("/me/sign-out-everywhere")
@allow(signed_in)
def sign_out_everywhere() -> Any:
    operations.sign_out_everywhere(acting(), _user())
    logout_user()
    flash(gettext("You are signed out everywhere."))
    return redirect(url_for(".sign_in"), 303)


@bp.post("/language")
@allow(anyone)
def language() -> Any:
    wish = request.form.get("locale", "")
    if not locale.known(wish):
        abort(404)
    cookie["locale"] = wish
    return redirect(_own_page(request.form.get("next", "")), 303)


@bp.get("/register")
@allow(anyone)
def register() -> Any:
    return render_template("accounts/register.html")


@bp.route("/register/owner", methods=["GET", "POST"])
@allow(anyone)
def register_owner() -> Any:
    form = OwnerForm()
    form.district_code.choices = districts.choices()
    if form.validate_on_submit() and form.attempt(
        operations.register_unit, acting(), kind=Kind.OWNER, **unit_values(form)
    ):
        flash(gettext("Your unit is registered. Sign in to post your first job."))
        return redirect(url_for(".sign_in"), 303)
    return render_template("accounts/register_owner.html", form=form), form.status


@bp.route("/offices/new", methods=["GET", "POST"])
@allow(MAY_ADD_OFFICES)
def new_office() -> Any:
    form = OfficeForm()
    form.district_code.choices = districts.choices("region", "city", "county")
    form.sector.choices = [("", ""), *session.execute(select(Sector.code, Sector.name).order_by(Sector.id))]
    if form.validate_on_submit() and form.attempt(operations.add_office, acting(), **unit_values(form)):
        flash(gettext("The office is registered."))
        return redirect(url_for(".unit"), 303)
    return render_template("accounts/new_office.html", form=form), form.status


@bp.get("/me", endpoint="me")
@allow(signed_in)
def account() -> Any:
    user = _user()
    return render_template(
        "accounts/me.html",
        user=user,
        here=_person().sign_in_id,
        roles=ROLES,
        kinds=KINDS,
        places=memberships_of(user.id),
        sign_ins=[(one, one.outcome(now())) for one in sign_ins_of(user.id)],
    )


@bp.route("/me/password", methods=["GET", "POST"])
@allow(signed_in)
def password() -> Any:
    form = PasswordForm()
    if form.validate_on_submit():
        old, new = form.old_password.data, form.new_password.data
        if form.attempt(operations.change_password, acting(), _user(), old=old, new=new, here=_person().sign_in_id):
            flash(gettext("The password is changed. Other sessions are ended."))
            return redirect(url_for(".me"), 303)
    return render_template("accounts/password.html", form=form), form.status


@bp.post("/me/switch/<int:id>")
@allow(signed_in)
def switch() -> Any:
    place = operations.switch(acting(), _here(), membership_id=g.thing_id)
    flash(gettext("You act for %(unit)s now.", unit=place.unit.name))
    return redirect(url_for("oversight.desk"), 303)


@bp.get("/unit")
@allow(signed_in)
def unit() -> Any:
    mine = session.get_one(Unit, acting().actor.unit_id)
    manages = MAY_MANAGE_MEMBERS(acting().actor, mine)
    return render_template(
        "accounts/unit.html",
        unit=mine,
        district=districts.full_name(mine.district_code),
        sector=_sector(mine),
        members=members_of(mine.id),
        roles=ROLES,
        kinds=KINDS,
        manages=manages,
        adds_offices=MAY_ADD_OFFICES(acting().actor),
    )


@bp.route("/unit/members/new", methods=["GET", "POST"])
@allow(MAY_MANAGE_MEMBERS)
def new_member() -> Any:
    mine = session.get_one(Unit, acting().actor.unit_id)
    form = MemberForm()
    form.role.choices = [(role, ROLES[role]) for role in ROLES_OF[mine.kind]]
    if form.validate_on_submit():
        person = NewPerson(form.username.data, form.mobile.data, form.person_name.data, form.password.data)
        if form.attempt(operations.add_member, acting(), mine, role=form.role.data, person=person):
            flash(gettext("The member is added."))
            return redirect(url_for(".unit"), 303)
    return render_template("accounts/new_member.html", form=form), form.status


@bp.post("/unit/members/<int:id>/end")
@allow(MAY_MANAGE_MEMBERS)
def end_member() -> Any:
    membership = session.get(Membership, g.thing_id)
    if membership is None or membership.unit_id != acting().actor.unit_id:
        abort(404)
    operations.end_membership(acting(), membership)
    flash(gettext("The membership has ended."))
    return redirect(url_for(".unit"), 303)


def _sector(unit: Unit) -> str | None:
    return session.scalar(select(Sector.name).where(Sector.code == unit.sector))


def _person() -> Person:
    person = me()
    if person is None:
        abort(404)
    return person


def _user() -> User:
    return session.get_one(User, acting().actor.user_id)


def _here() -> SignIn:
    return session.get_one(SignIn, _person().sign_in_id)


def _own_page(path: str) -> str:
    """A path of this service, or the desk: never somebody else's address."""
    return own_path(path, url_for("oversight.desk"))
