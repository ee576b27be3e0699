"""The command line: parse words, call one public function, print.

Answers go to stdout, everything else to stderr. Exit codes: 0 done, 1 the user's error, 2 wrong
words, 3 ours, 130 interrupted. Heavy modules load inside the commands, so `--help` stays quick.
"""

from skyweft.cli.program import entry, main
from skyweft.cli.words import parser

__all__ = ["entry", "main", "parser"]
