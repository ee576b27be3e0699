"""What can go wrong, in four classes.

A user's error raises before any work starts; our own is an `assert`. Losing
a message is a row with a cause, never one of these.
"""


class SkyweftError(Exception):
    """Anything skyweft raises on purpose."""


class ScenarioError(SkyweftError):
    """What the user wrote cannot be: one line an error, each with file, place, what is allowed."""


class RangeError(SkyweftError):
    """Something was asked outside the data."""


class UndeclaredReadError(Exception):
    """A stage reads a key of the scenario that its `reads` does not name: its author's error.

    No `AttributeError`: `hasattr` and `getattr` with a default would take it for an answer.
    """


class BackendError(SkyweftError):
    """A server could not do what was asked.

    Parameters
    ----------
    message : str
        What failed and what to try.
    retryable : bool
        Whether the same call may succeed later.
    """

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable
