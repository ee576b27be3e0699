"""What every table of a scenario file has in common, and the kinds of value in it."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationInfo

from skyweft.errors import UndeclaredReadError
from skyweft.naming import escaped, normal, unseen

# UTC has had whole leap seconds since 1972; far beyond this century no orbit means anything.
EARLIEST = datetime(1972, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


ESCAPES = "in double quotes a backslash begins an escape: write / or single quotes"


class Entry(BaseModel):
    """A table in a scenario file: never changes, holds no unknown key, converts nothing."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        # At first use: packages that add kinds of table import what they like by then.
        defer_build=True,
    )

    if not TYPE_CHECKING:  # for the type checker every key is there, and no other

        def __getattr__(self, name: str) -> Any:
            """Refuse what `excerpt` has left out; called for what is not there alone."""
            if name in type(self).model_fields:
                raise UndeclaredReadError(
                    f"{type(self).__name__}.{name} of the scenario is read by a stage whose "
                    "`reads` names no path to it"
                )
            return super().__getattr__(name)


def _utc(moment: datetime) -> datetime:
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("give the time zone: end the time with Z for UTC")
    # Compared first: close to year 1 or 9999 the change of zone itself would overflow.
    if not EARLIEST.year - 1 <= moment.year <= LATEST.year:
        raise ValueError(f"give a moment from {EARLIEST:%Y} to {LATEST.year - 1}")
    moment = moment.astimezone(UTC)
    if not EARLIEST <= moment <= LATEST - timedelta(seconds=1):
        raise ValueError(f"give a moment from {EARLIEST:%Y} to {LATEST.year - 1}")
    return moment


def _found(path: Path, info: ValidationInfo) -> Path:
    """Resolve beside the scenario file; refuse what is not there, unless told not to look."""
    context: Mapping[str, Any] = info.context or {}
    hint = _backslashes(str(path))
    path = context.get("folder", Path()) / path
    if context.get("look", True):
        try:
            if path.is_dir():
                raise ValueError(f"{path} is a folder, a file is needed")
            if path.exists() and not path.is_file():
                raise ValueError(
                    f"{escaped(str(path))} is no regular file (a pipe, a socket or a device)"
                )
            if not path.is_file():
                raise ValueError(f"{escaped(str(path))} is not there{hint}")
        except OSError as error:
            raise ValueError(f"{path} cannot be looked at: {error.strerror}") from error
    return path


def _backslashes(name: str) -> str:
    """Say what a backslash in the name of a file, or what one became, asks for."""
    if unseen(name):
        return f"; {ESCAPES}"
    if "\\" in name and os.sep == "/":
        return "; write / between folders, which every system reads"
    return ""


def _line(text: str) -> str:
    if wrong := unseen(text):
        raise ValueError(wrong)
    return normal(text)


def _wrapped(longitude_deg: float) -> float:
    """Return a longitude of 180 to 360 degrees as -180 to 0."""
    return longitude_deg - 360 if longitude_deg > 180 else longitude_deg


Share = Annotated[float, Field(ge=0, le=1)]
COUNT_MAX = 10_000_000
Count = Annotated[int, Field(ge=1, le=COUNT_MAX)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=360), AfterValidator(_wrapped)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
Elevation = Annotated[float, Field(ge=-90, le=90)]
Line = Annotated[str, AfterValidator(_line)]
Called = Annotated[str, AfterValidator(normal)]  # the name of a platform, in any normal form
Moment = Annotated[datetime, AfterValidator(_utc)]
File = Annotated[Path, Field(strict=False), AfterValidator(_found), PlainSerializer(str)]
