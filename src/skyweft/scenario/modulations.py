"""How bits ride on a carrier kept for one link: DVB-S2X, 5G, Shannon's bound, a modem's own table.

Names and allowances only; thresholds and rates live in `skyweft.links.waveforms`.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import Entry, File, Line
from skyweft.scenario.quantities import Frequency, Loss, SignalToNoise

RollOff = Annotated[float, Field(ge=0, le=1)]
EFFICIENCY = (1e-6, 100.0)  # bits a symbol
MODES_MAX = 1_000


class Waveform(Entry):
    """How bits ride on a carrier: what every kind of it is made from."""

    ready: ClassVar[bool] = True
    """Whether a link may name the kind itself, where the scenario says nothing more of it."""
    own_bandwidth: ClassVar[bool] = False
    """Whether it knows its noise bandwidth where nobody states one."""

    kind: str
    bandwidth_hz: Frequency | None = None
    """Instead of the transmitting terminal's."""
    implementation_loss_db: Loss = 0.0
    """Taken off the carrier-to-noise ratio before a rate is chosen."""
    margin_db: Loss = 0.0
    """Kept in hand above the threshold."""


class DvbS2x(Waveform):
    """The modes of DVB-S2 and DVB-S2X, the best that closes at each moment."""

    kind: Literal["dvb_s2x"]
    roll_off: RollOff = 0.2
    """Symbol rate = bandwidth / (1 + roll-off)."""


class Nr(Waveform):
    """A carrier of 5G NR: `nr` is its 64QAM table, `nr_qam256`, `nr_low_se` the two others."""

    kind: Literal["nr", "nr_qam256", "nr_low_se"]
    overhead: Annotated[float, Field(ge=0, lt=1)] = 0.14
    """Share of the carrier that is not user data (TS 38.306: 0.14 down, 0.08 up, below 7 GHz)."""


class Shannon(Waveform):
    """Shannon's bound, from -10 dB upwards and without a ceiling."""

    kind: Literal["shannon"]


class Mode(Entry):
    """One mode of a modem: how it codes and modulates, what it needs, what it carries."""

    name: Annotated[Line, Field(min_length=1)]
    """Such as `QPSK 1/2`; each once."""
    es_n0_db: SignalToNoise | None = None
    """Least energy of a symbol over noise density, as in the tables of DVB."""
    snr_min_db: SignalToNoise | None = None
    """Or the least signal over noise in the whole bandwidth."""
    spectral_efficiency: Annotated[float, Field(ge=EFFICIENCY[0], le=EFFICIENCY[1])]
    """Bits a symbol; with `snr_min_db` bit/s per hertz of the bandwidth."""


class Modcod(Waveform):
    """A modem's own table of modes (MODCODs), the best that closes at each moment."""

    ready = False

    kind: Literal["modcod"]
    table: Annotated[list[Mode], Field(min_length=1, max_length=MODES_MAX)] | None = None
    """Its modes, in any order; or give a `file`."""
    file: File | None = None
    """CSV with the columns `name`, `es_n0_db` or `snr_min_db`, and `spectral_efficiency`."""
    roll_off: RollOff = 0.0
    """Symbol rate = bandwidth / (1 + roll-off); goes with `es_n0_db`."""

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        if (self.table is None) == (self.file is None):
            raise ValueError("give either a table of modes or a file of them")
        first: dict[str, int] = {}
        for row, mode in enumerate(self.table or []):
            needs = {key for key in THRESHOLDS if getattr(mode, key) is not None}
            if len(needs) != 1:
                raise ValueError(f"table[{row}]: give either es_n0_db or snr_min_db")
            before = first.setdefault(mode.name, row)
            if before != row:
                raise ValueError(f'table[{row}]: "{mode.name}" is the name of table[{before}] too')
        if self.table and len({mode.es_n0_db is None for mode in self.table}) > 1:
            raise ValueError("all modes of a table state es_n0_db, or all of them snr_min_db")
        if self.table and self.table[0].es_n0_db is None and self.roll_off:
            raise ValueError("roll_off goes with es_n0_db: snr_min_db is in the whole bandwidth")
        return self


THRESHOLDS = ("es_n0_db", "snr_min_db")
