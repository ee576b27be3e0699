"""Stages in blocks of time: order, progress, checkpoints, resume. Knows `Stage` only."""
