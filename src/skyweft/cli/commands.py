"""What each command does: call one public function and print what it returns."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skyweft.cli.loading import loading
from skyweft.cli.printing import DONE, OURS, USER, WORDS, answer, complain, progress_bar, warn

if TYPE_CHECKING:
    from skyweft.results import Run

DEMO = "integrated"
WARNINGS_SHOWN = 10  # of a run, on a screen; summary.json has all


def demo(options: argparse.Namespace) -> int:
    """Run the shipped network of four layers."""
    from skyweft.scenario.shipped import find

    options.scenario, options.set = find(DEMO), []
    # In its own folder there is nothing but an earlier demo.
    options.force = options.force or not (options.out or options.resume)
    return run(options)


def check(options: argparse.Namespace) -> int:
    """Say what is wrong with a scenario, or what it will come to."""
    if options.schema:
        from skyweft.scenario.schema import json_schema

        print(json.dumps(json_schema(), indent=2))
        return DONE
    if options.scenario is None:
        return complain(options, ["check needs a scenario file, or --schema"], WORDS)
    from skyweft.scenario.reading import in_file, load

    scenario = load(options.scenario, options.set)  # before what is slow to load: errors are quick
    from skyweft.engine.estimate import outlook

    with in_file(options.scenario):
        found = outlook(scenario)
    answer(options, found.facts(), found.lines())
    return DONE


def run(options: argparse.Namespace) -> int:
    """Run a scenario into its folder."""
    folder = Path(options.out) if options.out else Path("runs", Path(options.scenario).stem)
    with progress_bar() as progress, _reuse(options):
        with loading():
            from skyweft.results import run

        result = run(
            options.scenario,
            folder,
            overrides=options.set,
            resume=options.resume,
            force=options.force,
            threads=options.threads,
            dask=options.dask,
            progress=progress,
        )
    page = None
    if not options.no_report:
        page = _written(result, folder)
    _show(options, result, folder, page)
    return DONE


def _reuse(options: argparse.Namespace) -> AbstractContextManager[None]:
    """Let work be taken over, or not."""
    from skyweft.store.kept import nothing_reused

    return nothing_reused() if options.no_reuse else nullcontext()


def sweep(options: argparse.Namespace) -> int:
    """Run the variants of a scenario; say which have failed."""
    with progress_bar() as progress, _reuse(options):
        from skyweft.sweeps import sweep
        from skyweft.sweeps.product import PAGE
        from skyweft.sweeps.variants import from_words

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

    page = write_sweep(found, found.folder / PAGE)
    total, failed = found.table.num_rows, found.failed
    facts = {
        "variants": total,
        "failed": failed,
        "warnings": found.warnings,
        "folder": options.out,
        "page": str(page),
    }
    for number, reason in failed.items():
        warn(f"variant {number}: {reason}")
    lines = [f"{total - len(failed):,} of {total:,} variants", f"table: {found.folder}"]
    if found.warnings:
        warn(f"{len(found.warnings):,} of {total:,} variants have warnings: see {page}")
    answer(options, facts, [*lines, f"page: {page}"])
    return USER if len(failed) == total else DONE


def report(options: argparse.Namespace) -> int:
    """Write a run's report again."""
    with loading():
        from skyweft.results import open_run

    folder = Path(options.folder)
    result = open_run(folder)
    _show(options, result, folder, _written(result, folder))
    return DONE


def _written(result: "Run", folder: Path) -> Path:
    """Write the report beside the tables."""
    with loading():
        from skyweft.report import write

        return write(result, folder / "report.html")


def export(options: argparse.Namespace) -> int:
    """Write a run in a format of other programs."""
    from skyweft.export import export
    from skyweft.results import open_run

    path, notes = export(
        open_run(options.folder),
        options.form,
        options.out,
        only=options.only,
        step_s=options.step,
        time_s=options.time,
    )
    for note in notes:
        warn(note)
    answer(options, {"path": str(path), "notes": notes}, [str(path)])
    return DONE


def show(options: argparse.Namespace) -> int:
    """Serve a page for finished runs until Ctrl-C."""
    from skyweft.console import Address, serve
    from skyweft.scene.built import MISSING, ui

    def ready(page: str) -> None:
        folders = ", ".join(options.folders)
        answer(
            options,
            {"address": page, "folders": options.folders, "built": ui() is not None},
            [f"{folders}: {page}", "Ctrl-C ends it"],
        )
        sys.stdout.flush()
        if ui() is None:
            warn(MISSING)
        elif _has_screen() if options.open is None else options.open:
            import webbrowser

            webbrowser.open(page)

    address = Address(options.host, options.port, options.token)
    serve([Path(folder) for folder in options.folders], address, ready)
    return DONE


def serve(options: argparse.Namespace) -> int:
    """Serve what devices observe until Ctrl-C, or only load runs."""
    from skyweft.sensorthings.asking.grammar import NEEDS, has_lark
    from skyweft.sensorthings.server import Ready, serve

    def ready(served: Ready) -> bool:
        new = [f"{served.loaded:,} new observations"] * bool(options.run)
        if options.load_only:
            facts = {"data": options.data, "observations_new": served.loaded}
            answer(options, facts, [f"{options.data}: {''.join(new)}"])
            return False
        facts = {"address": served.page, "api": served.api, "observations_new": served.loaded}
        lines = [*new, f"{options.data}: {served.page}", f"SensorThings: {served.api}"]
        answer(options, facts, [*lines, "Ctrl-C ends it"])
        sys.stdout.flush()
        if _has_screen() if options.open is None else options.open:
            import webbrowser

            webbrowser.open(served.page)
        return True

    if options.load_only and not options.run:
        return complain(options, ["--load-only loads the runs that --run names"], WORDS)
    if not (has_lark() or options.load_only):
        warn(NEEDS)
    runs = [Path(folder) for folder in options.run]
    serve(Path(options.data), runs, options.host, options.port, ready)
    return DONE


def _has_screen() -> bool:
    """Whether somebody sits there who can see a browser."""
    graphic = sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    return graphic and sys.stdout.isatty()


def _show(options: argparse.Namespace, result: "Run", folder: Path, page: Path | None) -> None:
    """Print what a run came to and where it lies; open the page if that was asked."""
    summary = result.summary()
    where = {"folder": str(folder), "report": str(page) if page else None}
    reused = list(result.manifest.get("reused", {}))
    lines = [*_metrics(result.scenario, summary), f"tables: {folder}"]
    if reused:
        lines.append(f"taken over from earlier runs: {', '.join(reused)}")
    lines += [f"report: {page}"] if page else []
    warned = summary["warnings"]
    for warning in warned[:WARNINGS_SHOWN]:
        warn(warning)
    if len(warned) > WARNINGS_SHOWN:
        print(f"skyweft: {len(warned) - WARNINGS_SHOWN:,} more in summary.json", file=sys.stderr)
    answer(options, {"summary": summary, "reused": reused, **where}, lines)
    if page and getattr(options, "open", False):
        import webbrowser

        webbrowser.open(page.resolve().as_uri())


def _metrics(scenario: Any, summary: Mapping[str, Any]) -> Iterator[str]:
    """Write the figures that fit on a screen; summary.json and the report hold all of them."""
    from skyweft.stage.registry import ask, wanted

    for stage in wanted(scenario):
        yield from map(str, ask(stage, "lines", summary, list) or ())


def plan(options: argparse.Namespace) -> int:
    """Find routes in a contact plan, or write it for others."""
    if (options.source is None) != (options.target is None):
        return complain(options, ["plan needs both --from and --to, or neither"], WORDS)
    from skyweft.delivery.plan.describe import plan_facts, plan_lines
    from skyweft.delivery.plan.files import read_plan, write_plan

    if Path(options.where).is_dir():
        from skyweft.results import open_run

        plan = open_run(options.where).contact_plan()
    else:
        plan, left_out = read_plan(options.where)
        for line in left_out:
            warn(line)
    for form, path in options.write:
        for line in write_plan(plan, path, form):
            warn(line)
    asked = options.source is not None
    facts, lines = _routes(options, plan) if asked else (plan_facts(plan), plan_lines(plan))
    written = [f"{form}: {path}" for form, path in options.write]
    answer(options, {**facts, "files": dict(options.write)}, [*lines, *written])
    return DONE


def _routes(options: argparse.Namespace, plan: Any) -> tuple[dict[str, Any], Iterator[str]]:
    from skyweft.delivery.plan.describe import route_facts, route_lines, why_not
    from skyweft.delivery.plan.routes import routes

    bundle = (plan, options.source, options.target, options.at, options.size)
    if found := routes(*bundle, count=options.alternatives):
        return {"routes": [route_facts(plan, route) for route in found]}, route_lines(plan, found)
    reason = why_not(*bundle)
    return {"routes": [], "reason": reason}, iter([f"no route: {reason}"])


def place(options: argparse.Namespace) -> int:
    """Place what flies so that the most is served."""
    from skyweft.placing.door import place

    folder = Path(options.out) if options.out else Path("placed", Path(options.file).stem)
    found = place(options.file, folder, force=options.force)
    for warning in found.warnings:
        warn(warning)
    answer(options, found.facts(), [*found.lines()])
    return DONE


def scenarios(options: argparse.Namespace) -> int:
    """List the shipped scenarios, or copy one."""
    from skyweft.scenario import shipped

    if options.name is None:
        found = shipped.descriptions()
        wide = max(map(len, found), default=0)
        answer(options, found, [f"{name:{wide}}  {words}" for name, words in found.items()])
    else:
        copied = [str(path) for path in shipped.copy(options.name, Path(options.to))]
        answer(options, {"files": copied}, copied)
    return DONE


def fetch(options: argparse.Namespace) -> int:
    """Get orbital elements into the local cache."""
    from skyweft.motion.catalogue import fetch

    path = str(fetch(options.group))
    answer(options, {"file": path}, [path])
    return DONE


def selfcheck(options: argparse.Namespace) -> int:
    """Compute the reference cases; fail where one is off."""
    from skyweft.selfcheck import selfcheck

    cases = selfcheck()
    answer(options, {"cases": [case.facts() for case in cases]}, [case.line() for case in cases])
    off = [case.name for case in cases if not case.holds]
    if off:
        return complain(options, [f"outside its tolerance: {name}" for name in off], OURS)
    return DONE
