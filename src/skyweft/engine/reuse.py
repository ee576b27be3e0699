"""Which stages need not work: what they would do is there, and nobody asks them for more.

A stage's work on a block, and its closing over a whole run, are what it left of files and what it
said. They are taken over where an earlier run has kept them under the same key. What a stage gives
to those after it is read from its files where the product says how; where it does not, the stage
works again for as long as somebody after it does.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from skyweft.engine.keys import of_part
from skyweft.stage import Block, Journal, Product, Stage, Whole
from skyweft.stage.registry import fault
from skyweft.store.journal import sealed
from skyweft.store.kept import Kept
from skyweft.store.names import TABLE

GIVEN = "given."  # a product in the journal
WHOLE = "whole"  # the part of a run's work that is its closing

Notes = dict[Stage, Any]


@dataclass(slots=True)
class Reuse:
    """Work that is kept of earlier runs, and what of it this one took over.

    Parameters
    ----------
    kept : Kept
        Where it lies.
    keys : mapping of str to str
        Of the stages that may take part, by theirs.
    unchanged : callable
        Whether what the keys stand for is still so.
    """

    kept: Kept = field(default_factory=Kept.nothing)
    keys: Mapping[str, str | None] = field(default_factory=dict)
    unchanged: Callable[[], bool] = lambda: True
    taken: Counter[str] = field(default_factory=Counter)  # blocks by stage

    def __bool__(self) -> bool:
        return bool(self.kept)

    def take_block(self, stages: Sequence[Stage], number: int, draft: Path) -> Notes:
        """Put what need not be computed of a block into its draft.

        Parameters
        ----------
        stages : sequence of Stage
            That take part, in their order.
        number : int
            Of the block.
        draft : Path
            Its folder.

        Returns
        -------
        dict
            Of the stages that need not run: what was noted with their work.
        """
        found = self._take(stages, str(number), lambda stage: draft, lambda stage: stage.gives)
        self.taken.update(stage.key for stage in found)
        return found

    def take_whole(self, stages: Sequence[Stage], aside: Path) -> Notes:
        """Put what need not be closed again into folders of the stages' names."""
        where = {stage: aside / stage.key for stage in stages}
        return self._take(stages, WHOLE, where.__getitem__, lambda stage: stage.gives_whole)

    def _take(
        self,
        stages: Sequence[Stage],
        part: str,
        where: Callable[[Stage], Path],
        gives: Callable[[Stage], Sequence[Product[Any]]],
    ) -> Notes:
        found: Notes = {}
        for stage in reversed(stages):
            key = self._key(stage, part)
            if not (key and self.kept.holds(key)):
                continue
            read_again = all(give.unpack for give in gives(stage))
            if read_again or not asked(stage, stages, found):
                note = self.kept.take(key, where(stage))
                if note is not None:
                    found[stage] = note
        return found

    def keep_block(self, part: Path, number: int, notes: Notes) -> None:
        """Keep what stages have computed of a block, now that it is sealed."""
        files = sealed(part) if self and notes else {}
        for stage, note in notes.items():
            own = {part / name: files[name] for name in files_of(stage, files)}
            self._keep(stage, str(number), own, note)

    def keep_whole(self, stage: Stage, files: Iterable[Path], note: Any) -> None:
        """Keep what a stage has made of the whole run."""
        self._keep(stage, WHOLE, dict.fromkeys(files), note)

    def _keep(self, stage: Stage, part: str, files: Mapping[Path, Any], note: Any) -> None:
        key = self._key(stage, part)
        if key and self.unchanged():
            self.kept.keep(key, files, note)

    def _key(self, stage: Stage, part: str) -> str | None:
        key = self.keys.get(stage.key)
        return key and of_part(key, part)


def asked(stage: Stage, stages: Sequence[Stage], taken: Notes) -> bool:
    """Whether a stage that works needs what an earlier one gives."""
    after = stages[stages.index(stage) + 1 :]
    return any(stage.key in later.needs for later in after if later not in taken)


def files_of(stage: Stage, names: Iterable[str]) -> list[str]:
    """Return which files of a block are a stage's."""
    tables = {f"{table.name}{TABLE}" for table in stage.tables}
    return [name for name in names if name in tables or name.startswith(f"{stage.key}.")]


@contextmanager
def declared(
    giver: Block | Whole, stage: Stage, products: Sequence[Product[Any]]
) -> Iterator[None]:
    """Refuse what a stage gives in here and does not declare: nobody would know to ask it again."""
    before = giver.given
    yield
    if unsaid := sorted(giver.given - before - {product.name for product in products}):
        name = "gives" if isinstance(giver, Block) else "gives_whole"
        raise fault(stage, f"gives {', '.join(unsaid)}, but does not declare it: {name}")


def hold(giver: Block | Whole, products: Sequence[Product[Any]], journal: Journal) -> None:
    """Keep what a stage has given, for whoever takes its work over."""
    for product in products:
        if product.pack:
            value, pack = giver.get(product), product.pack
            journal.keep(f"{GIVEN}{product.name}", partial(pack, value))


def give_again(giver: Block | Whole, products: Sequence[Product[Any]], journal: Journal) -> None:
    """Hand on what a stage gave when its work was done."""
    for product in products:
        if product.unpack:
            giver.give(product, product.unpack(journal.read(f"{GIVEN}{product.name}")))
