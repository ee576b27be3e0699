"""How a run goes: block after block of time, then its whole tables."""
