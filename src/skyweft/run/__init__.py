"""A run: every product of one scenario, its folder on disk, its key figures."""

from skyweft.run.conduct import run
from skyweft.run.product import Run, open_run

__all__ = ["Run", "open_run", "run"]
