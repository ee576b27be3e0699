"""What the air does over space and time: wind; rain and cloud are to follow."""
