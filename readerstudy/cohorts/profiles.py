"""Presentation profiles: named, versioned recipes from a decoded image to what readers get."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, Self

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

    def as_recipe(self) -> dict[str, Any]:
        """Give all settings, as stored with a cohort and with every image."""
        return dataclasses.asdict(self)

    @classmethod
    def from_recipe(cls, recipe: dict[str, Any]) -> Self:
        """Give the profile that a stored recipe describes."""
        return cls(**recipe)

    def changed(self, **settings: Any) -> PresentationProfile:
        """Give this profile with other settings, under a name that tells them apart.

        Raises
        ------
        ProfileError
            There is no such setting, or it cannot have this value.
        """
        raise NotImplementedError


DEFAULT_PROFILE = PresentationProfile(name="square-1024-8bit/2")
