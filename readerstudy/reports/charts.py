"""The charts of a report: one definition for page and paper."""

from __future__ import annotations

from typing import Any

from analysis import charts
from readerstudy.reports.models import Report
from readerstudy.reports.services import stored_table

NAMES = {"roc": "ROC curves", "forest": "Readers and their mean"}
