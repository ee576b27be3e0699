"""A modem's own table of modes, from the scenario or from a CSV file."""

from functools import lru_cache
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.links.waveforms.ladder import Mode, Modes, given_hz
from skyweft.motion.tables import complain, read_rows, read_table
from skyweft.scenario.modulations import EFFICIENCY, MODES_MAX, THRESHOLDS, Modcod
from skyweft.scenario.words import listed, suggestion

SNR_DB = (-400.0, 400.0)
COLUMNS = ("name", *THRESHOLDS, "spectral_efficiency")


def ladder(waveform: Modcod, bandwidth_hz: float | None) -> Modes:
    """Return the modes of a table; thresholds of symbols refer to the symbol rate.

    Raises
    ------
    ScenarioError
        Everything wrong with a file of modes, each with line and column.
    """
    if waveform.table is None:
        assert waveform.file is not None
        unit, modes = _current(waveform.file)
    else:
        unit = THRESHOLDS[waveform.table[0].es_n0_db is None]
        modes = tuple(
            Mode(row.name, float(getattr(row, unit)), row.spectral_efficiency)
            for row in waveform.table
        )
    noise_hz = given_hz(waveform, bandwidth_hz)
    if unit == THRESHOLDS[0]:
        return Modes(noise_hz / (1 + waveform.roll_off), modes)
    if waveform.roll_off:
        raise ScenarioError(f"roll_off goes with es_n0_db, but {waveform.file} has snr_min_db")
    return Modes(noise_hz, modes)


def _current(path: Path) -> tuple[str, tuple[Mode, ...]]:
    try:
        about = path.stat()
    except OSError as error:
        raise ScenarioError(f"{path.name}: cannot be read: {error.strerror}") from error
    return _read(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=16)
def _read(path: Path, _changed_ns: int, _size: int) -> tuple[str, tuple[Mode, ...]]:
    """Return what thresholds are of, and the modes of a file, read again once it has changed."""
    _, header = next(read_rows(path)[0], (0, []))
    columns = [name.strip().lower() for name in header]
    errors = [
        f"{path.name}: line 1: unknown column {name!r}{suggestion(name, COLUMNS)}; allowed: "
        f"{listed(COLUMNS)}"
        for name in columns
        if name not in COLUMNS
    ]
    units = [unit for unit in THRESHOLDS if unit in columns]
    if len(units) != 1:
        errors.append(f"{path.name}: line 1: one of the columns {listed(THRESHOLDS)} is needed")
    complain(path, errors)
    (unit,) = units
    needed = {unit: SNR_DB, "spectral_efficiency": EFFICIENCY}
    table = read_table(path, needed, {}, ("name",))
    if len(table) > MODES_MAX:
        raise ScenarioError(f"{path.name}: {len(table):,} modes, at most {MODES_MAX:,} are read")
    first: dict[str, int] = {}
    for line, name in zip(table.lines, table.texts["name"], strict=True):
        before = first.setdefault(name, line)
        if before != line:
            errors.append(f'{path.name}: line {line}: "{name}" is the name of line {before} too')
    complain(path, errors)
    columns_of = (table.texts["name"], table.numbers[unit], table.numbers["spectral_efficiency"])
    rows = zip(*columns_of, strict=True)
    return unit, tuple(Mode(name, float(snr), float(bits)) for name, snr, bits in rows)
