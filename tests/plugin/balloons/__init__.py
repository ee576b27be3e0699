"""Weather balloons for skyweft: how they rise, how they talk, when they are quiet."""
