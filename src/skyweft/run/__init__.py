"""A run: every product of one scenario, its folder on disk, its key figures."""

from skyweft.run.product import Run, open_run
from skyweft.run.work.conduct import run

__all__ = ["Run", "open_run", "run"]
