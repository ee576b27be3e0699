"""The terms of a radio link budget, one function each, and C/N0 from them.

Free space and fixed terms only; what air, rain and cloud take is added as further losses.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from skyweft.world.constants import BOLTZMANN_DBW_K_HZ, SPEED_OF_LIGHT_M_S

REFERENCE_TEMPERATURE_K = 290.0
CROSS_POLAR_LOSS_DB = 25.0  # what real antennas still let through; theory says infinite
CIRCULAR_LINEAR_LOSS_DB = float(10 * np.log10(2))

Polarisation = Literal["rhcp", "lhcp", "horizontal", "vertical", "matched"]
_CIRCULAR = ("rhcp", "lhcp")


def free_space_loss_db(range_m: ArrayLike, frequency_hz: ArrayLike) -> Any:
    """Return the loss between isotropic antennas in free space, 20 log10(4 pi d f / c).

    Parameters
    ----------
    range_m, frequency_hz : array_like
        Distance [m] and carrier [Hz]; they broadcast.

    Returns
    -------
    loss_db : array
        Valid in the far field. Nearer than a 4 pi-th of the wavelength it would be a gain: there,
        as for two platforms at one place, it is 0. [dB]

    References
    ----------
    Recommendation ITU-R P.525-4, equation 3.
    """
    per_metre = 4 * np.pi * np.asarray(frequency_hz) / SPEED_OF_LIGHT_M_S
    return 20 * np.log10(np.maximum(np.asarray(range_m) * per_metre, 1.0))


def system_temperature_k(noise_figure_db: ArrayLike, antenna_temperature_k: ArrayLike) -> Any:
    """Return the system noise temperature, Ta + 290 K (F - 1), at the receiver's input.

    Parameters
    ----------
    noise_figure_db : array_like
        Of the whole receiver. [dB]
    antenna_temperature_k : array_like
        What the antenna sees. [K]

    Returns
    -------
    temperature_k : array
        [K]

    References
    ----------
    3GPP TR 38.821 V16.2.0, section 6.1.3.1 (NF + 10 log10(T0 + (Ta - T0) 10^(-NF/10)) is its
    logarithm).
    """
    excess = 10 ** (np.asarray(noise_figure_db) / 10) - 1
    return np.asarray(antenna_temperature_k) + REFERENCE_TEMPERATURE_K * excess


def gt_db_k(
    gain_dbi: ArrayLike, noise_figure_db: ArrayLike, antenna_temperature_k: ArrayLike = 290.0
) -> Any:
    """Return the receive figure of merit G/T.

    Parameters
    ----------
    gain_dbi, noise_figure_db, antenna_temperature_k : array_like
        Of the receiving antenna [dBi], of the receiver [dB], seen by the antenna [K].

    Returns
    -------
    gt_db_k : array
        [dB/K]

    References
    ----------
    3GPP TR 38.821 V16.2.0, section 6.1.3.1.
    """
    temperature_k = system_temperature_k(noise_figure_db, antenna_temperature_k)
    return np.asarray(gain_dbi) - 10 * np.log10(temperature_k)


def cn0_dbhz(eirp_dbw: ArrayLike, gt_db_k: ArrayLike, loss_db: ArrayLike) -> Any:
    """Return the carrier power over the noise power in one hertz.

    Parameters
    ----------
    eirp_dbw, gt_db_k, loss_db : array_like
        Towards the receiver [dBW], towards the transmitter [dB/K], of the whole way [dB].

    Returns
    -------
    cn0_dbhz : array
        [dB Hz]

    References
    ----------
    3GPP TR 38.821 V16.2.0, section 6.1.3.1, with the bandwidth term left out.
    """
    return np.asarray(eirp_dbw) + gt_db_k - np.asarray(loss_db) - BOLTZMANN_DBW_K_HZ


def polarisation_loss_db(one: Polarisation, other: Polarisation) -> float:
    """Return what two polarisations lose to each other.

    Circular to linear 3.01 dB, whatever the tilt; opposite senses, and horizontal to vertical,
    25 dB (a cap: ideal antennas would lose everything). Linear ends are taken as aligned; a
    satellite's own attitude and Faraday rotation below some 2 GHz are not modelled.

    Parameters
    ----------
    one, other : str
        `rhcp`, `lhcp`, `horizontal`, `vertical`, or `matched` with anything.

    Returns
    -------
    loss_db : float
        [dB]

    References
    ----------
    C. A. Balanis, "Antenna Theory", 4th ed., Wiley, 2016, section 2.12.
    """
    if "matched" in (one, other) or one == other:
        return 0.0
    if (one in _CIRCULAR) != (other in _CIRCULAR):
        return CIRCULAR_LINEAR_LOSS_DB
    return CROSS_POLAR_LOSS_DB
