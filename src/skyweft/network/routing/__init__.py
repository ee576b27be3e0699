"""The best ways over a network, by sweeps over many targets at once; other ways, and statistics."""
