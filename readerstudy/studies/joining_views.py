"""The pages behind an invitation to read, and behind the link for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Role, User
from readerstudy.accounts.permissions import user_of
from readerstudy.rich_text import as_html
from readerstudy.studies import services
from readerstudy.studies.models import Reader, Recruitment, Study, TeamRole
from readerstudy.studies.reader_forms import AboutReaderForm, NewReaderForm, NewRegistrationForm, RegistrationForm


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take the place that an invitation offers, as oneself or with a new account."""
    reader = get_object_or_404(Reader.objects.select_related("study", "invitation"), invitation__token=token)
    if request.user.is_authenticated and reader.user_id == request.user.pk:
        return redirect("home")  # a second click on one's own link
    if reader.invitation is None or not reader.invitation.is_open or not reader.study.takes_readers:
        return render(request, "studies/join_ended.html", status=410)
    if _is_at_a_desk(request):
        return _not_for_you(request, reader.study)
    recruitment = services.recruitment_of(reader.study)
    form = _form(request, AboutReaderForm, NewReaderForm, recruitment, email=reader.invitation.email)
    if request.method == "POST" and form.is_valid():

        def take(user: User) -> None:
            services.join_study(reader=reader, user=user, **form.about())

        if answer := _take_place(request, form, reader.study, take):
            return answer
    return render(request, "studies/join.html", {"form": form, "study": reader.study})


def register(request: HttpRequest, token: str) -> HttpResponse:
    """Take part by the link for everybody: read what the study is about, agree, and get a place of one's own."""
    recruitment = get_object_or_404(Recruitment.objects.select_related("study"), token=token)
    study = recruitment.study
    if request.user.is_authenticated and study.readers.filter(user=user_of(request)).exists():
        return redirect("home")
    if not recruitment.is_open or not study.takes_readers:
        return render(request, "studies/join_ended.html", status=410)
    if _is_at_a_desk(request):
        return _not_for_you(request, study)
    form = _form(request, RegistrationForm, NewRegistrationForm, recruitment)
    if request.method == "POST" and form.is_valid():

        def take(user: User) -> None:
            services.register_reader(study=study, user=user, shown=request.POST.get("text", ""), **form.about())

        if answer := _take_place(request, form, study, take):
            return answer
    context = {"form": form, "study": study, "consent": as_html(study.consent)}
    return render(request, "studies/register.html", context)


def _is_at_a_desk(request: HttpRequest) -> bool:
    return request.user.is_authenticated and user_of(request).is_at_a_desk


def _not_for_you(request: HttpRequest, study: Study) -> HttpResponse:
    messages.info(request, _("This link is for a reader. Log out to see what a reader sees, or send it on."))
    own = Study.objects.for_user(user_of(request), TeamRole.COORDINATOR).filter(pk=study.pk).exists()
    return redirect("studies:readers", study.slug) if own else redirect("home")


def _form(
    request: HttpRequest,
    known: type[AboutReaderForm],
    new: type[AboutReaderForm],
    recruitment: Recruitment,
    *,
    email: str = "",
) -> AboutReaderForm:
    is_known = request.user.is_authenticated
    has_email = is_known and bool(user_of(request).email)
    data = request.POST if request.method == "POST" else None
    options: dict[str, Any] = {"recruitment": recruitment, "has_email": has_email, "initial": {"email": email}}
    return (known if is_known else new)(data, **options)


def _take_place(
    request: HttpRequest, form: AboutReaderForm, study: Study, take: Callable[[User], object]
) -> HttpResponse | None:
    """Seat somebody, with a new account if they have none; None where the form is to be shown again."""
    try:
        with transaction.atomic():  # a refusal leaves no half-made account behind
            user = _new_reader(form) if isinstance(form, NewReaderForm) else _known_reader(request, form)
            take(user)
    except services.StudyError as error:
        messages.error(request, str(error))
        return redirect("home")
    except ValidationError as error:  # the name was taken while the form was being filled in
        form.add_error(None, error.messages)
        return None
    if not request.user.is_authenticated:
        login(request, user)
    if not study.is_running:  # it stands in no list of theirs yet
        words = _("You have a place in “%(study)s”. You find it here once its coordinator has opened it for reading.")
        messages.success(request, words % {"study": study.reader_title})
    return redirect("home")


def _new_reader(form: NewReaderForm) -> User:
    data = form.cleaned_data
    return accounts.create_user(
        username=data["username"], password=data["password1"], role=Role.READER, email=data.get("email", "")
    )


def _known_reader(request: HttpRequest, form: AboutReaderForm) -> User:
    user = user_of(request)
    if email := form.cleaned_data.get("email"):
        accounts.change_account(user=user, email=email)
    return user
