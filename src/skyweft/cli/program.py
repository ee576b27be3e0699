"""One command from its words to its exit code, whatever happens on the way."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from skyweft.cli.printing import DONE, INTERRUPTED, WORDS, complain, failed, warnings_reported
from skyweft.cli.words import parser


def entry() -> NoReturn:
    """Run the command line on the process's own words."""
    sys.exit(main())


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code, whatever happens.

    Parameters
    ----------
    words : sequence of str, optional
        What stands behind `skyweft`; the process's own arguments unless given.

    Returns
    -------
    int
        0 done, 1 the user's error, 2 wrong words, 3 ours, 130 interrupted.
    """
    gc.unfreeze()  # in a process with several commands, what was loaded for the one before
    try:
        options = parser().parse_args(words)
    except SystemExit as leaving:  # argparse leaves by itself for --help and wrong words
        return leaving.code if isinstance(leaving.code, int) else WORDS
    try:
        with warnings_reported():
            code = int(options.command(options))
        sys.stdout.flush()
    except KeyboardInterrupt as interruption:
        # A run says on its way out what is finished and how to go on.
        return complain(options, [str(interruption) or "interrupted"], INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return failed(options, error)
    return code
