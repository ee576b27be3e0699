"""The globe in a report: what is inlined, what is escaped, and what stands there without it."""

import base64
import gzip
import re
from pathlib import Path

import pytest

from skyweft.report.globe import globe_section
from skyweft.report.page import page
from skyweft.results import Run
from skyweft.scene import FILE, scene

MODULE = """const a="</script><!--</SCRIPT>";async function Ou(e){window.host=e}
export{b as createGlobe,Ou as mountReport,c as readScene};
"""


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skyweft.report.globe.globe_module", lambda: MODULE)


@pytest.mark.usefixtures("built")
def test_the_scene_is_inside(small: Run) -> None:
    text = page(small)
    (data,) = re.findall(r'id="skyweft-scene">([A-Za-z0-9+/=]+)</script>', text)
    assert gzip.decompress(base64.b64decode(data)) == scene(small, budget=FILE)
    assert '<a href="#globe">Globe</a>' in text
    assert "<noscript>" in text


@pytest.mark.usefixtures("built")
def test_same_run_same_bytes(small: Run) -> None:
    assert page(small) == page(Run(small.folder))


@pytest.mark.usefixtures("built")
def test_the_module_is_called_and_cannot_end_its_element(small: Run) -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page(small), re.DOTALL)
    assert "export" not in script
    assert script.endswith('Ou(document.getElementById("globe-view"));')
    assert r'a="<\/script><\!--<\/SCRIPT>"' in script


@pytest.mark.usefixtures("built")
def test_nothing_is_fetched(small: Run) -> None:
    """What was forbidden to the whole report is still forbidden to all of it but its script."""
    text = page(small)
    assert not re.search(r"<(?:script|img|link|iframe)[^>]* (?:src|href)=", text)
    assert "default-src 'none'" in text


@pytest.mark.usefixtures("built")
def test_a_run_without_tracks_has_a_reason(small: Run, tmp_path: Path) -> None:
    copy = small.save(tmp_path / "copy")
    (copy.folder / "tracks.parquet").unlink()
    found = globe_section(copy)
    assert "No globe in this report: " in found
    assert "tracks.parquet is not there" in found or "cannot be read" in found
    assert "<script" not in found


def test_a_module_that_exports_by_its_own_name(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "skyweft.report.globe.globe_module", lambda: "function mountReport(){}export{mountReport};"
    )
    assert 'mountReport(document.getElementById("globe-view"));</script>' in page(small)
