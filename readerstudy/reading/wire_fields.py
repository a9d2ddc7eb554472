"""Parts of the wire that the framework has no field for: an answer, a point on an image, the log of the view."""

from __future__ import annotations

import json
import math
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LONGEST_ANSWER = 10_000
LONGEST_LINE = 2_000
LONGEST_LOG = 2_000
LARGEST_LOG = 64 * 1024
# Window, zoom, pan, invert, orientation, reset, magnifier, measure, hidden, pause: docs/data-dictionary.md.
VIEW_CODES = frozenset("wzpiormlvb")
_LARGEST_NUMBER = 10**15

_NUMBER_OR_TEXT = {"oneOf": [{"type": "string"}, {"type": "number"}]}


def is_number(value: Any) -> bool:
    """Whether this is a finite number; JSON's true and 1e999 are none."""
    if isinstance(value, int):  # which may have more digits than a float can hold
        return not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER
    return isinstance(value, float) and math.isfinite(value)


def is_storable(value: Any) -> bool:
    """Whether every database can hold this as JSON: no NUL, no half of a character, no number beyond all bounds."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str):
            if "\x00" in one or any("\ud800" <= letter <= "\udfff" for letter in one):
                return False
        elif isinstance(one, int | float) and not abs(one) < _LARGEST_NUMBER:  # NaN is not less either
            return False
    return True


@extend_schema_field(_NUMBER_OR_TEXT)
class AnswerField(serializers.Field[Any, Any, Any, Any]):
    """Words, or the number of an option."""

    def to_internal_value(self, data: Any) -> str | int:
        """Take text, and whole numbers."""
        if isinstance(data, str) and len(data) <= LONGEST_ANSWER and is_storable(data):
            return data
        if isinstance(data, int) and not isinstance(data, bool) and abs(data) < 2**31:
            return data
        raise serializers.ValidationError(
            _("An answer is a whole number, or text of up to %(n)s characters.") % {"n": LONGEST_ANSWER}
        )

    def to_representation(self, value: Any) -> Any:
        """Give it as it is stored."""
        return value


class AnswersField(serializers.DictField):
    """Answers by the name of their question."""

    child = AnswerField()

    def to_internal_value(self, data: Any) -> Any:
        """Take names that can be stored, and said back."""
        if isinstance(data, dict) and not is_storable(list(data)):
            raise serializers.ValidationError(_("The draft holds a character or a number that cannot be stored."))
        return super().to_internal_value(data)


class WordField(serializers.ChoiceField):
    """One of some words; what cannot be written is not said back."""

    def to_internal_value(self, data: Any) -> Any:
        """Take a choice."""
        return super().to_internal_value(data if is_storable(data) else "?")


_POINT = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


@extend_schema_field({"type": "array", "items": _POINT})
class PointsField(serializers.Field[Any, Any, Any, Any]):
    """Pairs of fractions of the image: x to the right, y down."""

    def to_internal_value(self, data: Any) -> list[list[float]]:
        """Take points within the image."""
        if isinstance(data, list) and 1 <= len(data) <= LONGEST_LINE and all(map(_is_point, data)):
            return [[float(x), float(y)] for x, y in data]
        raise serializers.ValidationError(
            _("The points of a mark are pairs [x, y] from 0 to 1; at most %(n)s of them.") % {"n": LONGEST_LINE}
        )

    def to_representation(self, value: Any) -> Any:
        """Give them as they are stored."""
        return value


def _is_point(data: Any) -> bool:
    return isinstance(data, list) and len(data) == 2 and all(is_number(one) and 0 <= one <= 1 for one in data)


@extend_schema_field({"type": "array", "items": {"type": "array", "items": _NUMBER_OR_TEXT}})
class ViewLogField(serializers.Field[Any, Any, Any, Any]):
    """What the reader did with the view: `[ms since the first image, code, ...numbers]` one after the other."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Take what is a log and not too long for one case."""
        if not isinstance(data, list) or not all(map(_is_entry, data)):
            raise serializers.ValidationError(
                _("An entry of the view log is [milliseconds, code, numbers …], with a code from %(codes)s.")
                % {"codes": " ".join(sorted(VIEW_CODES))}
            )
        if len(data) > LONGEST_LOG or len(json.dumps(data, separators=(",", ":"))) > LARGEST_LOG:
            raise serializers.ValidationError(
                _("The view log has at most %(n)s entries and %(kb)s kB.")
                % {"n": LONGEST_LOG, "kb": LARGEST_LOG // 1024}
            )
        return data

    def to_representation(self, value: Any) -> Any:
        """Give it as it is stored."""
        return value


def _is_entry(data: Any) -> bool:
    if not isinstance(data, list) or not 2 <= len(data) <= 6:
        return False
    at, code, *numbers = data
    return is_number(at) and at >= 0 and isinstance(code, str) and code in VIEW_CODES and all(map(is_number, numbers))
