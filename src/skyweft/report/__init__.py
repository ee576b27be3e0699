"""One self-contained HTML file about a run."""

from skyweft.report.page import write

__all__ = ["write"]
