"""Kinds of a scenario's tables: models and what works them out, ours and those of packages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from skyweft.parts import Registry

__all__ = ["Kind", "Kinds", "Registry"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a table of a scenario says of one kind, and what works it out.

    Parameters
    ----------
    model : type of BaseModel
        Of the table; its field `kind` is a `Literal` of the kinds it stands for.
    function : callable or str
        Called with the table and what its sort of part is worked out from; text is where it is,
        "package.module:name", imported when it is first called.
    """

    model: type[BaseModel]
    function: Callable[..., Any] | str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of the model, in its order."""
        field = self.model.model_fields.get("kind")
        return tuple(arg for arg in get_args(field and field.annotation) if isinstance(arg, str))


class Kinds(Registry[Kind]):
    """Kinds of a table told apart by its key `kind`.

    Among a field's annotations (`Annotated[Motion, MOTIONS]`) it makes the field take every kind
    there is: checks, JSON Schema and messages follow.

    Parameters
    ----------
    group, sort : str
        As of `Registry`.
    parent : type of BaseModel
        What every model of the sort is made from.
    ours : sequence of Kind
        In their order.
    taken : collection of str
        As of `Registry`.
    """

    def __init__(
        self,
        group: str,
        sort: str,
        parent: type[BaseModel],
        ours: Sequence[Kind],
        taken: Collection[str] = (),
    ) -> None:
        super().__init__(group, sort, ours, lambda each: each.kinds, self._unfit, taken)
        self._parent = parent

    def _unfit(self, part: Any, parts: Mapping[str, Kind]) -> str:
        if not isinstance(part, Kind):
            return f"it is {type(part).__name__}, not a skyweft.registry.Kind"
        parent = f"{self._parent.__module__}.{self._parent.__qualname__}"
        if not (isinstance(part.model, type) and issubclass(part.model, self._parent)):
            return f"its model is not made from {parent}"
        if not part.kinds:
            return "its model has no field kind: Literal[...] of text"
        if not (isinstance(part.function, str) or callable(part.function)):
            return "its function cannot be called"
        TypeAdapter(part.model).json_schema()  # raises where a field has no schema
        return ""

    def work(self, kind: str, answer: type | tuple[type, ...], *arguments: Any) -> Any:
        """Return what the function of a kind answers.

        Raises
        ------
        ScenarioError
            A package's function failed or answered something that is no `answer`; the package is
            named.
        """
        return self.call(kind, self[kind].function, answer, *arguments)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        choices = {kind: handler.generate_schema(entry.model) for kind, entry in self.items()}
        return core_schema.tagged_union_schema(choices, discriminator="kind")
