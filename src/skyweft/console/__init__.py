"""The console: a local server and page for finished runs."""

from skyweft.console.server import Address, serve

__all__ = ["Address", "serve"]
