"""Parts of one sort by their kind: ours, and those that installed packages add.

A package adds parts by entry points. What cannot be loaded, has the wrong shape or takes a name
that is taken is left out with a warning that names the package: a run without it still works. Our
own parts are named by where they live, so that nothing low imports what stands above it.
"""

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from skyweft.errors import ScenarioError, SkyweftError

Part = TypeVar("Part")
REMEDY = "mend or remove the package"


class Registry(Mapping[str, Part], Generic[Part]):
    """Every part of one sort by its kind, filled when it is first looked into.

    Parameters
    ----------
    group : str
        Of the entry points, such as "skyweft.motions".
    sort : str
        What one part is, for people: "motion".
    ours : sequence of Part or str
        In their order; text is where one is: "package.module:NAME".
    kinds : callable
        Returns the kinds a part stands for.
    wrong : callable
        Returns why a package's part cannot stand beside those there are; nothing where it can.
    taken : collection of str
        Kinds that mean something already although they are no parts.
    instead : str
        What a user can do without a part that fails.
    """

    def __init__(
        self,
        group: str,
        sort: str,
        ours: Sequence[Part | str],
        kinds: Callable[[Part], Sequence[str]],
        wrong: Callable[[Any, Mapping[str, Part]], str],
        taken: Collection[str] = (),
        instead: str = "take another kind",
    ) -> None:
        self.group, self.sort, self._taken, self._instead = group, sort, taken, instead
        self._ours, self._kinds, self._wrong = ours, kinds, wrong

    # One of a kind each, so that it may stand among a type's annotations.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __getitem__(self, kind: str) -> Part:
        return self._found[0][kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found[0])

    def __len__(self) -> int:
        return len(self._found[0])

    @property
    def ours(self) -> tuple[Part, ...]:
        """Return the parts that are ours, without a look at any package."""
        return tuple(named(entry) if isinstance(entry, str) else entry for entry in self._ours)

    def origin(self, kind: str) -> str:
        """Return which package's part a kind is, for people; nothing for ours."""
        found = self._found[1].get(kind)
        return f"the {self.sort} {found.name!r} of {_package(found)[0]}" if found else ""

    def packages(self, kinds: Collection[str]) -> dict[str, str]:
        """Return the packages whose parts some kinds are, each with its version."""
        theirs = [found for kind, found in self._found[1].items() if kind in kinds]
        return dict(_package(found) for found in theirs if found.dist)

    @cached_property
    def _found(self) -> tuple[dict[str, Part], dict[str, EntryPoint]]:
        """Parts by kind, and where those of packages come from."""
        parts: dict[str, Part] = {}
        origins: dict[str, EntryPoint] = {}
        for ours in self.ours:
            parts |= dict.fromkeys(self._kinds(ours), ours)
        for entry in sorted(entry_points(group=self.group), key=lambda each: each.name):
            part, why = self._loaded(entry, parts)
            if part is None or why:
                origin = f"the {self.sort} {entry.name!r} of {_package(entry)[0]}"
                words = f"{origin} {why}; {REMEDY}; the {self.sort} is left out"
                warnings.warn(words, stacklevel=2)
                continue
            kinds = self._kinds(part)
            parts |= dict.fromkeys(kinds, part)
            origins |= dict.fromkeys(kinds, entry)
        return parts, origins

    def _loaded(self, entry: EntryPoint, parts: Mapping[str, Part]) -> tuple[Part | None, str]:
        """Return what a package adds, and why it cannot be had."""
        try:
            part: Part = entry.load()
            if why := self._wrong(part, parts):
                return part, f"cannot be used: {why}"
            taken = [kind for kind in self._kinds(part) if kind in {*parts, *self._taken}]
        except Exception as error:  # whatever another's code raises, the run without it works
            return None, f"cannot be loaded: {type(error).__name__}: {error}"
        words = f"cannot be used: there is a {self.sort} {taken[0]!r} already" if taken else ""
        return part, words

    @contextmanager
    def blamed(self, kind: str, doing: str = "") -> Iterator[None]:
        """Name the package whose code of a kind fails in here; our own faults stay ours.

        Nobody is blamed for a machine without memory or room on its disk.
        """
        try:
            yield
        except (SkyweftError, MemoryError):
            raise
        except Exception as error:
            full = isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT)
            if full or not self.origin(kind):
                raise
            where = f" in {doing}" if doing else ""
            words = f"failed{where}: {type(error).__name__}: {error}"
            raise self.error(kind, words) from error

    def call(
        self,
        kind: str,
        function: Callable[..., Any] | str,
        answer: type | tuple[type, ...],
        *arguments: Any,
    ) -> Any:
        """Return what a function of a part answers; text is where the function is.

        Raises
        ------
        ScenarioError
            A package's function failed or answered something that is no `answer`; the package is
            named.
        """
        with self.blamed(kind):
            found = (named(function) if isinstance(function, str) else function)(*arguments)
            fits = isinstance(found, answer)  # of a protocol it looks into what was answered
        if not fits:
            raise self.error(kind, f"answered {type(found).__name__}, not {_spoken(answer)}")
        return found

    def error(self, kind: str, words: str) -> ScenarioError:
        """Return what is raised where a package's part does not do what its sort must."""
        return ScenarioError(f"{self.origin(kind)} {words}; {REMEDY}, or {self._instead}")


def _package(entry: EntryPoint) -> tuple[str, str]:
    """Return name and version of the package that an entry point is of."""
    return (entry.dist.name, entry.dist.version) if entry.dist else ("an installed package", "")


def _spoken(answer: type | tuple[type, ...]) -> str:
    some = answer if isinstance(answer, tuple) else (answer,)
    return " or ".join(part.__name__ for part in some)


@cache
def named(where: str) -> Any:
    """Return what stands at "package.module:name"."""
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
