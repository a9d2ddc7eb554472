"""The audit trail of a study, for its team: filtered, paged, to take away, and whether its chain is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazily

from readerstudy.accounts.models import User
from readerstudy.accounts.permissions import desk_required
from readerstudy.audit import trail
from readerstudy.audit.chain import check_chain
from readerstudy.audit.models import Event
from readerstudy.reading.models import ReadingSession
from readerstudy.studies.models import Study
from readerstudy.studies.scope import WHOLE_TEAM, study_or_404

EVENTS_PER_PAGE = 100
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_FORMS: dict[str, tuple[str, Callable[..., str]]] = {
    "csv": ("text/csv; charset=utf-8", trail.as_csv),
    "json": ("application/json", trail.as_json),
}


def targets_of(study: Study) -> dict[str, str]:
    """Name all that belongs to a study in the audit log, and in words: itself, its cohorts and its sessions."""
    cohorts = study.slots.values_list("cohort__slug", flat=True)
    sessions = ReadingSession.objects.filter(phase__study=study).values_list("code", "reader__code", "phase__name")
    return {
        f"study:{study.slug}": _("the study"),
        **{f"cohort:{slug}": _("the cohort %(slug)s") % {"slug": slug} for slug in cohorts},
        **{f"session:{code}": f"{reader}, {phase}" for code, reader, phase in sessions},
    }


def detail_in_words(event: Event) -> list[tuple[str, str, str]]:
    """Give the name of each detail, what the page shows of it, and the whole of it."""
    said = ((name, value if isinstance(value, str) else json.dumps(value)) for name, value in event.detail.items())
    return [(name, _DIGEST.sub(lambda found: f"{found[0][:12]}…", text), text) for name, text in said]


class _Names:
    """What actors are called: readers of the study by their code, so that a trail tells no reader's name."""

    def __init__(self, study: Study, actors: set[int | None]) -> None:
        known = [key for key in actors if key is not None]
        self._names = dict(User.objects.filter(pk__in=known).values_list("pk", "username"))
        self._names |= dict(study.readers.filter(user__in=known).values_list("user", "code"))

    def __call__(self, actor: int | None) -> str:
        return "" if actor is None else self._names.get(actor, str(actor))

    def choices(self, actors: set[int | None]) -> list[tuple[str, str]]:
        """Give the actors to choose from, by name."""
        people = sorted((self(actor), str(actor)) for actor in actors if actor is not None)
        nobody = [(trail.NOBODY, _("Command line"))] if None in actors else []
        return [("", _("Everybody")), *nobody, *((key, name) for name, key in people)]


class TrailForm(forms.Form):
    """Which events are shown."""

    since = forms.DateField(
        required=False, label=_lazily("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label=_lazily("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, *, actors: list[tuple[str, str]], verbs: list[str]) -> None:
        super().__init__(data, label_suffix="", use_required_attribute=False)
        every = [("", _("Everything")), *((verb, verb) for verb in verbs)]
        self.fields["actor"] = forms.ChoiceField(choices=actors, required=False, label=_("Who"))
        self.fields["verb"] = forms.ChoiceField(choices=every, required=False, label=_("What"))
        self.order_fields(["actor", "verb"])

    def chosen(self) -> trail.Filter:
        """Give the filter; what does not fit is left out of it."""
        self.full_clean()
        return trail.Filter(**{name: value for name, value in self.cleaned_data.items() if value})

    def query(self) -> str:
        """Give what was chosen as a part of an address."""
        return urlencode({name: value for name, value in self.cleaned_data.items() if value})


def _form_and_names(request: HttpRequest, study: Study, targets: list[str]) -> tuple[TrailForm, _Names]:
    actors = trail.actors_about(targets)
    names = _Names(study, actors)
    return TrailForm(request.GET, actors=names.choices(actors), verbs=trail.verbs_about(targets)), names


@desk_required
def audit_trail(request: HttpRequest, slug: str) -> HttpResponse:
    """What was done in a study, when and by whom; with `?check` whether the whole log holds."""
    study = study_or_404(request, slug, *WHOLE_TEAM)
    words = targets_of(study)
    targets = list(words)
    form, names = _form_and_names(request, study, targets)
    page = Paginator(trail.events_about(targets, form.chosen()), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "form": form,
        "page": page,
        "rows": [
            (event, names(event.actor_id), words[event.target], detail_in_words(event)) for event in page.object_list
        ],
        "query": form.query(),
        "newest": Event.objects.order_by("-pk").first(),
        "verdict": check_chain() if "check" in request.GET else None,
    }
    return render(request, "reading/trail.html", context)


@desk_required
def export_trail(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The events as chosen, as a file."""
    study = study_or_404(request, slug, *WHOLE_TEAM)
    if form not in _FORMS:
        raise Http404
    content_type, written = _FORMS[form]
    targets = list(targets_of(study))
    chosen, names = _form_and_names(request, study, targets)
    events = trail.events_about(targets, chosen.chosen()).order_by("pk")
    headers = {"Content-Disposition": f'attachment; filename="{slug}-audit.{form}"'}
    return HttpResponse(written(events, names), content_type=content_type, headers=headers)
