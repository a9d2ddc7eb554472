"""The monitor of a study, for its team; blinded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from readerstudy.accounts import mail
from readerstudy.accounts.permissions import coordinator_required, desk_required, user_of
from readerstudy.reading import monitoring, quality, services
from readerstudy.studies.scope import WHOLE_TEAM, study_or_404
from readerstudy.studies.services import StudyError


@desk_required
def monitor(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the readers are, and signs that one of them does not look."""
    study = study_or_404(request, slug, *WHOLE_TEAM)
    context = {
        "study": study,
        "board": monitoring.board(study),
        "arms": study.arms.count() > 1,
        "now": study.now(),
        "signs": quality.SIGNS,
    }
    template = "reading/monitor_rows.html" if request.headers.get("HX-Request") else "reading/monitor.html"
    return render(request, template, context)


@coordinator_required
@require_POST
def remind(request: HttpRequest, slug: str) -> HttpResponse:
    """Mail those who have not finished."""
    study = study_or_404(request, slug)
    try:
        reminded = services.remind_readers(
            study=study, actor=user_of(request), address=mail.address_of("/reading/", request)
        )
    except StudyError as error:
        messages.error(request, str(error))
        return redirect("monitor", slug)
    sent = len(reminded.posted.sent)
    words = ngettext("%(n)s reader was reminded.", "%(n)s readers were reminded.", sent)
    messages.success(request, " ".join([words % {"n": sent}, *_left_out(reminded)]))
    if trouble := mail.trouble_of(reminded.posted):
        messages.warning(request, trouble)
    return redirect("monitor", slug)


def _left_out(reminded: services.Reminded) -> list[str]:
    """Say who was not reminded, and why."""
    reasons = [
        (_("Without an address: %(who)s."), reminded.without_address),
        (_("Reminded lately: %(who)s."), reminded.lately),
    ]
    return [words % {"who": ", ".join(codes)} for words, codes in reasons if codes]
