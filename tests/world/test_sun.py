from datetime import UTC, datetime

import numpy as np
import pytest

from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import up
from skyweft.world.sun import sun_direction, sun_elevation


def test_seasons() -> None:
    # Equinox and solstice of 2026 (USNO): the Sun's declination is 0 and 23.436 deg.
    for moment, declination in [
        (datetime(2026, 3, 20, 14, 46, tzinfo=UTC), 0.0),
        (datetime(2026, 6, 21, 8, 24, tzinfo=UTC), 23.436),
    ]:
        found = np.degrees(np.arcsin(sun_direction(Clock.at(moment), np.zeros(1))[2, 0]))
        assert found == pytest.approx(declination, abs=0.02)


def test_noon_is_highest_and_midnight_lowest() -> None:
    day = np.arange(0, 86_400, 60.0)
    direction = sun_direction(Clock.at(datetime(2026, 6, 21, tzinfo=UTC)), day)
    np.testing.assert_allclose(np.linalg.norm(direction, axis=0), 1, rtol=1e-12)
    found = sun_elevation(up([0.0, 51.4769, 80.0], [0.0, 0.0, 0.0]), direction)
    assert found.shape == (3, len(day))
    # Greenwich, solstice: the Sun culminates at 12:02 UTC, 90 - 51.477 + 23.436 deg high.
    assert day[np.argmax(found[1])] / 60 == pytest.approx(12 * 60 + 2, abs=1)
    assert found[1].max() == pytest.approx(61.959, abs=0.02)
    assert found[2].min() > 0  # midnight sun
