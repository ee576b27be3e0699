"""Every word skyweft understands, and what each means."""

import argparse
import math
from collections.abc import Callable, Sequence
from typing import Any

from skyweft.cli import commands
from skyweft.cli.printing import DONE
from skyweft.protocols.contact_plans.formats import PLAN_FORMATS
from skyweft.store.formats import FORMATS

_SCENARIO = "scenario file (TOML), or the name of a shipped one"


def parser() -> argparse.ArgumentParser:
    """Return the parser of every word skyweft understands."""
    top = argparse.ArgumentParser(
        prog="skyweft",
        description="Plan and simulate one information network woven across space, near space, "
        "air and ground.",
        formatter_class=_Help,
    )
    top.add_argument("--version", action=_Version, help="print the version and leave")
    subs = top.add_subparsers(metavar="COMMAND", required=True)

    def add(command: Callable[[argparse.Namespace], int], words: str) -> Any:
        sub = subs.add_parser(
            command.__name__, help=words, description=words[0].upper() + words[1:] + "."
        )
        sub.set_defaults(command=command)
        sub.add_argument("--json", action="store_true", help="print the answer as JSON")
        return sub

    demo = add(commands.demo, "run the shipped network of four layers and write its report")
    demo.add_argument("--open", action="store_true", help="show the report in the browser")
    _add_running(demo)

    check = add(commands.check, "report every error in a scenario, and what follows from it")
    check.add_argument("scenario", nargs="?", metavar="FILE", help=_SCENARIO)
    check.add_argument(
        "--schema",
        action="store_true",
        help="print the JSON Schema with which editors complete keys",
    )
    _add_set(check)

    run = add(commands.run, "run a scenario: tables, summary and report in a folder")
    run.add_argument("scenario", metavar="FILE", help=_SCENARIO)
    _add_set(run)
    _add_running(run)

    _add_sweep(add(commands.sweep, "run a scenario in variants: a table and page of key metrics"))

    report = add(commands.report, "write the report of a run's folder again")
    report.add_argument("folder", metavar="DIR", help="folder of a run")
    report.add_argument("--open", action="store_true", help="show the report in the browser")

    _add_export(add(commands.export, "write a run's folder in the formats of other programs"))
    _add_show(add(commands.show, "show runs in the browser: globe, timeline, tables"))

    _add_serve(add(commands.serve, "serve what devices observe: OGC SensorThings 1.1"))

    _add_plan(add(commands.plan, "write a contact plan, or find a bundle's routes through it"))
    _add_place(add(commands.place, "place aircraft and airships where they serve the most"))

    scenarios = add(commands.scenarios, "list the shipped scenarios, or copy one with its files")
    scenarios.add_argument("name", nargs="?", metavar="NAME", help="the one to copy")
    scenarios.add_argument("--to", default=".", metavar="DIR", help="where to (default: here)")

    _add_fetch(add(commands.fetch, "get orbital elements from CelesTrak into the local cache"))
    add(commands.selfcheck, "compute published reference cases and print every deviation")
    return top


def _add_fetch(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("what", choices=["elements"], help="what to get")
    sub.add_argument("group", metavar="GROUP", help="CelesTrak's name of the group, e.g. starlink")


def _add_set(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a value of the scenario, e.g. links.0.elevation_min_deg=20; may be repeated",
    )


def _add_export(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("folder", metavar="DIR", help="folder of a run")
    # Those of packages are looked for when one is asked for: help loads nothing of theirs.
    known = "; ".join(f"{entry.kind}: {entry.words}" for entry in FORMATS.ours)
    sub.add_argument(
        "--format",
        dest="form",
        required=True,
        metavar="FORMAT",
        help=f"{known}; or what an installed package adds",
    )
    sub.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="a platform or a group; may be repeated (default: all)",
    )
    sub.add_argument("--step", type=float, metavar="S", help="seconds between the times written")
    sub.add_argument(
        "--time",
        type=float,
        default=0.0,
        metavar="S",
        help="moment of sub-points and footprints, seconds from the start (default: 0)",
    )
    sub.add_argument("--out", metavar="FILE", help="where to (default: in the run's folder)")


def _add_running(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--out", metavar="DIR", help="folder of the run (default: runs/NAME)")
    sub.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    sub.add_argument("--force", action="store_true", help="replace a run that is already there")
    sub.add_argument(
        "--threads",
        type=_positive,
        metavar="N",
        help="threads (default: as many as there are cores)",
    )
    sub.add_argument(
        "--dask", metavar="ADDRESS", help="share the work with this scheduler's cluster"
    )
    _add_no_reuse(sub)
    sub.add_argument("--no-report", action="store_true", help="tables and summary only")


def _add_no_reuse(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--no-reuse",
        action="store_true",
        help="work everything out anew, and keep none of it for later runs",
    )


def _add_sweep(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("scenario", metavar="FILE", help=_SCENARIO)
    sub.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUES",
        help="values to try, e.g. platforms.sats.motion.planes=2,4,8; repeated: all combinations",
    )
    sub.add_argument(
        "--list", metavar="CSV", help="variants to try: a column a key, a row a variant"
    )
    sub.add_argument("--out", required=True, metavar="DIR", help="folder of the sweep")
    sub.add_argument(
        "--workers", type=_positive, metavar="N", help="processes (default: one a core)"
    )
    sub.add_argument(
        "--threads", type=_positive, metavar="N", help="of each worker (default: its share)"
    )
    sub.add_argument("--dask", metavar="ADDRESS", help="run on the cluster of this scheduler")
    sub.add_argument("--resume", action="store_true", help="go on with an interrupted sweep")
    _add_no_reuse(sub)


def _add_plan(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("where", metavar="DIR|FILE", help="folder of a run, or a contact plan")
    known = "; ".join(f"{entry.kind}: {entry.words}" for entry in PLAN_FORMATS.ours)
    sub.add_argument(
        "--write",
        nargs=2,
        action="append",
        default=[],
        metavar=("FORMAT", "FILE"),
        help=f"write the plan; {known}; or what an installed package adds. May be repeated",
    )
    sub.add_argument("--from", dest="source", metavar="NAME", help="node that has the bundle")
    sub.add_argument("--to", dest="target", metavar="NAME", help="node it is for")
    sub.add_argument(
        "--at", type=_amount, default=0.0, metavar="S", help="from when on it is there (default: 0)"
    )
    sub.add_argument(
        "--size", type=_amount, default=0.0, metavar="BYTES", help="its size (default: nothing)"
    )
    sub.add_argument(
        "--alternatives",
        type=_positive,
        default=1,
        metavar="K",
        help="how many routes (default: 1)",
    )


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 on")
    return value


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _add_place(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="FILE", help="scenario (TOML) with a table [place]")
    sub.add_argument(
        "--out", metavar="DIR", help="folder for scenario, tables and map (default: placed/NAME)"
    )
    sub.add_argument("--force", action="store_true", help="replace a placement that is there")


def _add_show(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("folders", nargs="+", metavar="DIR", help="folder of a run")
    sub.add_argument(
        "--port", type=_port, default=0, metavar="N", help="where to listen (default: a free port)"
    )
    sub.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="HOST",
        help="address to listen at (default: this machine only)",
    )
    sub.add_argument(
        "--token", metavar="T", help="what others must know; needed with any other host"
    )
    sub.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        help="open the page or not (default: from a terminal with a screen)",
    )


def _add_serve(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--data",
        default="skyweft-data",
        metavar="DIR",
        help="folder that keeps everything (default: skyweft-data)",
    )
    sub.add_argument(
        "--run",
        action="append",
        default=[],
        metavar="DIR",
        help="folder of a run whose observations are loaded first; may be repeated",
    )
    sub.add_argument("--load-only", action="store_true", help="load the runs and leave")
    sub.add_argument(
        "--port", type=_port, default=0, metavar="N", help="where to listen (default: a free port)"
    )
    sub.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="HOST",
        help="address of this machine to listen at (default: 127.0.0.1)",
    )
    sub.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        help="open the page or not (default: from a terminal with a screen)",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, a whole number up to 65535")
    return int(text)


class _Help(argparse.HelpFormatter):
    """Keeps every command on one line: argparse forgets that commands are indented."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)
        self._action_max_length = 13


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, **words: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **words)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from skyweft import __version__

        print(f"skyweft {__version__}")
        parser.exit(DONE)
