"""What the files of a run's folder are called, and which of them are the run's."""

from skyweft.store.formats import FORMATS

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
SCENARIO = "scenario.toml"
REPORT = "report.html"
SUMS = "SHA256SUMS"
TABLE = ".parquet"
_OWN = frozenset({MANIFEST, SUMMARY, SCENARIO, REPORT, SUMS})


def owned(name: str) -> bool:
    """Whether a file is of the run in its folder, or made of it: it goes with that run."""
    exported = name in {form.file for form in FORMATS.values()}
    return exported or name in _OWN or name.endswith(TABLE)
