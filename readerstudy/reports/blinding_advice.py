"""Which setting of the presentation profile acts on which cue; only another audit tells by how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.leakage.cues import CUES
from readerstudy.cohorts.profiles import PresentationProfile

_MOMENTS = ("mean", "sd", "skewness", "kurtosis")
_TEXTURE = ("high_frequency", "noise", "spectrum_slope")


@dataclass(frozen=True)
class _Remedy:
    """A setting that helps against some cues, where the profile does not have it yet."""

    features: tuple[str, ...]
    setting: str
    helps: Callable[[PresentationProfile], bool]
    words: str


_REMEDIES = [
    _Remedy(("border_width",), "crop_borders=yes", lambda p: not p.crop_borders, "cuts uniform borders off"),
    _Remedy(
        ("border_width", "aspect"), "fit=square", lambda p: p.fit != "square", "cuts out the centre square of all"
    ),
    _Remedy(_MOMENTS, "normalise=yes", lambda p: not p.normalise, "spreads grey values alike in all images"),
    _Remedy(("levels",), "bits=8", lambda p: p.bits > 8, "leaves every image 256 grey values at most"),
    _Remedy(
        (*_TEXTURE, "blockiness", "levels"), "resample_side=512", lambda p: p.resample_side is None,
        "takes the detail from all images that only some of them have",
    ),
    _Remedy(
        (*_TEXTURE, "blockiness"), "jpeg_quality=75", lambda p: p.jpeg_quality is None and p.bits == 8 and p.normalise,
        "puts the same compression artefacts into all images",
    ),
    _Remedy(
        _TEXTURE, "resample_side=256", lambda p: p.resample_side is not None and p.resample_side > 256,
        "takes more of the detail from all images",
    ),
]  # fmt: skip
_NO_REMEDY = "No setting acts on these: they may be the very signal. Report them with the results."


def advice(features: Sequence[dict[str, Any]], profile: PresentationProfile) -> list[dict[str, Any]]:
    """Say which settings act on the cues whose interval at presentation lies above chance.

    Returns
    -------
    list of dict
        `setting` (of the profile; empty for the cues that none lowers), `words`, and `features` and `names` of the
        cues, the strongest first.
    """
    telling = [one for one in features if one["stage"] == "presentation" and one["ci"][0] > 0.5]
    telling.sort(key=lambda one: -one["auc"])
    names = [str(one["feature"]) for one in telling]
    remedies = [remedy for remedy in _REMEDIES if remedy.helps(profile)]
    lines = [_line(one.setting, one.words, [name for name in names if name in one.features]) for one in remedies]
    helped = {name for remedy in remedies for name in remedy.features}
    lines.append(_line("", _NO_REMEDY, [name for name in names if name not in helped]))
    return [line for line in lines if line["features"]]


def _line(setting: str, words: str, features: list[str]) -> dict[str, Any]:
    return {"setting": setting, "words": words, "features": features, "names": [CUES[name] for name in features]}
