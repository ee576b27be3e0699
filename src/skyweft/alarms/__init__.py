"""Alarms: what is true of observations at the time they were measured, and when it was known."""
