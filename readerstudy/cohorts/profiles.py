"""Presentation profiles: named, versioned recipes from a decoded image to what readers get."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazily

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Fit = Literal["square", "letterbox", "own"]
Transfer = Literal["raw", "htj2k"]


class ProfileError(Exception):
    """A recipe cannot be used; the message names the setting and what it may be."""


@dataclass(frozen=True)
class PresentationProfile:
    """A recipe; what it gives for an image never changes under one name.

    Attributes
    ----------
    name : str
        Name and version, stored with every image. A profile with changed settings is named after them.
    fit : {"square", "letterbox", "own"}
        Cut the centre square out; keep all and add bars; or keep the image's own matrix.
    side : int
        Rows and columns of the square matrix; unused with the own matrix.
    bits : int
        Bits of a grey value: 8, or 9–16 stored in two bytes.
    display : bool
        Apply the window or VOI LUT that a DICOM file brings along.
    crop_borders : bool
        Cut uniform borders off.
    darkest, brightest : float
        Percentiles of the picture that become the lowest and highest grey value; what lies beyond is clipped.
    normalise : bool
        Spread grey values between those percentiles; otherwise values are kept as acquired (rounded, clipped to bits).
    spacing : float or None
        Millimetres between pixel centres to which every image is resampled and that readers may measure by; an image
        that does not say its own is rejected.
    resample_side : int or None
        Go through this coarser matrix first, so that all images have lost the same detail.
    jpeg_quality : int or None
        Go through JPEG of this quality, so that all images carry the same compression artefacts.
    transfer : {"raw", "htj2k"}
        How frames travel: uncompressed, or losslessly compressed and padded to the cohort's longest.
    border_mean, border_peak : float
        How far an edge line may stray from the border's one grey level, on average and anywhere, as parts of the
        image's own range: enough for compression artefacts and scanner noise, too little for a fingertip.
    """

    name: str
    fit: Fit = "square"
    side: int = 1024
    bits: int = 8
    display: bool = True
    crop_borders: bool = True
    normalise: bool = True
    darkest: float = 0.5
    brightest: float = 99.5
    spacing: float | None = None
    resample_side: int | None = None
    jpeg_quality: int | None = None
    transfer: Transfer = "raw"
    border_mean: float = 0.01
    border_peak: float = 0.15

    def __post_init__(self) -> None:
        """Refuse settings that no image can be made by.

        Raises
        ------
        ProfileError
            A setting has a value that it cannot have, or two do not go together.
        """
        for name, (is_possible, words) in _POSSIBLE.items():
            value = getattr(self, name)
            if not (value is None and name in _OPTIONAL) and not is_possible(value):
                raise ProfileError(
                    _("%(name)s must be %(words)s, not %(value)r.") % {"name": name, "words": words, "value": value}
                )
        if self.darkest >= self.brightest:
            raise ProfileError(_("darkest must be less than brightest."))
        if self.jpeg_quality is not None and (self.bits != 8 or not self.normalise):
            raise ProfileError(_("jpeg_quality needs bits=8 and normalise=yes: JPEG holds 256 grey values."))
        if self.fit == "own" and self.transfer == "htj2k":
            raise ProfileError(_("transfer=htj2k needs one matrix for all images: choose fit=square or fit=letterbox."))

    @property
    def base(self) -> str:
        """Name of the ready-made profile that this one is, or was changed from."""
        return self.name.partition("+")[0]

    @property
    def description(self) -> str:
        """Say in a sentence what the profile does, for a coordinator who chooses one."""
        return str(_DESCRIPTIONS.get(self.base, ""))

    @property
    def warning(self) -> str:
        """Say what readers or computers can tell from images of this profile besides the picture; mostly nothing."""
        return " ".join(str(words) for words, leaks in _LEAKS if leaks(self))

    def as_recipe(self) -> dict[str, Any]:
        """Give all settings, as stored with a cohort and with every image."""
        return dataclasses.asdict(self)

    @classmethod
    def from_recipe(cls, recipe: dict[str, Any]) -> PresentationProfile:
        """Give the profile that a stored recipe describes."""
        return cls(**recipe)

    def changed(self, **settings: Any) -> PresentationProfile:
        """Give this profile with other settings, under a name that tells them apart.

        Raises
        ------
        ProfileError
            There is no such setting, or it cannot have this value.
        """
        fields = {field.name for field in dataclasses.fields(self)} - {"name"}
        for name in settings:
            if name not in fields:
                raise ProfileError(
                    _("There is no setting %(name)r. Known: %(names)s.")
                    % {"name": name, "names": ", ".join(sorted(fields))}
                )
        plain = dataclasses.replace(self, name=self.base, **{key: _exact(key, one) for key, one in settings.items()})
        base = PROFILES.get(self.base, self)
        changes = [
            f"{name}={_as_text(value)}"
            for name, value in plain.as_recipe().items()
            if name != "name" and value != getattr(base, name)
        ]
        return dataclasses.replace(plain, name=_changed_name(self.base, changes))


def profile_named(text: str) -> PresentationProfile:
    """Give the profile of `NAME` or `NAME,setting=value,…`.

    Parameters
    ----------
    text : str
        For instance `square-1024-8bit/2` or `square-1024-8bit/2,side=512,display=no`; an optional setting is
        switched off by `none`.

    Raises
    ------
    ProfileError
        There is no such profile or setting, or a value cannot be read.
    """
    name, *changes = (part.strip() for part in text.split(","))
    if name not in PROFILES:
        raise ProfileError(
            _("There is no profile %(name)r. Known: %(names)s.") % {"name": name, "names": ", ".join(PROFILES)}
        )
    settings: dict[str, Any] = {}
    for change in changes:
        setting, equals, value = (part.strip() for part in change.partition("="))
        if not equals:
            raise ProfileError(
                _("%(change)r changes nothing: write setting=value, for instance side=512.") % {"change": change}
            )
        settings[setting] = _as_value(setting, value)
    return PROFILES[name].changed(**settings)


def _changed_name(base: str, changes: list[str]) -> str:
    """Name a profile after its changes; by a digest of them where there are too many to be read."""
    told = "+".join([base, ",".join(changes)]) if changes else base
    if len(told) <= LONGEST_NAME:
        return told
    return f"{base}+{hashlib.sha256(','.join(changes).encode()).hexdigest()[:12]}"


def _exact(setting: str, value: Any) -> Any:
    """Give a fraction that was written as a whole number as what it is, so that it has one name."""
    return float(value) if setting in _FRACTIONS and type(value) is int else value


def _as_text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)


def _as_value(setting: str, text: str) -> Any:
    """Read a setting's value; words that no setting takes are left to the profile's own check."""
    if setting in ("fit", "transfer"):
        return text
    known = {"yes": True, "no": False, "none": None}
    if text.lower() in known:
        return known[text.lower()]
    try:
        return float(text) if setting in _FRACTIONS else int(text)
    except ValueError:
        raise ProfileError(
            _("%(setting)s cannot be %(text)r: write a number, yes, no or none.") % {"setting": setting, "text": text}
        ) from None


def _is_whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _is_number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: type(value) in (int, float) and math.isfinite(value) and low <= value <= high


def _is_switch(value: Any) -> bool:
    return type(value) is bool


# Longest name that is stored with an image.
LONGEST_NAME = 80
_OPTIONAL = {"spacing", "resample_side", "jpeg_quality"}
_FRACTIONS = {"darkest", "brightest", "spacing", "border_mean", "border_peak"}
_POSSIBLE: dict[str, tuple[Callable[[Any], bool], StrOrPromise]] = {
    "fit": (lambda value: value in get_args(Fit), _lazily("square, letterbox or own")),
    "side": (_is_whole(64, 4096), _lazily("a whole number of pixels, 64–4096")),
    "bits": (_is_whole(8, 16), _lazily("a whole number of bits, 8–16")),
    "display": (_is_switch, _lazily("yes or no")),
    "crop_borders": (_is_switch, _lazily("yes or no")),
    "normalise": (_is_switch, _lazily("yes or no")),
    "darkest": (_is_number(0, 50), _lazily("a percentile, 0–50")),
    "brightest": (_is_number(50, 100), _lazily("a percentile, 50–100")),
    "spacing": (_is_number(0.01, 10), _lazily("millimetres between pixels, 0.01–10, or none")),
    "resample_side": (_is_whole(64, 4096), _lazily("a whole number of pixels, 64–4096, or none")),
    "jpeg_quality": (_is_whole(10, 95), _lazily("a JPEG quality, 10–95, or none")),
    "transfer": (lambda value: value in get_args(Transfer), _lazily("raw or htj2k")),
    "border_mean": (_is_number(0, 1), _lazily("a part of the image's range, 0–1")),
    "border_peak": (_is_number(0, 1), _lazily("a part of the image's range, 0–1")),
}

# What an image tells besides the picture, and by which profiles.
_LEAKS: list[tuple[StrOrPromise, Callable[[PresentationProfile], bool]]] = [
    (
        _lazily("Matrix and length stay those of the source: both can tell the class by themselves."),
        lambda profile: profile.fit == "own",
    ),
    (
        _lazily("Bars keep the shape of the source's canvas: where the classes differ in shape, it tells the class."),
        lambda profile: profile.fit == "letterbox" and profile.spacing is None,
    ),
    (
        _lazily("Bars keep the size of the field that was imaged: where the classes differ in it, it tells the class."),
        lambda profile: profile.fit != "own" and profile.spacing is not None,
    ),
    (
        _lazily("Grey values stay those of the source: their range and number of levels can tell the class."),
        lambda profile: not profile.normalise,
    ),
    (
        _lazily("Borders stay: a frame, a margin or a scanner's edge can tell the class."),
        lambda profile: not profile.crop_borders,
    ),
]

DEFAULT_PROFILE = PresentationProfile(name="square-1024-8bit/2")

_READY_MADE: list[tuple[PresentationProfile, StrOrPromise]] = [
    (
        DEFAULT_PROFILE,
        _lazily(
            "The centre square at 1024 × 1024 in 256 greys, with the window that a DICOM file brings: for most studies."
        ),
    ),
    (
        PresentationProfile(name="square-1024-8bit/1", display=False),
        _lazily(
            "The same without the file's own window, as the first release made it: to add to or repeat its studies."
        ),
    ),
    (
        PresentationProfile(name="square-512-8bit/1", side=512),
        _lazily("The centre square at 512 × 512: for sources that have no more detail, and slow networks."),
    ),
    (
        PresentationProfile(name="letterbox-1024-8bit/1", fit="letterbox"),
        _lazily("The whole image with bars at 1024 × 1024: where the edges of long images matter."),
    ),
    (
        PresentationProfile(name="levelled-1024-8bit/1", resample_side=512, jpeg_quality=75),
        _lazily(
            "Every image goes through 512 × 512 and JPEG: "
            "takes the fine detail and compression traces that tell a source."
        ),
    ),
    (
        PresentationProfile(name="square-1024-12bit/1", bits=12),
        _lazily("The centre square at 1024 × 1024 in 4096 greys: for readers who window widely."),
    ),
    (
        PresentationProfile(name="calibrated-1024-8bit/1", spacing=0.2),
        _lazily(
            "Every image at 0.2 mm between pixels, 205 mm on a side, so that readers may measure; "
            "images that do not say their spacing are rejected."
        ),
    ),
    (
        PresentationProfile(name="square-1024-htj2k/1", transfer="htj2k"),
        _lazily(
            "The centre square at 1024 × 1024, compressed without loss and padded to one length: for slow networks."
        ),
    ),
    (
        PresentationProfile(
            name="as-acquired-16bit/1",
            fit="own",
            bits=16,
            display=False,
            crop_borders=False,
            normalise=False,
        ),
        _lazily("Every pixel as the source has it: for studies in which nobody must be blinded to the source."),
    ),
]
PROFILES = {profile.name: profile for profile, _ in _READY_MADE}
_DESCRIPTIONS = {profile.name: words for profile, words in _READY_MADE}
