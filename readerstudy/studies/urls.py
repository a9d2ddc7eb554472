"""Addresses under /studies/ that this room answers."""

from django.urls import path

from readerstudy.studies import joining_views as joining
from readerstudy.studies import life_views as life
from readerstudy.studies import making_views as making
from readerstudy.studies import plan_views as planning
from readerstudy.studies import protocol_views as drafts
from readerstudy.studies import readers_views as people
from readerstudy.studies import team_views as team
from readerstudy.studies import views

app_name = "studies"
_PHASE = "<slug:slug>/protocol/phases/<slug:phase>/"
_QUESTION = f"{_PHASE}questions/<slug:question>/"
urlpatterns = [
    path("", views.study_list, name="list"),
    path("new/", making.new_study, name="new"),
    path("new/from/<slug:preset_name>/", making.new_from, name="new-from"),
    path("<slug:slug>/protocol/", views.protocol, name="protocol"),
    path("<slug:slug>/protocol/texts/", drafts.edit_texts, name="texts"),
    path("<slug:slug>/protocol/arms/", drafts.edit_arms, name="arms"),
    path("<slug:slug>/protocol/document/", drafts.edit_text, name="document"),
    path("<slug:slug>/protocol/protocol.yaml", drafts.download, name="download"),
    path("<slug:slug>/protocol/undo/", drafts.undo, name="undo"),
    path("<slug:slug>/protocol/new-phase/", drafts.edit_phase, name="new-phase"),
    path(_PHASE, drafts.edit_phase, name="phase"),
    path(f"{_PHASE}remove/", drafts.remove_phase, name="remove-phase"),
    path(f"{_PHASE}new-question/", drafts.new_question, name="new-question"),
    path(_QUESTION, drafts.edit_question, name="question"),
    path(f"{_QUESTION}move/", drafts.move_question, name="move-question"),
    path(f"{_QUESTION}remove/", drafts.remove_question, name="remove-question"),
    path("<slug:slug>/readers/", people.readers, name="readers"),
    path("<slug:slug>/readers/invite/", people.invite, name="invite"),
    path("<slug:slug>/readers/joining/", people.recruitment, name="recruitment"),
    path("<slug:slug>/readers/notes/", people.notes, name="notes"),
    path("<slug:slug>/readers/<slug:code>/renew/", people.renew, name="renew"),
    path("<slug:slug>/readers/<slug:code>/withdraw/", people.withdraw, name="withdraw"),
    path("<slug:slug>/team/", team.team, name="team"),
    path("<slug:slug>/team/invite/", team.invite, name="invite-member"),
    path("<slug:slug>/team/<int:pk>/remove/", team.remove, name="remove-member"),
    path("<slug:slug>/plan/", planning.plan, name="plan"),
    path("<slug:slug>/plan/edit/", planning.edit_plan, name="edit-plan"),
    path("<slug:slug>/amend/", planning.amend, name="amend"),
    path("<slug:slug>/versions/<slug:kind>/<int:number>/", planning.version, name="version"),
    path("<slug:slug>/copy/", making.copy, name="copy"),
    path("<slug:slug>/pilot/", making.pilot, name="pilot"),
    path("<slug:slug>/lock/", life.lock, name="lock"),
    path("<slug:slug>/open/", life.open_now, name="open"),
    path("<slug:slug>/schedule/", life.schedule, name="schedule"),
    path("<slug:slug>/close/", life.close, name="close"),
    path("<slug:slug>/unblind/", life.unblind, name="unblind"),
    path("<slug:slug>/archive/", life.archive, name="archive"),
    path("<slug:slug>/unarchive/", life.unarchive, name="unarchive"),
    # Last, or they would hide the pages of a study named "join".
    path("join/<slug:token>/", joining.join, name="join"),
    path("register/<slug:token>/", joining.register, name="register"),
    path("join-team/<slug:token>/", team.join, name="join-team"),
]
