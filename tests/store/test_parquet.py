"""Tables on disk."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skyweft.errors import ScenarioError
from skyweft.store.parquet import read_some


def test_a_table_of_another_version_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "routes.parquet"
    pq.write_table(pa.table({"source": ["a"]}), path)
    with pytest.raises(ScenarioError, match=r"routes.parquet .* the columns rank are missing"):
        read_some(path, ["source", "rank"], 1)
