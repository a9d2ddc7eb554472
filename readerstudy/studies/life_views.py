"""The acts on a whole study, from the lock to the archive. What has no way back asks for the password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from readerstudy.accounts.models import User
from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.studies import services
from readerstudy.studies.life_forms import ActForm, LockForm, ScheduleForm
from readerstudy.studies.models import Study
from readerstudy.studies.scope import study_or_404


def attempt(request: HttpRequest, study: Study, act: Callable[[], object], to: str = "protocol") -> HttpResponse:
    """Do one act on a study; a refusal becomes a message on the page."""
    try:
        act()
    except services.StudyError as error:
        messages.error(request, str(error))
    return redirect(f"studies:{to}", study.slug)


@coordinator_required
@require_POST
def lock(request: HttpRequest, slug: str) -> HttpResponse:
    """Fix the protocol; reading begins, unless it is to wait."""
    study = study_or_404(request, slug)
    form = LockForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(words) for several in form.errors.values() for words in several))
        return redirect("studies:protocol", slug)
    return attempt(
        request,
        study,
        lambda: services.lock_study(
            study=study, actor=user_of(request), unaudited_because=form.cleaned_data["reason"], waits=form.waits,
            opens_at=form.chosen_time,
        ),
    )  # fmt: skip


@coordinator_required
@require_POST
def schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """Say when a locked study opens by itself, or that it waits."""
    study = study_or_404(request, slug)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This is no time: choose a day and an hour."))
        return redirect("studies:protocol", slug)
    at = form.cleaned_data["opens_at"]
    return attempt(request, study, lambda: services.schedule_opening(study=study, at=at, actor=user_of(request)))


def _by_one_click(act: Callable[..., None]) -> Callable[..., HttpResponseBase]:
    """Make the view of an act that needs nothing but its button."""

    @coordinator_required
    @require_POST
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        study = study_or_404(request, slug)
        return attempt(request, study, lambda: act(study=study, actor=user_of(request)))

    return view


open_now = _by_one_click(services.open_study)
archive = _by_one_click(services.archive_study)
unarchive = _by_one_click(services.unarchive_study)


@dataclass(frozen=True)
class Act:
    """An act that has no way back, as its page tells it.

    Attributes
    ----------
    does : callable
        Takes the study, the reason and who does it.
    """

    title: Any
    consequences: list[Any]
    example: Any
    button: Any
    does: Callable[[Study, str, User], object]


CLOSE = Act(
    title=gettext_lazy("Close the study"),
    consequences=[
        gettext_lazy("Reading ends for everybody at once; sessions that are not finished stay as they are."),
        gettext_lazy(
            "What was read is kept. Nobody sees any result yet: that is the next step, and an act of its own."
        ),
    ],
    example=gettext_lazy("for example: all readers have finished"),
    button=gettext_lazy("Close the study"),
    does=lambda study, reason, actor: services.close_study(study=study, reason=reason, actor=actor),
)
UNBLIND = Act(
    title=gettext_lazy("Unblind the study"),
    consequences=[
        gettext_lazy("The judgements are put next to the truth, for everybody who may see the results."),
        gettext_lazy("The analysis plan can no longer be amended: what comes afterwards is exploratory."),
    ],
    example=gettext_lazy("for example: all readers have finished, and the data were checked"),
    button=gettext_lazy("Unblind"),
    does=lambda study, reason, actor: services.unblind_study(study=study, reason=reason, actor=actor),
)


def act_page(request: HttpRequest, study: Study, act: Act, *, to: str) -> HttpResponse:
    """Tell what an act does, ask for a reason and the password, and do it."""
    form = ActForm(request.POST if request.method == "POST" else None, request=request, example=act.example)
    if form.is_bound and form.is_valid():
        try:
            act.does(study, form.cleaned_data["reason"], user_of(request))
        except services.StudyError as error:
            form.add_error(None, str(error))
        else:
            return redirect(to, study.slug)
    return render(request, "studies/act.html", {"study": study, "act": act, "form": form})


@coordinator_required
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """End the reading."""
    return act_page(request, study_or_404(request, slug), CLOSE, to="studies:protocol")


@coordinator_required
def unblind(request: HttpRequest, slug: str) -> HttpResponse:
    """Put judgements next to the truth."""
    return act_page(request, study_or_404(request, slug), UNBLIND, to="studies:protocol")
