"""What stages that deal with the network at an instant read of a scenario."""

OF_GRAPH = ("seed", "platforms.*.relay", "platforms.*.terminals", "links", "failures")
OF_RATES = (*OF_GRAPH, "terminals", "waveforms")
