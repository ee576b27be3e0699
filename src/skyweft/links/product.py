"""How well a contact carries bits: the product of `link_samples`."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.html_repr import Shown


@dataclass(frozen=True, slots=True)
class LinkSamples(Shown):
    """Samples along contacts, sorted by contact, then time. Columns have shape (K,).

    Forward is source to target, reverse the other way. Each direction has the Doppler and the loss
    of its own carrier, as the receiving end sees it; where one end cannot transmit or the other
    cannot receive, a direction has no carrier: its rate is 0 and all else of it NaN.
    """

    contact: NDArray[np.int64]  # row of Contacts
    time_s: NDArray[np.float64]
    range_m: NDArray[np.float64]
    elevation_deg: NDArray[np.float32]
    delay_s: NDArray[np.float64]
    doppler_hz: NDArray[np.float64]
    doppler_rate_hz_s: NDArray[np.float64]
    loss_db: NDArray[np.float32]  # of all causes
    cn0_dbhz: NDArray[np.float32]
    margin_db: NDArray[np.float32]  # over the most robust mode's threshold
    rate_bps: NDArray[np.float64]
    doppler_reverse_hz: NDArray[np.float64]
    doppler_rate_reverse_hz_s: NDArray[np.float64]
    loss_reverse_db: NDArray[np.float32]
    cn0_reverse_dbhz: NDArray[np.float32]
    margin_reverse_db: NDArray[np.float32]
    rate_reverse_bps: NDArray[np.float64]

    def __post_init__(self) -> None:
        columns = [getattr(self, name) for name in self.__slots__]
        assert len({len(column) for column in columns}) == 1
        assert np.all(self.range_m >= 0)

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True)
class LinkLosses:
    """What samples of `LinkSamples` lose under rules that state losses, cause by cause."""

    causes: tuple[str, ...]
    loss_db: NDArray[np.float32]  # (causes, 2, K), there and back; NaN: no such cause, no carrier

    @classmethod
    def blank(cls, causes: tuple[str, ...], count: int) -> "LinkLosses":
        """Return room for so many samples."""
        return cls(causes, np.full((len(causes), 2, count), np.nan, np.float32))

    def taking(self, rows: slice | NDArray[np.bool_]) -> "LinkLosses":
        """Return the chosen samples; of a slice those of this one, to be written into."""
        return LinkLosses(self.causes, self.loss_db[:, :, rows])

    def write(
        self,
        losses: Mapping[str, NDArray[np.float64]],
        back: int,
        rows: slice | NDArray[np.int64],
    ) -> None:
        """Write what samples lose in one direction."""
        for name, loss in losses.items():
            self.loss_db[self.causes.index(name), back, rows] = loss


@dataclass(frozen=True, slots=True)
class DopplerResiduals:
    """What Doppler may be left of samples under rules that compensate for it. (R,) [Hz]."""

    sample: NDArray[np.int64]  # row of LinkSamples
    residual_hz: NDArray[np.float64]  # source to target, at most
    residual_reverse_hz: NDArray[np.float64]
