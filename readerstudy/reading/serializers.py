"""What goes from the server to a reader's browser. None of it can carry a truth, or name what comes later."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from readerstudy.reading.enrolments import STATES
from readerstudy.reading.models import Call, Draft, Judgement, MarkKind
from readerstudy.reading.queries import case_questions, end_questions
from readerstudy.reading.states import STAGES
from readerstudy.reading.wire_fields import AnswerField, PointsField, WordField
from readerstudy.rich_text import as_html
from readerstudy.studies.models import Aid, Feedback, Phase, Question, QuestionKind, TimeLimit


class StudyReferenceSerializer(serializers.Serializer[Any]):
    """The study that a session belongs to, under the title that readers see."""

    slug = serializers.CharField()
    title = serializers.CharField(source="reader_title")


class ConditionSerializer(serializers.Serializer[Any]):
    """Asked only where an earlier question has one of these answers."""

    question = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add the field whose name is a word of Python."""
        return {**super().get_fields(), "is": serializers.ListField(child=AnswerField())}


class QuestionSerializer(serializers.ModelSerializer[Question]):
    """One thing that the reader is asked."""

    kind = serializers.ChoiceField(choices=QuestionKind.choices)
    options = serializers.ListField(child=serializers.CharField())
    tools = serializers.ListField(child=serializers.ChoiceField(choices=MarkKind.choices))
    condition = ConditionSerializer(allow_null=True)
    points = serializers.IntegerField(help_text="Steps of the confidence scale; 0 for 1 to 100.")

    class Meta:
        model = Question
        fields = ["name", "kind", "text", "help", "required", "points", "forced", "options", "tools", "condition"]
        extra_kwargs = {name: {"required": True} for name in ["help", "required", "forced"]}


class PhaseSerializer(serializers.ModelSerializer[Phase]):
    """The phase of a session: what the reader is told and asked, and not what the phase is for."""

    practice = serializers.BooleanField(source="is_practice", help_text="Whether this is for practice only.")
    told_html = serializers.SerializerMethodField(help_text="What the reader is told before it; harmless HTML.")
    feedback = serializers.ChoiceField(choices=Feedback.choices)
    aid = serializers.ChoiceField(choices=Aid.choices)
    time_limit = serializers.ChoiceField(choices=TimeLimit.choices)
    questions = serializers.SerializerMethodField(help_text="Asked with every case.")
    end_questions = serializers.SerializerMethodField(help_text="Asked once all cases are judged, and not told before.")
    # Declared, as the framework would take their bounds from the database, and the schema would differ between them.
    disclosed_prevalence = serializers.IntegerField(allow_null=True, help_text="Percent; null where it is not told.")
    time_limit_seconds = serializers.IntegerField(allow_null=True)
    break_after_minutes = serializers.IntegerField(allow_null=True)
    undo_seconds = serializers.IntegerField()
    qualification_percent = serializers.IntegerField(allow_null=True)
    paired = serializers.SerializerMethodField(help_text="Whether a reference picture hangs beside each case.")

    class Meta:
        model = Phase
        fields = [
            "name", "title", "practice", "told_html", "disclosed_prevalence", "feedback", "aid", "questions",
            "end_questions", "time_limit", "time_limit_seconds", "break_after_minutes", "revisit", "undo_seconds",
            "qualification_percent", "paired",
        ]  # fmt: skip
        extra_kwargs = {"revisit": {"required": True}}

    def get_told_html(self, phase: Phase) -> str:
        """Render the instructions."""
        return as_html(phase.instructions)

    @extend_schema_field(QuestionSerializer(many=True))
    def get_questions(self, phase: Phase) -> Any:
        """Give what is asked with every case."""
        return QuestionSerializer(case_questions(phase), many=True).data

    @extend_schema_field(QuestionSerializer(many=True))
    def get_end_questions(self, phase: Phase) -> Any:
        """Give what is asked at the end of the phase."""
        return QuestionSerializer(end_questions(phase), many=True).data

    def get_paired(self, phase: Phase) -> bool:
        """Say whether reference pictures belong to the phase."""
        return phase.companions_id is not None


class MatrixSerializer(serializers.Serializer[Any]):
    """The one size of all images of a session."""

    rows = serializers.IntegerField()
    columns = serializers.IntegerField()


class PictureSerializer(serializers.Serializer[Any]):
    """The identifiers that an image has within this session."""

    dicom_study_uid = serializers.CharField()
    dicom_series_uid = serializers.CharField()
    sop_instance_uid = serializers.CharField()


class MarkSerializer(serializers.Serializer[Any]):
    """A mark on the image."""

    question = serializers.CharField()
    kind = WordField(choices=MarkKind.choices)
    points = PointsField()
    # As it is: it is held against the question's options.
    reason = serializers.CharField(max_length=200, allow_blank=True, default="", trim_whitespace=False)


class StoredMarkSerializer(MarkSerializer):
    """A mark as it is stored."""

    question = serializers.CharField(source="question.name")
    reason = serializers.CharField()


class DraftSerializer(serializers.ModelSerializer[Draft]):
    """What was entered for a case, or at the end, and not submitted yet."""

    body = serializers.DictField()
    version = serializers.IntegerField()
    seconds = serializers.FloatField()

    class Meta:
        model = Draft
        fields = ["body", "seconds", "version"]


class PreviousSerializer(serializers.ModelSerializer[Judgement]):
    """The judgement that stands while its case is open for a revision."""

    revision = serializers.IntegerField()
    call = serializers.ChoiceField(choices=Call.choices, allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    answers = serializers.DictField(child=AnswerField())
    marks = StoredMarkSerializer(many=True)

    class Meta:
        model = Judgement
        fields = ["revision", "call", "confidence", "answers", "marks"]


class ReadingSerializer(serializers.Serializer[Any]):
    """A place of the hanging list whose image is open."""

    position = serializers.IntegerField()
    dicom_study_uid = serializers.CharField(source="instance.dicom_study_uid")
    dicom_series_uid = serializers.CharField(source="instance.dicom_series_uid")
    sop_instance_uid = serializers.CharField(source="instance.sop_instance_uid")
    companion = PictureSerializer(allow_null=True)
    aided = serializers.BooleanField()
    draft = DraftSerializer(allow_null=True)
    previous = PreviousSerializer(allow_null=True)


class UndoSerializer(serializers.Serializer[Any]):
    """The last judgement, and how long it may still be opened again."""

    position = serializers.IntegerField()
    seconds_left = serializers.IntegerField()


_SPACING = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


@extend_schema_field(_SPACING)
class SpacingField(serializers.ReadOnlyField):
    """Millimetres between pixel centres: [row, column]."""


class SessionSerializer(serializers.Serializer[Any]):
    """Where a reader is in a session; the first of `readings` is the case to judge now, the others may be fetched."""

    code = serializers.CharField()
    study = StudyReferenceSerializer()
    phase = PhaseSerializer()
    cases = serializers.IntegerField()
    done = serializers.IntegerField()
    seconds = serializers.FloatField(help_text="What all judgements of the session took together.")
    finished = serializers.BooleanField()
    stage = serializers.ChoiceField(choices=STAGES)
    next_session = serializers.BooleanField(help_text="Whether another session waits once this one is finished.")
    next_opens_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when the next session is shut, where a pause is prescribed before it."
    )
    matrix = MatrixSerializer(allow_null=True, help_text="null where every image keeps a matrix of its own.")
    spacing = SpacingField(allow_null=True, help_text="null unless all images have one.")
    readings = ReadingSerializer(many=True)
    end_draft = DraftSerializer(allow_null=True, help_text="What was entered for the questions at the end so far.")
    undo = UndoSerializer(allow_null=True)
    reopened = serializers.BooleanField(help_text="Whether the case to judge now is open for a revision.")
    earlier = serializers.ListField(child=serializers.IntegerField(), help_text="Places that may be opened again.")
    display_checked = serializers.BooleanField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Keep what is asked at the end for the end: "anything unusual?" makes a reader look for it."""
        said = super().to_representation(instance)
        if instance["stage"] == "reading":
            said["phase"]["end_questions"] = []
        return said


class EnrolmentSerializer(serializers.Serializer[Any]):
    """A study in which the logged-in user reads."""

    slug = serializers.CharField(source="reader.study.slug")
    title = serializers.CharField(source="reader.study.reader_title")
    reader = serializers.CharField(source="reader.code")
    state = serializers.ChoiceField(choices=STATES)
    opens_at = serializers.DateTimeField(allow_null=True, help_text="When reading goes on, where it waits.")


class JudgementSerializer(serializers.Serializer[Any]):
    """A judgement as it is stored."""

    position = serializers.IntegerField(source="reading.position")
    revision = serializers.IntegerField()
    call = serializers.ChoiceField(choices=Call.choices, allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)


class JudgementResultSerializer(serializers.Serializer[Any]):
    """The receipt of a judgement, and where the session is now."""

    judgement = JudgementSerializer()
    session = SessionSerializer()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why something was refused, in words for the reader."""

    detail = serializers.CharField()


class ConflictSerializer(ProblemSerializer):
    """A refusal because the session is elsewhere, with where it is."""

    session = SessionSerializer()


class DraftVersionSerializer(serializers.Serializer[Any]):
    """The version under which a draft was kept."""

    version = serializers.IntegerField()


class DraftConflictSerializer(ProblemSerializer):
    """A refusal because another window has kept a newer draft, with that, or because the case is not current."""

    draft = DraftSerializer(allow_null=True)
    session = SessionSerializer()
