"""The protocol: a study, its phases and its readers."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.models import Invitation
from readerstudy.cohorts.models import Cohort


def new_seed() -> int:
    """Draw a study's seed, from which every order is derived."""
    return secrets.randbelow(2**31)


class Status(models.TextChoices):
    """Where a study is in its life; it only moves forwards."""

    DRAFT = "draft", _("Draft")
    RUNNING = "running", _("Running")
    CLOSED = "closed", _("Closed")
    UNBLINDED = "unblinded", _("Unblinded")


class Study(models.Model):
    """A reader study."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    # What readers see in place of the title, which may name a purpose that they must not know.
    shown_title = models.CharField(max_length=200, blank=True)
    # What the protocol is for, in one sentence for coordinators.
    summary = models.CharField(max_length=500, blank=True)
    consent = models.TextField()
    preset = models.CharField(max_length=40)
    seed = models.PositiveIntegerField(default=new_seed)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    protocol_digest = models.CharField(max_length=64, blank=True)
    # A trial run: its clock may be moved, and its judgements are no evidence.
    is_pilot = models.BooleanField(default=False)
    clock_offset = models.DurationField(default=timedelta)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Why it was locked without a passed and acknowledged blinding audit of every cohort; empty with one.
    unaudited_because = models.TextField(blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    unblinded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="study_status_known"),
            models.CheckConstraint(
                condition=Q(is_pilot=True) | Q(clock_offset=timedelta()), name="study_clock_moves_only_in_a_pilot"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def reader_title(self) -> str:
        """What readers see as its title."""
        return self.shown_title or self.title

    def now(self) -> datetime:
        """Give the time by the study's clock, by which its gates open; it differs from ours in a pilot only."""
        return timezone.now() + self.clock_offset

    @property
    def is_running(self) -> bool:
        """Whether readers may read."""
        return self.status == Status.RUNNING

    @property
    def takes_readers(self) -> bool:
        """Whether readers may still be invited and join."""
        return self.status in (Status.DRAFT, Status.RUNNING)

    @property
    def is_unblinded(self) -> bool:
        """Whether the coordinator may see judgements next to truth."""
        return self.status == Status.UNBLINDED


class StudyCohort(models.Model):
    """A cohort of a study, under the name by which its protocol asks for it."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="slots")
    position = models.PositiveSmallIntegerField()
    slot = models.SlugField(max_length=20)
    title = models.CharField(max_length=200, blank=True)
    is_optional = models.BooleanField(default=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="study_cohort_position_once_per_study"),
            models.UniqueConstraint(fields=["study", "slot"], name="study_cohort_slot_once_per_study"),
            models.UniqueConstraint(fields=["study", "cohort"], name="study_cohort_once_per_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} {self.slot}"


class ProtocolRevision(models.Model):
    """What a draft said before a change, so that the change can be undone. Locked studies change no more."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.TextField()
    # The cohort (its short name) of every slot of the document.
    cohorts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    # What was about to be changed, in the words of the page.
    change = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["study", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="protocol_revision_once_per_study")]

    def __str__(self) -> str:
        return f"{self.study_id} before change {self.number}"


class Purpose(models.TextChoices):
    """What a phase is for."""

    PRACTICE = "practice", _("Practice")
    PURPOSE_BLINDED = "purpose-blinded", _("Purpose-blinded reading")
    INFORMED = "informed", _("Informed reading")
    AIDED = "aided", _("Aided reading")
    TRAINING = "training", _("Training")


# Their judgements stay out of the results, and the answer may be told.
UNTESTED = (Purpose.PRACTICE, Purpose.TRAINING)


class Feedback(models.TextChoices):
    """When the reader is told the answer."""

    NONE = "none", _("None")
    AFTER_EACH = "after-each", _("After each case")
    AT_END = "at-end", _("At the end")


class Order(models.TextChoices):
    """How the cases of a hanging list are ordered."""

    RANDOM = "random", _("Random for every reader")
    BLOCKED = "blocked", _("Random within balanced blocks")
    SAME = "same", _("One drawn order for all")


class Allocation(models.TextChoices):
    """Which cases a reader reads."""

    CROSSED = "crossed", _("Every reader reads every case")
    SPLIT_PLOT = "split-plot", _("Each group of readers its own cases")
    LATIN_SQUARE = "latin-square", _("Each arm another part in each phase")


class Aid(models.TextChoices):
    """When a detector's verdict is shown."""

    NONE = "none", _("None")
    CONCURRENT = "concurrent", _("With the case")
    SEQUENTIAL = "sequential", _("After one's own judgement")


class TimeLimit(models.TextChoices):
    """What happens when the time for a case is over."""

    NONE = "none", _("None")
    SOFT = "soft", _("The reader is told")
    HARD = "hard", _("The image goes, and what is entered is sent")


class Phase(models.Model):
    """A stage of a study with one purpose and one cohort; docs/protocol-guide.md says what each setting does."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="phases")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField()
    title = models.CharField(max_length=100)
    purpose = models.CharField(max_length=20, choices=Purpose)
    modality = models.CharField(max_length=40, default="unaided")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    # A subset of the cohort of this many cases; all of them where it is empty.
    case_count = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    instructions = models.TextField(blank=True)
    disclosed_prevalence = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    order = models.CharField(max_length=20, choices=Order, default=Order.RANDOM)
    block_size = models.PositiveSmallIntegerField(default=10, validators=[MinValueValidator(2)])
    allocation = models.CharField(max_length=20, choices=Allocation, default=Allocation.CROSSED)
    parts = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    anchors = models.PositiveIntegerField(default=0)
    reread_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    feedback = models.CharField(max_length=20, choices=Feedback, default=Feedback.NONE)
    qualification_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    aid = models.CharField(max_length=20, choices=Aid, default=Aid.NONE)
    # A mark that `detectors` writes from above: which detector aids here, and that it has judged every case. Half is
    # of what readers are shown, half of the cohort as it was then (`Cohort.state_digest`).
    aid_digest = models.CharField(max_length=64, blank=True)
    washout_days = models.PositiveSmallIntegerField(default=0)
    time_limit = models.CharField(max_length=20, choices=TimeLimit, default=TimeLimit.NONE)
    time_limit_seconds = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(5)])
    break_after_minutes = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    revisit = models.BooleanField(default=False)
    undo_seconds = models.PositiveSmallIntegerField(default=60)
    companions = models.ForeignKey(Cohort, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="phase_position_once_per_study"),
            models.UniqueConstraint(fields=["study", "name"], name="phase_name_once_per_study"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="phase_purpose_known"),
            models.CheckConstraint(condition=Q(feedback__in=Feedback.values), name="phase_feedback_known"),
            models.CheckConstraint(condition=Q(order__in=Order.values), name="phase_order_known"),
            models.CheckConstraint(condition=Q(allocation__in=Allocation.values), name="phase_allocation_known"),
            models.CheckConstraint(condition=Q(aid__in=Aid.values), name="phase_aid_known"),
            models.CheckConstraint(condition=Q(time_limit__in=TimeLimit.values), name="phase_time_limit_known"),
            models.CheckConstraint(
                condition=Q(feedback=Feedback.NONE) | Q(purpose__in=UNTESTED), name="phase_feedback_only_in_practice"
            ),
            models.CheckConstraint(
                condition=Q(qualification_percent=None) | Q(purpose__in=UNTESTED),
                name="phase_qualification_only_in_practice",
            ),
            models.CheckConstraint(
                condition=Q(time_limit=TimeLimit.NONE) | Q(time_limit_seconds__isnull=False),
                name="phase_time_limit_in_seconds",
            ),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.PURPOSE_BLINDED) | Q(undo_seconds=0, revisit=False, aid=Aid.NONE),
                name="phase_purpose_blinded_is_final_and_unaided",
            ),
            models.CheckConstraint(
                condition=Q(revisit=False) | Q(feedback=Feedback.NONE) & ~Q(aid=Aid.SEQUENTIAL),
                name="phase_revisit_without_feedback_or_sequential_aid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} {self.name}"

    @property
    def is_practice(self) -> bool:
        """Whether its judgements stay out of the results."""
        return self.purpose in UNTESTED

    @property
    def is_aid_current(self) -> bool:
        """Whether the cohort's cases and pictures are as they were when the aid was chosen."""
        return self.aid_digest[32:] == self.cohort.state_digest()[:32]


class QuestionKind(models.TextChoices):
    """What a reader is asked for."""

    CALL = "call", _("Call and confidence")
    QUALITY = "quality", _("Rating on a scale with named steps")
    DIAGNOSIS = "diagnosis", _("Diagnosis")
    OPEN = "open", _("Open question")
    MARKS = "marks", _("Marks on the image")


class Asked(models.TextChoices):
    """When a question is asked."""

    CASE = "case", _("With every case")
    END = "end", _("At the end of the phase")


class Question(models.Model):
    """One thing that readers are asked in a phase."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField()
    kind = models.CharField(max_length=20, choices=QuestionKind)
    text = models.CharField(max_length=300)
    help = models.CharField(max_length=500, blank=True)
    asked = models.CharField(max_length=10, choices=Asked, default=Asked.CASE)
    required = models.BooleanField(default=True)
    # Of a call: steps of the confidence scale; 0 for a slider from 1 to 100.
    points = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(10)])
    # Of a call: whether the reader must choose. Where not, "cannot tell" is a judgement without a rating.
    forced = models.BooleanField(default=True)
    # Anchors of a rating, diagnoses to pick from, or reasons of a mark: a list of words.
    options: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    # Of marks: some of "point", "box", "freehand".
    tools: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    # {"question": name of an earlier one, "is": the answers on which this one is asked}, or nothing.
    condition: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["phase", "position"]
        constraints = [
            models.UniqueConstraint(fields=["phase", "position"], name="question_position_once_per_phase"),
            models.UniqueConstraint(fields=["phase", "name"], name="question_name_once_per_phase"),
            models.UniqueConstraint(
                fields=["phase"], condition=Q(kind=QuestionKind.CALL), name="question_call_once_per_phase"
            ),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
            models.CheckConstraint(
                condition=Q(asked=Asked.CASE) | Q(asked=Asked.END) & ~Q(kind__in=["call", "marks"]),
                name="question_of_an_image_is_asked_with_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.name}"


class Arm(models.Model):
    """Readers who share a sequence of phases."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="arms")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=20)
    title = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="arm_position_once_per_study"),
            models.UniqueConstraint(fields=["study", "name"], name="arm_name_once_per_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} {self.name}"


class ArmStep(models.Model):
    """One phase at its place in an arm's sequence."""

    arm = models.ForeignKey(Arm, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["arm", "position"]
        constraints = [
            models.UniqueConstraint(fields=["arm", "position"], name="arm_step_position_once_per_arm"),
            models.UniqueConstraint(fields=["arm", "phase"], name="arm_step_phase_once_per_arm"),
        ]

    def __str__(self) -> str:
        return f"{self.arm_id} #{self.position}"


class Reader(models.Model):
    """A user's enrolment in a study, known to everyone else by its code."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="readers")
    code = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    # Drawn at the lock, or with the place where that comes later.
    arm = models.ForeignKey(Arm, null=True, blank=True, on_delete=models.PROTECT, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.OneToOneField(Invitation, null=True, on_delete=models.PROTECT, related_name="+")
    consented_at = models.DateTimeField(null=True, blank=True)
    years = models.PositiveSmallIntegerField(null=True)
    subspecialty = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["study", "code"]
        constraints = [
            models.UniqueConstraint(fields=["study", "code"], name="reader_code_once_per_study"),
            models.UniqueConstraint(fields=["study", "number"], name="reader_number_once_per_study"),
            models.UniqueConstraint(fields=["study", "user"], name="reader_user_once_per_study"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def join_path(self) -> str:
        """The address of the page behind the reader's invitation, or an empty string without one."""
        return reverse("studies:join", args=[self.invitation.token]) if self.invitation else ""

    def steps(self) -> models.QuerySet[Phase]:
        """The reader's phases in the order of the arm; none before the lock."""
        return (
            Phase.objects.filter(pk__in=ArmStep.objects.filter(arm=self.arm_id).values("phase"))
            .annotate(step=models.Subquery(_step_of(self.arm_id)))
            .order_by("step")
        )


def _step_of(arm: int | None) -> models.QuerySet[ArmStep, Any]:
    return ArmStep.objects.filter(arm=arm, phase=models.OuterRef("pk")).values("position")


class HangingList(models.Model):
    """The order of cases of one reader in one phase: drawn once from the stored seed, and never changed.

    `places` is a list of `{"case", "modality", "aided", "reread", "companion"}` (`allocation.Place`).
    """

    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="hanging_lists")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(max_length=64)
    places: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField()
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "phase"], name="hanging_list_once_per_reader_and_phase")
        ]

    def __str__(self) -> str:
        return f"hanging list {self.reader_id} {self.phase_id}"
