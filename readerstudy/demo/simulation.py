"""Simulated readers: they play a study through the HTTP API as a browser does, with an ability that is set."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import requests
from django.utils import timezone
from scipy.special import ndtri

# The share of the decision variable's variance that all readers of a case have in common.
CASE_SHARE = 0.3


@dataclass(frozen=True)
class Ability:
    """How a simulated reader reads.

    Attributes
    ----------
    auc : float
        The area under the reader's ROC curve over all cases that could be drawn, 0.5 to below 1.
    pace : float
        The median time per case, in seconds.
    """

    auc: float
    pace: float = 9.0

    @property
    def separation(self) -> float:
        """d′ of an equal-variance binormal reader with this AUC: √2 · Φ⁻¹(AUC) (Green & Swets 1966)."""
        return float(math.sqrt(2) * ndtri(self.auc))


@dataclass(frozen=True)
class Judgement:
    """What a simulated reader says of a case."""

    call: str
    confidence: int
    seconds: float


def judge(ability: Ability, *, synthetic: bool, case_effect: float, generator: np.random.Generator) -> Judgement:
    """Draw one judgement.

    The decision variable is normal with unit variance around ±d′/2; `case_effect` (standard normal) is its part that
    all readers share, so that hard cases are hard for everybody. Call and confidence are a monotone map of it, so the
    ratings keep the AUC: the confidence is the posterior probability of the call at even odds.
    """
    noise = generator.standard_normal()
    centre = ability.separation / 2 * (1 if synthetic else -1)
    decision = centre + math.sqrt(CASE_SHARE) * case_effect + math.sqrt(1 - CASE_SHARE) * noise
    certainty = abs(math.tanh(max(ability.separation, 0.3) * decision / 2))
    return Judgement(
        call="synthetic" if decision > 0 else "authentic",
        confidence=min(100, max(1, round(100 * certainty))),
        seconds=round(float(generator.lognormal(math.log(ability.pace), 0.4)), 2),
    )


class SimulatedReader:
    """One reader at the HTTP API.

    Parameters
    ----------
    address : str
        Where the application is served.
    username, password : str
        The reader's login.
    """

    def __init__(self, address: str, username: str, password: str) -> None:
        self.address = address
        self.http = requests.Session()
        self.http.trust_env = False  # a proxy of this machine has no part in what stays on it
        self._post_form("/accounts/login/", username=username, password=password)

    def read_study(self, slug: str, judge_case: Callable[[str, int], Judgement]) -> int:
        """Consent, and read every phase to its end.

        Parameters
        ----------
        slug : str
            The study.
        judge_case : callable
            Gives the judgement of the case at a position of a session (code, position).

        Returns
        -------
        int
            How many judgements were sent.
        """
        self._post(f"/api/v1/studies/{slug}/consent/")
        sent = 0
        state: dict[str, Any] = {"next_session": True}
        while state["next_session"]:
            state = self._post(f"/api/v1/studies/{slug}/sessions/")
            while not state["finished"]:
                state = self._send(state, judge_case)
                sent += 1
        return sent

    def _send(self, state: Mapping[str, Any], judge_case: Callable[[str, int], Judgement]) -> dict[str, Any]:
        position = state["readings"][0]["position"]
        judgement = judge_case(state["code"], position)
        now = timezone.now()
        body = {
            "call": judgement.call,
            "confidence": judgement.confidence,
            "seconds": judgement.seconds,
            "shown_at": (now - timedelta(seconds=judgement.seconds)).isoformat(),
            "submitted_at": now.isoformat(),
        }
        path = f"/api/v1/sessions/{state['code']}/readings/{position}/judgements/"
        session: dict[str, Any] = self._post(path, body, {"Idempotency-Key": str(uuid.uuid4())})["session"]
        return session

    def _post(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        token = {"X-CSRFToken": self.http.cookies["csrftoken"], **(headers or {})}
        response = self.http.post(self.address + path, json=body, headers=token, timeout=60)
        if not response.ok:
            raise RuntimeError(f"{path} answered {response.status_code}: {response.text[:300]}")
        answer: dict[str, Any] = response.json()
        return answer

    def _post_form(self, path: str, **fields: str) -> None:
        self.http.get(self.address + path, timeout=60).raise_for_status()
        fields["csrfmiddlewaretoken"] = self.http.cookies["csrftoken"]
        response = self.http.post(self.address + path, data=fields, timeout=60)
        if "sessionid" not in self.http.cookies:
            raise RuntimeError(f"The login of {fields['username']} was refused ({response.status_code}).")
