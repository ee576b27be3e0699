"""The command line: parse words, call one public function, print.

Answers go to stdout, everything else to stderr. Exit codes: 0 done, 1 the user's mistake, 2 wrong
words, 3 ours, 130 interrupted. Heavy modules load inside the commands, so `--help` stays quick.
"""

import argparse
import json
import math
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

DONE, USER, WORDS, OURS, INTERRUPTED = 0, 1, 2, 3, 130
DEMO = "integrated"
_FORMS = {
    "czml": "scene for Cesium",
    "oem": "CCSDS ephemerides, a file a platform",
    "omm": "CCSDS mean elements; --out x.json, .csv, .kvn or .xml",
    "geojson": "places, ground tracks and footprints for maps",
    "kml": "the same for Google Earth",
    "netcdf": "ephemerides as a NetCDF cube",
    "zarr": "ephemerides as a Zarr cube",
}


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
        0 done, 1 the user's mistake, 2 wrong words, 3 ours, 130 interrupted.
    """
    try:
        options = parser().parse_args(words)
    except SystemExit as leaving:  # argparse leaves by itself for --help and wrong words
        return leaving.code if isinstance(leaving.code, int) else WORDS
    try:
        code = int(options.command(options))
        sys.stdout.flush()
    except KeyboardInterrupt as interruption:
        # A run says on its way out what is finished and how to go on.
        return _complain(options, [str(interruption) or "interrupted"], INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _failed(options, error)
    return code


def parser() -> argparse.ArgumentParser:
    """Return the parser of every word skyweft understands."""
    top = argparse.ArgumentParser(
        prog="skyweft",
        description="Plan and simulate one information network woven across space, near space, "
        "air and ground.",
        formatter_class=_Help,
    )
    top.add_argument("--version", action=_Version, help="print the version and leave")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Callable[[argparse.Namespace], int], words: str) -> Any:
        sub = commands.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
        sub.set_defaults(command=command)
        sub.add_argument("--json", action="store_true", help="print the answer as JSON")
        return sub

    demo = add("demo", _demo, "run the shipped network of four layers and write its report")
    demo.add_argument("--open", action="store_true", help="show the report in the browser")
    _add_running(demo)

    check = add("check", _check, "report every mistake in a scenario, and what follows from it")
    check.add_argument("scenario", nargs="?", metavar="FILE", help="scenario file (TOML)")
    check.add_argument(
        "--schema",
        action="store_true",
        help="print the JSON Schema with which editors complete keys",
    )
    _add_set(check)

    run = add("run", _run, "run a scenario: tables, summary and report in a folder")
    run.add_argument("scenario", metavar="FILE", help="scenario file (TOML)")
    _add_set(run)
    _add_running(run)

    sweep = add("sweep", _sweep, "run a scenario in variants: one table and page of key figures")
    sweep.add_argument("scenario", metavar="FILE", help="scenario file (TOML)")
    sweep.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUES",
        help="values to try, e.g. platforms.sats.motion.planes=2,4,8; repeated: all combinations",
    )
    sweep.add_argument(
        "--list", metavar="CSV", help="variants to try: a column a key, a row a variant"
    )
    sweep.add_argument("--out", required=True, metavar="DIR", help="folder of the sweep")
    sweep.add_argument(
        "--workers", type=_positive, metavar="N", help="processes (default: one a core)"
    )
    sweep.add_argument(
        "--threads", type=_positive, metavar="N", help="of each worker (default: its share)"
    )
    sweep.add_argument("--dask", metavar="ADDRESS", help="run on the cluster of this scheduler")
    sweep.add_argument("--resume", action="store_true", help="go on with an interrupted sweep")

    report = add("report", _report, "write the report of a run's folder again")
    report.add_argument("folder", metavar="DIR", help="folder of a run")
    report.add_argument("--open", action="store_true", help="show the report in the browser")

    _add_export(add("export", _export, "write a run's folder in the formats of other programs"))
    _add_show(add("show", _show_runs, "show runs in the browser: globe, timeline, tables"))

    _add_plan(add("plan", _plan, "write a contact plan, or find a bundle's ways through it"))

    scenarios = add(
        "scenarios", _scenarios, "list the shipped scenarios, or copy one with its files"
    )
    scenarios.add_argument("name", nargs="?", metavar="NAME", help="the one to copy")
    scenarios.add_argument("--to", default=".", metavar="DIR", help="where to (default: here)")

    fetch = add("fetch", _fetch, "get orbital elements from CelesTrak into the local cache")
    fetch.add_argument("what", choices=["elements"], help="what to get")
    fetch.add_argument(
        "group", metavar="GROUP", help="CelesTrak's name of the group, e.g. starlink"
    )

    add("selfcheck", _selfcheck, "compute published reference cases and print every deviation")
    return top


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
    forms = sub.add_mutually_exclusive_group(required=True)
    for form, words in _FORMS.items():
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=words)
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
    sub.add_argument("--no-report", action="store_true", help="tables and summary only")


def _add_plan(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("where", metavar="DIR|FILE", help="folder of a run, or a contact plan")
    for form, words in (
        ("hdtn", "HDTN's JSON"),
        ("ion", "commands of ION's ionadmin"),
        ("asabr", "A-SABR's text"),
    ):
        sub.add_argument(f"--{form}", metavar="FILE", help=f"write the plan as {words}")
    sub.add_argument("--from", dest="source", metavar="NAME", help="node that has the bundle")
    sub.add_argument("--to", dest="target", metavar="NAME", help="node it is for")
    sub.add_argument(
        "--at", type=_amount, default=0.0, metavar="S", help="from when on it is there (default: 0)"
    )
    sub.add_argument(
        "--size", type=_amount, default=0.0, metavar="BYTES", help="its size (default: nothing)"
    )
    sub.add_argument(
        "--alternatives", type=_positive, default=1, metavar="K", help="how many ways (default: 1)"
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


def _demo(options: argparse.Namespace) -> int:
    from skyweft.scenario.shipped import find

    options.scenario, options.set = find(DEMO), []
    # In its own folder there is nothing but an earlier demo.
    options.force = options.force or not (options.out or options.resume)
    return _run(options)


def _check(options: argparse.Namespace) -> int:
    if options.schema:
        from skyweft.scenario.schema import json_schema

        print(json.dumps(json_schema(), indent=2))
        return DONE
    if options.scenario is None:
        return _complain(options, ["check needs a scenario file, or --schema"], WORDS)
    from skyweft.scenario.reading import load

    scenario = load(
        options.scenario, options.set
    )  # before what is slow to load: mistakes are quick
    from skyweft.run.outlook import outlook

    found = outlook(scenario)
    _answer(options, found.facts(), found.lines())
    return DONE


def _run(options: argparse.Namespace) -> int:
    from skyweft.run import run

    folder = Path(options.out) if options.out else Path("runs", Path(options.scenario).stem)
    with _progress() as progress:
        result = run(
            options.scenario,
            folder,
            overrides=options.set,
            resume=options.resume,
            force=options.force,
            threads=options.threads,
            progress=progress,
        )
    page = None
    if not options.no_report:
        from skyweft.report import write

        page = write(result, folder / "report.html")
    _show(options, result.summary(), folder, page)
    return DONE


def _sweep(options: argparse.Namespace) -> int:
    from skyweft.run.sweep import sweep
    from skyweft.run.sweep.variants import from_words

    with _progress() as progress:
        found = sweep(
            options.scenario,
            from_words(options.set),
            options.out,
            rows=options.list,
            workers=options.workers,
            threads=options.threads,
            dask=options.dask,
            resume=options.resume,
            progress=progress,
        )
    from skyweft.report.sweep import write_sweep

    page = write_sweep(found, found.folder / "sweep.html")
    total, failed = found.table.num_rows, found.failed
    facts = {"variants": total, "failed": failed, "folder": options.out, "page": str(page)}
    for number, reason in failed.items():
        print(f"skyweft: variant {number}: {reason}", file=sys.stderr)
    lines = [f"{total - len(failed):,} of {total:,} variants", f"table: {found.folder}"]
    _answer(options, facts, [*lines, f"page: {page}"])
    return USER if len(failed) == total else DONE


def _report(options: argparse.Namespace) -> int:
    from skyweft.report import write
    from skyweft.run import open_run

    folder = Path(options.folder)
    result = open_run(folder)
    _show(options, result.summary(), folder, write(result, folder / "report.html"))
    return DONE


def _export(options: argparse.Namespace) -> int:
    from skyweft.run import open_run
    from skyweft.run.export import export

    path, notes = export(
        open_run(options.folder),
        options.form,
        options.out,
        only=options.only,
        step_s=options.step,
        time_s=options.time,
    )
    for each in notes:
        print(f"skyweft: {each}", file=sys.stderr)
    _answer(options, {"path": str(path), "notes": notes}, [str(path)])
    return DONE


def _show_runs(options: argparse.Namespace) -> int:
    from skyweft.console import Address, serve
    from skyweft.run.scene.built import MISSING, ui

    def ready(address: str) -> None:
        page = f"{address}?token={options.token}" if options.token else address
        folders = ", ".join(options.folders)
        _answer(
            options,
            {"address": page, "folders": options.folders, "built": ui() is not None},
            [f"{folders}: {page}", "Ctrl-C ends it"],
        )
        sys.stdout.flush()
        if ui() is None:
            print(f"skyweft: {MISSING}", file=sys.stderr)
        elif _has_screen() if options.open is None else options.open:
            import webbrowser

            webbrowser.open(page)

    address = Address(options.host, options.port, options.token)
    serve([Path(each) for each in options.folders], address, ready)
    return DONE


def _has_screen() -> bool:
    """Whether somebody sits there who can see a browser."""
    graphic = sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    return graphic and sys.stdout.isatty()


def _show(
    options: argparse.Namespace, summary: Mapping[str, Any], folder: Path, page: Path | None
) -> None:
    """Print what a run came to and where it lies; open the page if that was asked."""
    where = {"folder": str(folder), "report": str(page) if page else None}
    lines = [*_figures(summary), f"tables: {folder}", *([f"report: {page}"] if page else [])]
    _answer(options, {"summary": summary, **where}, lines)
    if page and getattr(options, "open", False):
        import webbrowser

        webbrowser.open(page.resolve().as_uri())


def _figures(summary: Mapping[str, Any]) -> Iterator[str]:
    """Write the figures that fit on a screen; summary.json and the report hold all of them."""
    platforms, contacts = summary["platforms"], summary["contacts"]
    yield f"{summary['name']}: {platforms['total']:,} platforms, {summary['finished_s']:,.0f} s"
    yield f"contacts: {contacts['total']:,}, median {_figure(contacts['median_s'], 's')}"
    for name, link in summary["links"].items():
        ways = [
            f"{way} {_figure(link[way]['median_bps'], 'bit/s')}"
            for way in ("forward", "reverse")
            if link[way]
        ]
        # A link that never closes must not look like one whose rate does not fit on the line.
        rates = f"median rate {', '.join(ways)}" if ways else "no rate either way"
        yield f"  {name}: {link['contacts']:,}" + (f"; {rates}" if link["contacts"] else "")
    for places in ("cells", "sites"):
        if seen := (summary["coverage"] or {}).get(places):
            gap = _figure(seen["longest_gap_s"], "s")
            yield f"coverage of {places}: {seen['share_covered_mean']:.1%}, longest gap {gap}"


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "none"
    if unit == "bit/s":  # the one unit whose values span ten powers of ten on one screen
        for size, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
            if value >= size:
                return f"{value / size:,.4g} {prefix}{unit}"
    return f"{value:,.4g} {unit}"


def _plan(options: argparse.Namespace) -> int:
    if (options.source is None) != (options.target is None):
        return _complain(options, ["plan needs both --from and --to, or neither"], WORDS)
    from skyweft.network.plan.files import FORMS, Form, read_plan, write_plan
    from skyweft.network.plan.telling import plan_facts, plan_lines

    if Path(options.where).is_dir():
        from skyweft.run import open_run

        plan = open_run(options.where).contact_plan()
    else:
        plan, left_out = read_plan(options.where)
        for line in left_out:
            print(f"skyweft: {line}", file=sys.stderr)
    if options.source is not None:
        return _ways(options, plan)
    files: dict[Form, str] = {form: path for form in FORMS if (path := getattr(options, form))}
    for form, path in files.items():
        write_plan(plan, path, form)
    lines = [*plan_lines(plan), *(f"{form}: {path}" for form, path in files.items())]
    _answer(options, {**plan_facts(plan), "files": files}, lines)
    return DONE


def _ways(options: argparse.Namespace, plan: Any) -> int:
    from skyweft.network.plan.routes import routes
    from skyweft.network.plan.telling import way_facts, way_lines, why_not

    bundle = (plan, options.source, options.target, options.at, options.size)
    found = routes(*bundle, count=options.alternatives)
    reason = "" if found else why_not(*bundle)
    facts = {"ways": [way_facts(plan, each) for each in found], "reason": reason}
    _answer(options, facts, list(way_lines(plan, found)) or [f"no way: {reason}"])
    return DONE


def _scenarios(options: argparse.Namespace) -> int:
    from skyweft.scenario import shipped

    if options.name is None:
        found = shipped.descriptions()
        wide = max(map(len, found), default=0)
        _answer(options, found, [f"{name:{wide}}  {words}" for name, words in found.items()])
    else:
        copied = [str(path) for path in shipped.copy(options.name, Path(options.to))]
        _answer(options, {"files": copied}, copied)
    return DONE


def _fetch(options: argparse.Namespace) -> int:
    from skyweft.motion.catalogue import fetch

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        path = str(fetch(options.group))
    for each in said:
        print(f"skyweft: {each.message}", file=sys.stderr)
    _answer(options, {"file": path}, [path])
    return DONE


def _selfcheck(options: argparse.Namespace) -> int:
    from skyweft.run.selfcheck import selfcheck

    cases = selfcheck()
    _answer(options, {"cases": [case.facts() for case in cases]}, [case.line() for case in cases])
    off = [case.name for case in cases if not case.holds]
    if off:
        return _complain(options, [f"outside its tolerance: {name}" for name in off], OURS)
    return DONE


def _answer(options: argparse.Namespace, facts: Mapping[str, Any], lines: Sequence[str]) -> None:
    """Print the answer: facts as JSON where asked for, else lines."""
    text = json.dumps(facts, indent=2, default=str) if options.json else "\n".join(lines)
    # A terminal of another encoding shows a question mark; it does not end the run.
    coding = sys.stdout.encoding or "utf-8"
    print(text.encode(coding, "replace").decode(coding))


def _complain(options: argparse.Namespace, lines: Sequence[str], code: int) -> int:
    for line in lines:
        print(f"skyweft: {line}", file=sys.stderr)
    if options.json:
        print(json.dumps({"mistakes": list(lines)}, indent=2))
    return code


def _failed(options: argparse.Namespace, error: Exception) -> int:
    from skyweft.errors import SkyweftError

    if isinstance(error, SkyweftError):
        return _complain(options, str(error).splitlines(), USER)
    if isinstance(error, MemoryError):
        return _complain(options, ["not enough memory; a shorter or smaller scenario fits"], USER)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return _complain(options, [f"{where}{error.strerror}"], USER)
    return _complain(options, _crash(error), OURS)


def _crash(error: Exception) -> list[str]:
    """Say that this is our mistake, and put what we need to find it into a file."""
    import tempfile
    import traceback

    words = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    lines = [f"this is a mistake in skyweft, not in your scenario: {words}"]
    if os.environ.get("SKYWEFT_DEBUG"):
        traceback.print_exception(error)
        return lines
    from skyweft import __version__

    with tempfile.NamedTemporaryFile(
        "w", prefix="skyweft-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"skyweft {__version__}, Python {sys.version}, {sys.platform}\n")
        file.write(f"words: {sys.argv[1:]}\n")
        traceback.print_exception(error, file=file)
    return [
        *lines,
        f"please report it with {file.name}, and with the scenario if you may share it",
    ]


@contextmanager
def _progress() -> Iterator[Callable[[float, float, str], None] | None]:
    """Give a function that moves a bar on stderr; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bars:
        task = bars.add_task("starting", total=None)
        yield lambda done_s, total_s, stage: bars.update(
            task, completed=done_s, total=total_s, description=stage
        )
