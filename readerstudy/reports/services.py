"""Computing a report: the ratings table is stored with its hash, and everything else follows from it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from readerstudy.audit import services as audit
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import ratings_table
from readerstudy.studies.models import Study
