"""How bits ride on a carrier: which waveform, with which allowances."""

from typing import Literal

from skyweft.scenario.entry import Entry, NotNegative, Positive


class Waveform(Entry):
    """A waveform family with its numbers changed; the built-in ones need no entry."""

    kind: Literal["lora", "dvb_s2x", "nr", "shannon"]
    bandwidth_hz: Positive | None = None
    """Instead of the transmitting terminal's."""
    implementation_loss_db: NotNegative = 0.0
    """Taken off the carrier-to-noise ratio before a rate is chosen."""
    margin_db: NotNegative = 0.0
    """Kept in hand above the threshold."""
    roll_off: NotNegative = 0.2
    """Symbol rate = bandwidth / (1 + roll-off); DVB-S2X only."""
