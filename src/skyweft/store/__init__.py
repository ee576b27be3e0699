"""A run on disk: its folder, its tables and their columns."""
