"""What a reader's browser sends."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from readerstudy.reading.models import Call
from readerstudy.reading.serializers import MarkSerializer
from readerstudy.reading.submissions import MarkMade, Submission
from readerstudy.reading.wire_fields import AnswersField, ViewLogField, WordField, is_storable

LONGEST_SECONDS = 7 * 86_400
LARGEST_DRAFT = 128 * 1024
MOST_ANSWERS = 100
MOST_MARKS = 100


def _seconds(**how: Any) -> serializers.FloatField:
    return serializers.FloatField(min_value=0, max_value=LONGEST_SECONDS, **how)


class JudgementRequestSerializer(serializers.Serializer[Any]):
    """A judgement as the browser sends it; what a phase does not ask for may be left out."""

    call = WordField(choices=Call.choices, allow_null=True, default=None)
    confidence = serializers.IntegerField(min_value=1, max_value=100, allow_null=True, default=None)
    answers = AnswersField(default=dict)
    marks = serializers.ListField(child=MarkSerializer(), default=list, max_length=MOST_MARKS)
    seconds = _seconds()
    paused_seconds = _seconds(default=0)
    hidden_seconds = _seconds(default=0)
    timed_out = serializers.BooleanField(default=False)
    view_log = ViewLogField(default=list)
    shown_at = serializers.DateTimeField(default_timezone=timezone.get_default_timezone())
    submitted_at = serializers.DateTimeField(default_timezone=timezone.get_default_timezone())
    revision = serializers.IntegerField(
        min_value=1,
        max_value=32_767,
        required=False,
        help_text="Which revision of the case's judgement this is to be; refused where it would become another.",
    )

    def submission(self) -> Submission:
        """Give the checked judgement."""
        data = {name: value for name, value in self.validated_data.items() if name != "revision"}
        marks = tuple(MarkMade(**mark) for mark in data.pop("marks"))
        return Submission(marks=marks, **data)


class DraftRequestSerializer(serializers.Serializer[Any]):
    """What was entered so far, and the version of it that this window has seen last: 0 for none."""

    body = serializers.DictField()
    seconds = _seconds()
    version = serializers.IntegerField(min_value=0)

    def validate_body(self, body: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no draft: too long, or not to be stored."""
        if not is_storable(body):
            raise serializers.ValidationError(_("The draft holds a character or a number that cannot be stored."))
        if len(json.dumps(body)) > LARGEST_DRAFT:
            raise serializers.ValidationError(_("A draft holds at most %(kb)s kB.") % {"kb": LARGEST_DRAFT // 1024})
        return body


class EndAnswersRequestSerializer(serializers.Serializer[Any]):
    """The answers to the questions at the end of a phase."""

    answers = AnswersField()


class DisplayRequestSerializer(serializers.Serializer[Any]):
    """The display, as the browser says, and whether the reader saw the whole test pattern."""

    width = serializers.IntegerField(min_value=1, max_value=100_000)
    height = serializers.IntegerField(min_value=1, max_value=100_000)
    pixel_ratio = serializers.FloatField(min_value=0.1, max_value=20)
    colour_depth = serializers.IntegerField(min_value=1, max_value=128)
    confirmed = serializers.BooleanField()
