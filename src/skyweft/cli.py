"""The command line: parse words, call one public function, print."""


def entry() -> None:
    """Run the command line."""
