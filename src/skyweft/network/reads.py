"""What stages that deal with the network at an instant read of a scenario."""

OF_RATES = (
    "seed",
    "platforms.*.relay",
    "platforms.*.terminals",
    "links",
    "failures",
    "terminals",
    "waveforms",
)
