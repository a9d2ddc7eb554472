"""A crowd of simulated readers, what they were promised, and what the database holds of it afterwards."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from readerstudy.demo.line import HttpLine, Watch
from readerstudy.demo.minds import Picture, SimulatedMind
from readerstudy.demo.playing import Played, Receipt, SimulatedReader
from readerstudy.demo.simulation import Ability

PATIENCE = 120.0  # seconds for which a reader tries again before the trial counts as failed


@dataclass
class Crowd:
    """Readers who play one study at the same time, each in a thread of its own.

    Attributes
    ----------
    receipts : list
        Every judgement that the server acknowledged to one of them.
    played : list
        How far each came.
    errors : list
        What stopped one of them before the end.
    """

    address: str
    logins: Sequence[Mapping[str, str]]
    seed: int
    watch: Watch = lambda _kind, _seconds: None
    looks: Callable[[Any, Any], None] = lambda _line, _state: None
    pause: float = 0.0
    receipts: list[Receipt] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def start(self) -> None:
        """Let them begin."""
        self._threads = [Thread(target=self._play, args=(number,)) for number in range(len(self.logins))]
        for thread in self._threads:
            thread.start()

    @property
    def is_reading(self) -> bool:
        """Whether one of them still reads."""
        return any(thread.is_alive() for thread in self._threads)

    def wait(self) -> None:
        """Wait until all have come to their end."""
        for thread in self._threads:
            thread.join()

    def _play(self, number: int) -> None:
        line = HttpLine(self.address, cookies=self.logins[number], patience=PATIENCE, watch=self.watch)
        mind = SimulatedMind(Ability(0.8), reader=number, seed=self.seed, know=_by_chance)
        hurry = random.Random(self.seed + number)

        def look(line: Any, state: Any) -> None:
            self.looks(line, state)
            time.sleep(self.pause * hurry.random())

        try:
            reader = SimulatedReader(line, mind, note=self.receipts.append, looks=look)
            self.played.append(reader.read_study("s"))
        except BaseException as error:
            self.errors.append(error)


def _by_chance(_session: str, position: int) -> Picture:
    """Nobody here knows the truth: let every second place pass for synthetic."""
    return Picture(synthetic=bool(position % 2), number=position)


@dataclass(frozen=True)
class Tally:
    """What became of what was acknowledged.

    Attributes
    ----------
    acknowledged : int
        Judgements that a reader saw the server take.
    found : int
        Those of them that are in the database as they were sent.
    doubled : int
        Rows more than one for a key, or for a revision of a place.
    stored : int
        All rows; one more than acknowledged for every answer that was lost and never asked for again.
    """

    acknowledged: int
    found: int
    doubled: int
    stored: int


def tally(receipts: Sequence[Receipt], stock: Mapping[str, Any]) -> Tally:
    """Compare what the readers were promised with what is there."""
    rows = stock["judgements"]
    keys = Counter(row["key"] for row in rows)
    places = Counter((row["session"], row["position"], row["revision"]) for row in rows)
    by_key = {row["key"]: row for row in rows}
    return Tally(
        acknowledged=len(receipts),
        found=sum(_is_as_sent(receipt, by_key.get(receipt.key)) for receipt in receipts),
        doubled=sum(count - 1 for count in [*keys.values(), *places.values()]),
        stored=len(rows),
    )


def _is_as_sent(receipt: Receipt, row: Mapping[str, Any] | None) -> bool:
    if row is None:
        return False
    where = (row["session"], row["position"], row["revision"])
    said = [receipt.body[name] for name in ("call", "confidence", "answers", "seconds")]
    return where == (receipt.session, receipt.position, receipt.revision) and said == [
        row["call"], row["confidence"], row["answers"], row["seconds"]
    ]  # fmt: skip
