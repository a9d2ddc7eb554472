"""The coordinator's pages about the readers of a study: who they are, how they come, and what they are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts import mail
from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.studies import letters, services
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.reader_forms import ALL, InviteReaderForm, NoteForm, RecruitmentForm, WithdrawForm
from readerstudy.studies.scope import study_or_404

READERS_PER_PAGE = 50


@coordinator_required
def readers(request: HttpRequest, slug: str) -> HttpResponse:
    """Who reads, and the links of those who were invited."""
    return _readers_page(request, study_or_404(request, slug), InviteReaderForm())


def _readers_page(request: HttpRequest, study: Study, form: InviteReaderForm) -> HttpResponse:
    people = study.readers.order_by("number").select_related("user", "invitation", "arm", "consent", "study")
    page = Paginator(people, READERS_PER_PAGE).get_page(request.GET.get("page"))
    asked = services.recruitment_of(study).asked()
    context = {
        "study": study,
        "page": page,
        "rows": [(reader, _link(request, reader)) for reader in page.object_list],
        "asked": asked,
        "arms": study.arms.order_by("position").annotate(places=Count("readers", filter=Q(readers__withdrawn_at=None))),
        "form": form,
        "mail_leaves": mail.leaves_the_server(),
    }
    return render(request, "studies/readers.html", context)


def _link(request: HttpRequest, reader: Reader) -> str:
    open_place = reader.invitation is not None and reader.user_id is None and not reader.is_withdrawn
    return mail.address_of(reader.join_path, request) if open_place else ""


@coordinator_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a place with a link, and mail the link where an address is given."""
    study = study_or_404(request, slug)
    form = InviteReaderForm(request.POST)
    if not form.is_valid():
        return _readers_page(request, study, form)
    try:
        reader = services.invite_reader(study=study, actor=user_of(request), email=form.cleaned_data["email"])
    except services.StudyError as error:
        messages.error(request, str(error))
    else:
        _mail_invitation(request, reader)
    return redirect("studies:readers", slug)


@coordinator_required
@require_POST
def renew(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Give an open place another link."""
    study = study_or_404(request, slug)
    reader = get_object_or_404(study.readers, code=code)
    try:
        renewed = services.renew_invitation(reader=reader, actor=user_of(request))
    except services.StudyError as error:
        messages.error(request, str(error))
    else:
        _mail_invitation(request, renewed)
    return redirect("studies:readers", slug)


def _mail_invitation(request: HttpRequest, reader: Reader) -> None:
    if reader.invitation is None or not reader.invitation.email:
        words = _("%(reader)s has a place: send its link, which stands in the table.")
        messages.success(request, words % {"reader": reader.code})
        return
    posted = mail.post([letters.invitation(reader, mail.address_of(reader.join_path, request))])
    if posted.sent:
        words = _("%(reader)s is invited by mail: %(email)s.")
        messages.success(request, words % {"reader": reader.code, "email": reader.invitation.email})
    tell_trouble(request, posted)


def tell_trouble(request: HttpRequest, posted: mail.Posted) -> None:
    """Say on the next page what kept letters from their readers."""
    if trouble := mail.trouble_of(posted):
        messages.warning(request, trouble)


@coordinator_required
def withdraw(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Let a reader read no more, for a reason; or give up an open place."""
    study = study_or_404(request, slug)
    reader = get_object_or_404(study.readers.select_related("user"), code=code)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_reader(reader=reader, reason=form.cleaned_data["reason"], actor=user_of(request))
        except services.StudyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(reader)s has withdrawn.") % {"reader": reader.code})
        return redirect("studies:readers", slug)
    return render(request, "studies/withdraw.html", {"study": study, "reader": reader, "form": form})


@coordinator_required
def recruitment(request: HttpRequest, slug: str) -> HttpResponse:
    """How readers come into the study, what they are asked, and which texts they agreed to."""
    study = study_or_404(request, slug)
    instance = services.recruitment_of(study)
    form = RecruitmentForm(request.POST if request.method == "POST" else None, instance=instance)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_recruitment(study=study, actor=user_of(request), **form.cleaned_data)
        except services.StudyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved."))
        return redirect("studies:recruitment", slug)
    saved = services.recruitment_of(study)
    context = {
        "study": study,
        "form": form,
        "recruitment": saved,
        "link": mail.address_of(saved.path, request) if saved.pk else "",
        "registered": study.readers.filter(invitation=None, withdrawn_at=None).exclude(user=None).count(),
        "texts": study.consent_texts.annotate(agreed=Count("readers")).order_by("-version"),
        "current_digest": study.consent_digest(),
    }
    return render(request, "studies/recruitment.html", context)


@coordinator_required
def notes(request: HttpRequest, slug: str) -> HttpResponse:
    """Messages to the readers: what was said, and a new one."""
    study = study_or_404(request, slug)
    form = NoteForm(request.POST if request.method == "POST" else None, study=study)
    if request.method == "POST" and form.is_valid():
        _send_note(request, study, form.cleaned_data)
        return redirect("studies:notes", slug)
    page = Paginator(study.notes.select_related("reader", "sent_by"), READERS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "studies/notes.html", {"study": study, "form": form, "page": page})


def _send_note(request: HttpRequest, study: Study, said: dict[str, Any]) -> None:
    reader = None if said["to"] == ALL else get_object_or_404(study.readers, code=said["to"])
    try:
        note = services.send_note(study=study, text=said["text"], reader=reader, actor=user_of(request))
    except services.StudyError as error:
        messages.error(request, str(error))
        return
    posted = _post_note(request, services.recipients_of(note), note.text)
    services.note_mailed(note=note, count=len(posted.sent))
    words = _("It stands on the readers' page, and was mailed to %(n)s of them.")
    messages.success(request, words % {"n": len(posted.sent)})
    tell_trouble(request, posted)


def _post_note(request: HttpRequest, recipients: Iterable[Reader], text: str) -> mail.Posted:
    address = mail.address_of("/reading/", request)
    return mail.post([letters.note(reader, text, address) for reader in recipients])
