"""Which element set of a satellite is taken where a file holds several, and what it is called.

Two sets are of one satellite where name and catalogue number are the same; sets without a number
are told apart by their international designators.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from skyweft.naming import NAME_MAX
from skyweft.protocols.records import Errors, Record, counted
from skyweft.world.clock import utc_text

Duplicates = Literal["nearest", "before", "error"]
Satellite = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader of element sets shall do with what a file holds too much, or damaged.

    `nearest` takes the set whose epoch is nearest to the middle of the run, so that the farther
    end of the run is as near as can be; `before` the newest not after the start, or else the first;
    `error` none. Of one epoch it is the greatest ELEMENT_SET_NO, then the last in the file.
    """

    duplicates: Duplicates = "error"
    start_tai_ns: int = 0
    end_tai_ns: int = 0
    skip_damaged: bool = False


def chosen(
    records: Sequence[Record], choice: Choice, errors: Errors
) -> tuple[tuple[str, ...], list[Record], tuple[str, ...]]:
    """Return names that are all different, a set for each, and warnings with counts.

    The order is that of each satellite's first set.
    """
    sets: dict[Satellite, list[Record]] = defaultdict(list)
    for record in _named(records):
        sets[_satellite(record)].append(record)
    several = {key: found for key, found in sets.items() if len(found) > 1}
    if choice.duplicates == "error":
        for (name, _), found in several.items():
            for record in found[1:]:
                words = f"{name} is there already, {found[0].where}: keep one of them"
                errors.add_broken(record.where, words)  # damage may be skipped, this not
    taken = [_best(found, choice) for found in sets.values()]
    names, shared = _unique(taken, errors)
    said = (_passed_over(several, choice, errors), _renamed(taken, errors), shared)
    return names, taken, tuple(record for record in said if record)


def _named(records: Sequence[Record]) -> Iterator[Record]:
    """Yield records; one called by its number only is called as the others of that number are."""
    names: dict[int, set[str]] = defaultdict(set)
    for record in records:
        if record.name != str(record.catalogue_number):
            names[record.catalogue_number].add(record.name)
    for record in records:
        alone = (
            record.name == str(record.catalogue_number) and len(names[record.catalogue_number]) == 1
        )
        yield replace(record, name=next(iter(names[record.catalogue_number]))) if alone else record


def _satellite(record: Record) -> Satellite:
    return record.name, record.catalogue_number or record.entry.object_id


def _best(found: Sequence[Record], choice: Choice) -> Record:
    return max(reversed(found), key=lambda each: _worth(each, choice))  # of equals the first


def _worth(record: Record, choice: Choice) -> tuple[float, ...]:
    epoch, number = record.epoch_tai_ns, record.entry.element_set_no or 0
    if choice.duplicates == "before":
        early = epoch <= choice.start_tai_ns
        return early, epoch if early else -epoch, number
    away = max(abs(epoch - choice.start_tai_ns), abs(epoch - choice.end_tai_ns))
    return -away, epoch, number


def _passed_over(
    several: Mapping[Satellite, Sequence[Record]], choice: Choice, errors: Errors
) -> str:
    """Say how many sets were passed over, which rule did it, and one satellite as an example."""
    if not several or choice.duplicates == "error":
        return ""
    passed = sum(len(found) - 1 for found in several.values())
    rule = {
        "nearest": "nearest to the run",
        "before": "newest not after the start",
    }[choice.duplicates]
    (name, _), found = next(iter(several.items()))
    epoch = utc_text(_best(found, choice).epoch_tai_ns)[0][:16]
    line = (
        f"{errors.file_name}: {counted(passed, 'element set')} passed over: of "
        f"{counted(len(several), 'satellite')} with several the one {rule} is taken "
        f"({name}: {epoch} of {len(found):,})"
    )
    return line + _late(several, choice) + _alike(several)


def _late(several: Mapping[Satellite, Sequence[Record]], choice: Choice) -> str:
    start = choice.start_tai_ns
    late = [
        name
        for (name, _), found in several.items()
        if all(record.epoch_tai_ns > start for record in found)
    ]
    if choice.duplicates != "before" or not late:
        return ""
    return f"; {len(late):,} have none before the start, their first is taken ({late[0]})"


def _alike(several: Mapping[Satellite, Sequence[Record]]) -> str:
    """Tell of sets of one satellite, epoch and number that differ: nobody knows the right one."""
    doubtful = []
    for (name, _), found in several.items():
        values = defaultdict(set)
        for record in found:
            values[record.epoch_tai_ns, record.entry.element_set_no].add(record.numbers)
        if any(len(value) > 1 for value in values.values()):
            doubtful.append(name)
    if not doubtful:
        return ""
    return f"; {len(doubtful):,} have sets of one epoch that differ ({doubtful[0]})"


def _renamed(records: Sequence[Record], errors: Errors) -> str:
    """Question catalogue numbers that stand under several names."""
    names: dict[int, list[str]] = defaultdict(list)
    for record in records:
        if record.catalogue_number:
            names[record.catalogue_number].append(record.name)
    doubtful = {number: found for number, found in names.items() if len(found) > 1}
    if not doubtful:
        return ""
    number, found = next(iter(doubtful.items()))
    listed = ", ".join(found[:3]) + (", ..." if len(found) > 3 else "")
    return (
        f"{errors.file_name}: {counted(len(doubtful), 'catalogue number')} under several names, "
        f"which are taken as different satellites ({number}: {listed})"
    )


def _numbered(name: str, number: object) -> str:
    """Add a number to a name that stays as short as names are."""
    added = f" ({number})"
    return name[: NAME_MAX - len(added)] + added


def _unique(records: Sequence[Record], errors: Errors) -> tuple[tuple[str, ...], str]:
    """Return names that are all different: those that are shared get the number added."""
    count = Counter(record.name for record in records)
    numbers = {str(record.catalogue_number) for record in records}
    doubtful = [name for name in count if count[name] > 1 and name not in numbers]
    shared = {*doubtful}
    names = [
        _numbered(record.name, _satellite(record)[1]) if record.name in shared else record.name
        for record in records
    ]
    first: dict[str, str] = {}
    for name, record in zip(names, records, strict=True):
        if name in first:
            words = f"{name} is there already, {first[name]}: keep one of them"
            errors.add_broken(record.where, words)
        first.setdefault(name, record.where)
    if not doubtful:
        return tuple(names), ""
    satellites = sum(count[name] for name in doubtful)
    listed = ", ".join(doubtful[:3]) + (", ..." if len(doubtful) > 3 else "")
    return tuple(names), (
        f"{errors.file_name}: {satellites:,} satellites share {counted(len(doubtful), 'name')} "
        f"({listed}): their catalogue numbers were added"
    )
