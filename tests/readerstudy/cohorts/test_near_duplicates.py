"""Copies that were altered are found and put before a person, who keeps both or excludes one."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.audit.models import Event
from readerstudy.cohorts import near_duplicates
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.importing import import_images
from readerstudy.cohorts.models import Case, Cohort, NearDuplicate, Source
from readerstudy.cohorts.near_duplicates import NearDuplicateError, decide_exclude, decide_keep, undo
from readerstudy.cohorts.perceptual_hash import NEAR, close_pairs, perceptual_hash
from readerstudy.cohorts.services import CaseError, create_cohort
from readerstudy.cohorts.source_image import SourceImage
from readerstudy.cohorts.sources import list_files
from tests.readerstudy.cohorts.samples import as_file

Grey = NDArray[np.float32]


def hash_of(pixels: Grey) -> str:
    return perceptual_hash(SourceImage(np.ascontiguousarray(pixels, np.float32), "PNG", 8))


def bits_apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def through_jpeg(pixels: Grey, quality: int = 50) -> Grey:
    file = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file)).astype(np.float32)


def half_as_large(pixels: Grey) -> Grey:
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS))


def with_a_marker(pixels: Grey) -> Grey:
    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).rectangle((5, 5, 5 + image.width // 8, 5 + image.height // 12), fill=255)
    return np.asarray(image)


ALTERATIONS: dict[str, Callable[[Grey], Grey]] = {
    "JPEG of quality 50": through_jpeg,
    "half the size": half_as_large,
    "brighter": lambda pixels: (pixels + 30).clip(0, 255),
    "less contrast": lambda pixels: pixels * 0.6 + 40,
    "gamma 0.7": lambda pixels: (255 * (pixels.clip(0, 255) / 255) ** 0.7).astype(np.float32),
    "grain": lambda pixels: pixels + np.random.default_rng(0).normal(0, 8, pixels.shape).astype(np.float32),
    "a marker": with_a_marker,
    "half the size, then JPEG": lambda pixels: through_jpeg(half_as_large(pixels), 60),
}


@pytest.fixture(scope="module")
def radiographs(shared_data: Path) -> dict[str, Grey]:
    return {path.name: decode(path.read_bytes()).pixels for path in sorted((shared_data / "images").iterdir())}


def test_different_radiographs_are_further_apart_than_copies(radiographs: dict[str, Grey], shared_data: Path) -> None:
    with (shared_data / "manifest.csv").open() as table:
        group = {Path(row["filename"]).name: row["group"] for row in csv.DictReader(table)}
    hashes = [(name, hash_of(pixels)) for name, pixels in radiographs.items()]
    distances = [
        bits_apart(one, other)
        for at, (name, one) in enumerate(hashes)
        for twin, other in hashes[:at]
        if group[name] != group[twin]
    ]
    assert len(distances) > 5_000
    assert min(distances) >= 40, "no two different chests come near: of what is found, all is right"


def test_altered_copies_of_radiographs_are_found(radiographs: dict[str, Grey]) -> None:
    found = {
        name: np.mean([bits_apart(hash_of(pixels), hash_of(alter(pixels))) <= NEAR for pixels in radiographs.values()])
        for name, alter in ALTERATIONS.items()
    }
    assert min(found.values()) >= 0.98, found
    assert np.mean(list(found.values())) >= 0.99


def test_a_cropped_copy_may_be_missed(radiographs: dict[str, Grey]) -> None:
    """A limit that the documentation names: the hash compares places, and a crop moves them all."""
    cropped = [pixels[20:-20, 20:-20] for pixels in radiographs.values() if min(pixels.shape) > 500]
    whole = [pixels for pixels in radiographs.values() if min(pixels.shape) > 500]
    found = [bits_apart(hash_of(one), hash_of(two)) <= NEAR for one, two in zip(whole, cropped, strict=True)]
    assert np.mean(found) < 0.5


HASHES = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=0, max_size=30)


@given(HASHES, st.integers(0, 256), st.none() | st.integers(0, 9))
def test_exactly_the_closest_pairs_are_found(hashes: list[str], near: int, most: int | None) -> None:
    expected = [
        (bits_apart(hashes[one], hashes[other]), one, other)
        for other in range(len(hashes))
        for one in range(other)
        if bits_apart(hashes[one], hashes[other]) <= near
    ]
    found = close_pairs(hashes, near=near, most=most)
    assert [(distance, one, other) for one, other, distance in found] == sorted(expected)[:most]


def test_pairs_across_blocks_are_found() -> None:
    hashes = [secrets.token_hex(32) for _ in range(1300)]
    hashes[1290] = hashes[3]
    hashes[700] = f"{int(hashes[600], 16) ^ 0b111:064x}"
    assert close_pairs(hashes) == [(3, 1290, 0), (600, 700, 3)]


@pytest.fixture
def cohort(db: None) -> Cohort:
    return create_cohort(name="mine", actor=None)


@pytest.fixture
def actor(db: None) -> User:
    return create_user(username="someone", password=None, role=Role.COORDINATOR)


def noise(seed: int) -> NDArray[np.uint8]:
    """A picture that is like no other."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((96, 96), Image.Resampling.BICUBIC))


@pytest.fixture
def pair(cohort: Cohort, tmp_path: Path) -> NearDuplicate:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "original.png").write_bytes(as_file(noise(1)))
    (folder / "copy.jpg").write_bytes(as_file(noise(1), "JPEG", quality=60))
    (folder / "other.png").write_bytes(as_file(noise(2)))
    summary = import_images(cohort=cohort, files=list_files(folder), actor=None)
    assert (len(summary.imported), summary.near_duplicates) == (3, 1)
    return NearDuplicate.objects.get()


def test_a_copy_is_suggested_after_the_import(pair: NearDuplicate) -> None:
    names = dict(Source.objects.values_list("case", "name"))
    assert {names[pair.first_id], names[pair.second_id]} == {"original.png", "copy.jpg"}
    assert (pair.decision, pair.distance <= NEAR) == ("open", True)


def test_pairs_are_found_once(pair: NearDuplicate, cohort: Cohort) -> None:
    assert near_duplicates.find(cohort) == 0
    assert NearDuplicate.objects.count() == 1


def test_both_can_be_kept(pair: NearDuplicate, cohort: Cohort, actor: User) -> None:
    decide_keep(pair=pair, actor=actor)
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by) == ("keep", actor)
    assert pair.decided_at is not None
    assert (near_duplicates.undecided(cohort), cohort.cases.count()) == (0, 3)
    assert Event.objects.get(verb="cohorts.near_duplicate_kept").actor_id == actor.pk


def test_one_can_be_excluded_and_the_other_stays(pair: NearDuplicate, cohort: Cohort, actor: User) -> None:
    decide_exclude(pair=pair, which=pair.second, actor=actor)
    excluded = Case.with_excluded.get(pk=pair.second_id)
    assert excluded.excluded_because == f"near duplicate of {pair.first.code}"
    assert (near_duplicates.undecided(cohort), cohort.cases.count()) == (0, 2)
    assert Event.objects.filter(verb="cohorts.near_duplicate_excluded").exists()


def test_a_decision_can_be_undone(pair: NearDuplicate, cohort: Cohort, actor: User) -> None:
    decide_exclude(pair=pair, which=pair.first, actor=actor)
    undo(pair=pair, actor=actor)
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by, pair.decided_at) == ("open", None, None)
    assert (near_duplicates.undecided(cohort), cohort.cases.count()) == (1, 3)
    decide_keep(pair=pair, actor=actor)
    undo(pair=pair, actor=actor)
    assert near_duplicates.undecided(cohort) == 1


def test_undoing_leaves_a_case_excluded_that_was_excluded_for_another_reason(
    pair: NearDuplicate, cohort: Cohort, actor: User
) -> None:
    decide_exclude(pair=pair, which=pair.first, actor=actor)
    Case.with_excluded.filter(pk=pair.first_id).update(excluded_because="no chest")
    undo(pair=pair, actor=actor)
    assert cohort.cases.count() == 2


def test_what_makes_no_sense_is_refused_in_words(pair: NearDuplicate, cohort: Cohort, actor: User) -> None:
    stranger = cohort.cases.exclude(pk__in=(pair.first_id, pair.second_id)).get()
    with pytest.raises(NearDuplicateError, match="is none of this pair"):
        decide_exclude(pair=pair, which=stranger, actor=actor)
    with pytest.raises(NearDuplicateError, match="nothing to undo"):
        undo(pair=pair, actor=actor)
    decide_keep(pair=pair, actor=actor)
    with pytest.raises(NearDuplicateError, match="decided already"):
        decide_exclude(pair=pair, which=pair.first, actor=actor)


def test_in_a_locked_cohort_nothing_is_decided(pair: NearDuplicate, cohort: Cohort, actor: User) -> None:
    Cohort.objects.update(is_locked=True)
    with pytest.raises(CaseError, match="locked study"):
        decide_keep(pair=pair, actor=actor)
    with pytest.raises(CaseError, match="locked study"):
        undo(pair=pair, actor=actor)
    assert cohort.cases.count() == 3


def test_a_pair_with_an_excluded_case_needs_no_decision(pair: NearDuplicate, cohort: Cohort) -> None:
    Case.with_excluded.filter(pk=pair.first_id).update(excluded_at="2026-01-01T00:00Z", excluded_because="blurred")
    assert near_duplicates.undecided(cohort) == 0
