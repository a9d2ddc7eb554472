"""The page of a study's team, and the page behind an invitation to it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazily
from django.views.decorators.http import require_POST

from readerstudy.accounts import services as accounts
from readerstudy.accounts.forms import NewAccountForm
from readerstudy.accounts.models import Role, User
from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.studies import services
from readerstudy.studies.models import Member, TeamRole
from readerstudy.studies.scope import study_or_404

SEES = {
    TeamRole.COORDINATOR: _lazily("runs the study: protocol, readers, team, unblinding, results"),
    TeamRole.STATISTICIAN: _lazily("sees progress and audit trail, and the results once the study is unblinded"),
    TeamRole.MONITOR: _lazily("sees progress and audit trail, never truth or results"),
}


@coordinator_required
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Who runs the study and who watches over it."""
    study = study_or_404(request, slug)
    people = study.members.select_related("user", "invitation")
    rows = [(one, "" if one.user else request.build_absolute_uri(one.join_path)) for one in people]
    roles = [(role, role.label, SEES[role]) for role in TeamRole]
    return render(request, "studies/team.html", {"study": study, "rows": rows, "roles": roles})


@coordinator_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer a place in the team, with a link."""
    study = study_or_404(request, slug)
    role = request.POST.get("role", "")
    if role in TeamRole.values:
        services.invite_member(study=study, role=role, actor=user_of(request))
        messages.success(request, _("The link stands in the table: send it to the person whom you invite."))
    else:
        messages.error(request, _("Choose a role."))
    return redirect("studies:team", slug)


@coordinator_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the team, or an invitation back."""
    study = study_or_404(request, slug)
    member = get_object_or_404(study.members.select_related("study", "user"), pk=pk)
    try:
        services.remove_member(member=member, actor=user_of(request))
    except services.StudyError as error:
        messages.error(request, str(error))
    left = member.user_id == request.user.pk and not study.members.filter(user=member.user_id).exists()
    return redirect("studies:list") if left else redirect("studies:team", slug)


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take the place that an invitation to a team offers, as oneself or with a new account."""
    member = get_object_or_404(Member.objects.select_related("study", "invitation"), invitation__token=token)
    if request.user.is_authenticated and not user_of(request).is_at_a_desk:
        raise Http404  # the title of the study may tell what its readers must not know
    if request.user.is_authenticated and member.user_id == request.user.pk:
        return redirect("home")  # a second click on one's own link
    if member.invitation is None or not member.invitation.is_open:
        return render(request, "studies/join_ended.html", status=410)
    needs_account = not request.user.is_authenticated and member.role != TeamRole.COORDINATOR
    form = NewAccountForm(request.POST or None, label_suffix="") if needs_account else None
    if request.method == "POST" and (form is None or form.is_valid()):
        return _take_place(request, member, form)
    context = {"form": form, "member": member, "sees": SEES[TeamRole(member.role)]}
    return render(request, "studies/join_team.html", context)


def _take_place(request: HttpRequest, member: Member, form: NewAccountForm | None) -> HttpResponse:
    if form is None and not request.user.is_authenticated:
        return redirect("studies:join-team", member.invitation.token if member.invitation else "")
    try:
        with transaction.atomic():  # a refusal leaves no half-made account behind
            user = _new_observer(form) if form else user_of(request)
            services.join_team(member=member, user=user)
    except services.StudyError as error:
        messages.error(request, str(error))
        return redirect("home")
    except ValidationError as error:  # the name was taken while the form was being filled in
        messages.error(request, " ".join(error.messages))
        return redirect(request.path)
    if not request.user.is_authenticated:
        login(request, user)
    return redirect("home")


def _new_observer(form: NewAccountForm) -> User:
    data = form.cleaned_data
    return accounts.create_user(username=data["username"], password=data["password1"], role=Role.OBSERVER)
