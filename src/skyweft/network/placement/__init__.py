"""Where to build ground stations."""
