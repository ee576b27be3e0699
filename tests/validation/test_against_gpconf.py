"""Element sets against gpconf's corpus: what the standards' texts give, read by its own readers.

H. Neogy, gpconf: conformance cases for orbital-data parsers. Its offline cases only: Alpha-5 in two
lines, KVN as CCSDS 502.0-B-3 allows it, and damaged sets between valid ones. Values are exact
decimals; floats may be off by 1e-12 of themselves, epochs by 2 microseconds.
"""

import re
from datetime import datetime
from pathlib import Path

import pytest

from skyweft.errors import ScenarioError
from skyweft.protocols import omm_writing
from skyweft.protocols.element_choice import Choice
from skyweft.protocols.elements import Elements, parse
from skyweft.protocols.records import Errors, whole
from skyweft.protocols.tle import TleReader, checksum
from skyweft.world.clock import tai_ns_from_text, utc_text

pytest.importorskip("gpconf", reason="the group oracles is not installed")
from gpconf.runner import Runner, Unsupported

pytestmark = pytest.mark.filterwarnings(  # the corpus leaves the files that it reads to be closed
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
FIRST = "1 25544U 98067A   26182.51782528  .00016717  00000-0  10270-3 0  9004"
SECOND = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"
# Not as CCSDS writes an epoch, but of one meaning, and there are files that have them: a blank for
# the T (Space-Track until 2020), an offset in place of the Z (what the XML schema allows), and
# ISO 8601 without its separators.
READ_ALL_THE_SAME = (
    "ccsds-epoch-strings vectors/ccsds-epoch-strings.json: invalid '2026-09-20 12:42:37' accepted; "
    "invalid '2026-09-20T12:42:37.141056+00:00' accepted; invalid '20260920T124237' accepted"
)


class Reader:
    """Our reader as the corpus calls it; with a notation, what it reads goes through that too."""

    def __init__(self, notation: str | None = None) -> None:
        self.notation = notation

    def parse(self, raw: bytes, fmt: str) -> list[dict[str, object]]:
        elements, warnings = parse(raw, "x", Choice(skip_damaged=True))
        if self.notation:
            sets = list(omm_writing.element_sets(elements))
            written = omm_writing.write(self.notation, sets, "2026-07-01T00:00:00")
            elements, _ = parse(written.encode(), "x")
        lines = raw.decode().splitlines()
        refused = [line for line in warnings if "left out: " in line]
        return [
            {"_adapter": {"refusals": True}},
            *(_refusal(each, lines) for line in refused for each in line.split("; ")),
            *(_record(elements, row) for row in range(len(elements))),
        ]

    def parse_epoch(self, text: str) -> datetime:
        return _moment(tai_ns_from_text(text))

    def parse_catalog_id(self, text: str) -> int:
        value = whole(text)
        if value is None:
            raise ValueError(text)
        return value

    def alpha5_decode(self, text: str) -> int:
        return int(_two_lines(FIRST[:2] + text + FIRST[7:], SECOND[:2] + text + SECOND[7:])[0])

    def alpha5_encode(self, value: int) -> str:
        raise Unsupported("two lines are never written")

    def two_digit_year(self, digits: str) -> int:
        first = f"{FIRST[:18]}{int(digits):02d}{FIRST[20:]}"
        return _moment(_two_lines(first, SECOND)[1]).year


def _moment(tai_ns: int) -> datetime:
    text = utc_text(tai_ns, 6)[0].replace(":60.", ":59.")  # as a datetime has no leap second
    return datetime.fromisoformat(text)


def _two_lines(*lines: str) -> tuple[int, int]:
    errors = Errors("x")
    reader = TleReader(errors)
    reader.read("\n".join(line[:68] + str(checksum(line)) for line in lines))
    (record,) = reader.records
    return record.catalogue_number, record.epoch_tai_ns


def _refusal(words: str, lines: list[str]) -> dict[str, object]:
    match = re.search(r"line (\d+).*", words)
    assert match
    line = lines[int(match[1]) - 1]
    cells = line.split(",")
    number = cells[11] if len(cells) > 11 else line[2:7]
    return {"_refused": match[0], "_field": number, "_input": line[:80]}


def _record(elements: Elements, row: int) -> dict[str, object]:
    entry = elements.entries[row]
    number = int(elements.catalogue_number[row])
    return {
        "norad_cat_id": number or None,
        "object_name": elements.names[row].removesuffix(f" ({number})"),
        "object_id": entry.object_id if entry.object_id != "UNKNOWN" else None,
        "epoch": _moment(int(elements.epoch_tai_ns[row])),
        "mean_motion": float(elements.mean_motion_rev_day[row]),
        "eccentricity": float(elements.eccentricity[row]),
        "inclination": float(elements.inclination_deg[row]),
        "ra_of_asc_node": float(elements.raan_deg[row]),
        "arg_of_pericenter": float(elements.argument_of_perigee_deg[row]),
        "mean_anomaly": float(elements.mean_anomaly_deg[row]),
        "bstar": float(elements.bstar[row]),
        "mean_motion_dot": entry.mean_motion_dot,
        "mean_motion_ddot": entry.mean_motion_ddot,
        "ephemeris_type": entry.ephemeris_type,
        "classification_type": entry.classification_type,
        "element_set_no": entry.element_set_no,
        "rev_at_epoch": entry.rev_at_epoch,
    }


def _failures(notation: str | None, case: str, data: Path) -> tuple[list[str], int]:
    (result,) = Runner(Reader(notation), data=str(data)).run(case_ids=[case])
    passed = sum(item.status in ("pass", "pass-tolerance") for item in result.items)
    failed = [
        f"{item.check} {item.file}: {item.detail}" for item in result.items if item.status == "fail"
    ]
    return failed, passed


@pytest.mark.parametrize(
    ("case", "least"),
    [
        ("alpha5-encoding-vectors", 2),
        ("alpha5-tle-derived", 18),
        ("kvn-syntax-variants", 24),
        ("corrupt-input", 14),
    ],
)
def test_offline_cases(case: str, least: int, tmp_path: Path) -> None:
    failed, passed = _failures(None, case, tmp_path)
    assert [each for each in failed if each not in READ_ALL_THE_SAME] == []
    assert passed >= least


@pytest.mark.parametrize("notation", omm_writing.NOTATIONS)
@pytest.mark.parametrize("case", ["alpha5-tle-derived", "kvn-syntax-variants"])
def test_offline_cases_written_and_read_again(notation: str, case: str, tmp_path: Path) -> None:
    assert _failures(notation, case, tmp_path)[0] == []


@pytest.mark.parametrize("text", ["I0000", "O1234", "a0000", "A000 ", "0A000"])
def test_what_is_no_alpha_5(text: str) -> None:
    with pytest.raises(ScenarioError):
        Reader().alpha5_decode(text)
