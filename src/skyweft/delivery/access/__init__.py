"""Random access: which messages of which things are heard by whom."""
