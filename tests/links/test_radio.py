import numpy as np
import pytest

from skyweft.links.radio import (
    cn0_dbhz,
    free_space_loss_db,
    gt_db_k,
    polarisation_loss_db,
    system_temperature_k,
)


def test_nobody_gains_by_being_near() -> None:
    """Power does not grow on its way: two antennas at one place lose nothing."""
    assert free_space_loss_db([0.0, 1e-4], 8e9).tolist() == [0, 0]
    assert free_space_loss_db(0.003, 8e9) > 0  # beyond 2.98 mm, a 4 pi-th of the wavelength


def test_free_space_loss_in_the_form_of_p525() -> None:
    # P.525: 32.4 + 20 log f/MHz + 20 log d/km, the constant rounded to a decimal.
    assert free_space_loss_db(1e3, 1e6) == pytest.approx(32.4, abs=0.05)
    doubled = free_space_loss_db([1e6, 2e6], 2e9)
    assert doubled[1] - doubled[0] == pytest.approx(20 * np.log10(2))


def test_matched_load_sees_the_noise_factor() -> None:
    assert system_temperature_k(3.0103, 290) == pytest.approx(580, abs=0.01)
    assert system_temperature_k(0, 50) == pytest.approx(50)
    assert gt_db_k(20, 0, 100) == pytest.approx(0)


def test_boltzmann() -> None:
    assert cn0_dbhz(0, 0, 0) == pytest.approx(228.6, abs=1e-3)


@pytest.mark.parametrize(
    ("one", "other", "loss_db"),
    [
        ("rhcp", "rhcp", 0),
        ("rhcp", "lhcp", 25),
        ("rhcp", "vertical", 3.0103),
        ("horizontal", "vertical", 25),
        ("matched", "lhcp", 0),
    ],
)
def test_polarisation(one: str, other: str, loss_db: float) -> None:
    assert polarisation_loss_db(one, other) == pytest.approx(loss_db, abs=1e-4)
    assert polarisation_loss_db(other, one) == pytest.approx(loss_db, abs=1e-4)
