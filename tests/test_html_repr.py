"""What a product looks like in a notebook."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.html_repr import Shown


@dataclass(frozen=True, slots=True)
class Sample(Shown):
    time_s: NDArray[np.float64]
    name: tuple[str, ...]
    first: NDArray[np.int64]  # one longer: no column

    def __len__(self) -> int:
        return len(self.time_s)


def sample(count: int) -> Sample:
    names = tuple(f"<{row}>" for row in range(count))
    return Sample(np.arange(count) / 4, names, np.zeros(count + 1, np.int64))


def test_columns_of_its_length_only() -> None:
    text = sample(3)._repr_html_()
    assert "<th>time_s</th><th>name</th></tr>" in text
    assert "first" not in text
    assert "&lt;2&gt;" in text  # names are text, never tags
    assert "<td>0.25</td>" in text


def test_long_ones_show_their_ends() -> None:
    text = sample(100)._repr_html_()
    assert text.count("<tr>") == 1 + 5 + 1 + 5
    assert "&lt;4&gt;" in text
    assert "&lt;5&gt;" not in text
    assert "&lt;95&gt;" in text


def test_empty() -> None:
    assert "0 rows" in sample(0)._repr_html_()
