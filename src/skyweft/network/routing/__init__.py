"""The best routes over a network, by sweeps over many targets; other routes, and statistics."""
