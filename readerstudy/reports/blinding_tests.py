"""The second level of the blinding audit: whether codes, order or times tell the classes apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from analysis.leakage.tests import characters_p, family, rank_p, runs_p
from readerstudy.reports.blinding_container import Presented


def judge(
    all_presented: Sequence[Presented],
    positive: Sequence[bool],
    *,
    search_order: Sequence[float],
    seconds: Sequence[float],
) -> list[dict[str, Any]]:
    """Test everything that could tell the classes apart by order or time, as one family.

    Parameters
    ----------
    all_presented : sequence of Presented
        In the order in which the cases came in.
    positive : sequence of bool
        Whether each of them is synthetic; both classes occur.
    search_order, seconds : sequence of float
        Place in a list of search results, and median response time, of each.

    Returns
    -------
    list of dict
        The fields of `analysis.leakage_tests.LeakTest`.
    """
    cases = [one.case for one in all_presented]
    codes = [case.code for case in cases]
    alphabet = {code: place for place, code in enumerate(sorted(codes))}
    rows = {pk: place for place, pk in enumerate(sorted(case.pk for case in cases))}
    by_row = [chosen for _, chosen in sorted(zip((case.pk for case in cases), positive, strict=True))]
    p_values = {
        "case codes, alphabetical order": rank_p([alphabet[code] for code in codes], positive),
        "case codes, characters": characters_p(codes, positive),
        "import order": rank_p([rows[case.pk] for case in cases], positive),
        "import order, runs of one class": runs_p(by_row),
        "import time": rank_p([case.created_at.timestamp() for case in cases], positive),
        "order of search results": rank_p(search_order, positive),
        "response time": rank_p(seconds, positive),
    }
    positives = sum(positive)
    return [asdict(test) for test in family(p_values, positives=positives, negatives=len(cases) - positives)]


def failed(tests: Sequence[dict[str, Any]]) -> list[str]:
    """Name the features that tell the classes apart."""
    return [test["feature"] for test in tests if test["significant"]]
