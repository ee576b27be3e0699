"""Flags of observations on QARTOD's scale: what of a series can be relied on."""
