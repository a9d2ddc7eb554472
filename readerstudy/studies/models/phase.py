"""A phase of a study: its purpose, what it shows, and when."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models.study import Study


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
