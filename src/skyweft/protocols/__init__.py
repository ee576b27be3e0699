"""Formats that other programs write, as bytes in and columns out. No files, no network."""
