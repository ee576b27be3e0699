"""Antenna gain on and off the axis: isotropic, dish, phased array.

Envelopes, not measured patterns: a reference side-lobe level is what the worst side lobes reach.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.scenario.terminals import ANTENNAS, Antenna, Isotropic, Parabolic, PhasedArray
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
BACK_LOBE_DBI = -10.0
ROUNDING = 1e-9  # of a cosine at the very edge of what an array can steer to


def dish_gain_dbi(diameter_m: ArrayLike, frequency_hz: ArrayLike, efficiency: ArrayLike) -> Any:
    """Return the gain of a dish on its axis, efficiency x (pi D / lambda)^2.

    Parameters
    ----------
    diameter_m, frequency_hz, efficiency : array_like
        Of the aperture [m], of the carrier [Hz], in 0..1; they broadcast.

    Returns
    -------
    gain_dbi : array
        [dBi]

    References
    ----------
    ITU-R Recommendation BO.1213 and any textbook on aperture antennas.
    """
    turns = np.pi * np.asarray(diameter_m) * np.asarray(frequency_hz) / SPEED_OF_LIGHT_M_S
    return 10 * np.log10(np.asarray(efficiency) * turns**2)


def dish_off_axis_gain_dbi(
    off_axis_deg: ArrayLike, diameter_m: float, frequency_hz: float, efficiency: float
) -> Floats:
    """Return the gain of a dish away from its axis: main lobe, then Recommendation S.465.

    The Recommendation gives side lobes only, from an angle phi_min outwards: 32 - 25 log10(phi)
    dBi down to -10 dBi. Inside, the parabola of the Radio Regulations' reference patterns
    (Appendix 7: 0.0025 (phi D / lambda)^2 dB below the peak) is taken, never less than the
    envelope at phi_min. For dishes below some 35 wavelengths the parabola reaches further out than
    phi_min and is followed until it meets the envelope.

    Parameters
    ----------
    off_axis_deg : array_like
        Angle from the axis, 0 to 180. [deg]
    diameter_m, frequency_hz, efficiency : float
        As for `dish_gain_dbi`.

    Returns
    -------
    gain_dbi : array
        Never above the gain on the axis. [dBi]

    References
    ----------
    Recommendation ITU-R S.465-6 (01/2010), recommends 2 and note 5, 2 to 31 GHz; Radio
    Regulations, Appendix 7, annex 3 (main lobe).
    """
    phi = np.asarray(off_axis_deg, dtype=np.float64)
    wavelengths = diameter_m * frequency_hz / SPEED_OF_LIGHT_M_S
    peak = float(dish_gain_dbi(diameter_m, frequency_hz, efficiency))
    main = peak - 2.5e-3 * (wavelengths * phi) ** 2
    beyond = np.maximum(phi, side_lobe_angle_deg(wavelengths))
    side = np.maximum(32 - 25 * np.log10(beyond), BACK_LOBE_DBI)
    gain: Floats = np.maximum(main, np.minimum(side, peak))
    return gain


def side_lobe_angle_deg(wavelengths: float) -> float:
    """Return phi_min of S.465-6, from which its envelope holds, for a dish so many wide. [deg]."""
    if wavelengths >= 50:
        return max(1.0, 100 / wavelengths)
    if wavelengths >= 33.3:
        return max(2.0, float(114 * wavelengths**-1.09))
    return 2.5


def array_gain_dbi(
    scan_deg: ArrayLike, gain_dbi: float, exponent: float, scan_max_deg: float = 90.0
) -> Floats:
    """Return the gain of a flat phased array that steers its beam at an angle off its face.

    Parameters
    ----------
    scan_deg : array_like
        Angle from the face's normal. [deg]
    gain_dbi : float
        On the normal. [dBi]
    exponent : float
        Gain follows cos(scan)^exponent: 1 is the projected aperture, 1.2 to 1.5 are usual with
        element patterns and mismatch.
    scan_max_deg : float
        Beyond it the gain is -inf.

    Returns
    -------
    gain_dbi : array
        [dBi]

    References
    ----------
    R. J. Mailloux, "Phased Array Antenna Handbook", 3rd ed., Artech House, 2017, section 1.2.
    """
    cosine = np.cos(np.radians(np.asarray(scan_deg, dtype=np.float64)))
    return _array_gain_dbi(cosine, gain_dbi, exponent, scan_max_deg)


def _array_gain_dbi(
    cosine: Floats, gain_dbi: float, exponent: float, scan_max_deg: float
) -> Floats:
    least = max(float(np.cos(np.radians(scan_max_deg))) - ROUNDING, ROUNDING)
    gain = gain_dbi + 10 * exponent * np.log10(np.maximum(cosine, least))
    return np.where(cosine < least, -np.inf, gain)


def peak_gain_dbi(antenna: Antenna, frequency_hz: float) -> float:
    """Return the gain on the axis of an antenna of a scenario. [dBi]."""
    return float(_gain_dbi(antenna, frequency_hz, None))


def gain_towards_dbi(antenna: Antenna, frequency_hz: float, rise: Floats) -> Floats | float:
    """Return the gain of an antenna of a scenario towards what rises so far above its horizon.

    Parameters
    ----------
    antenna : Antenna
        As the scenario describes it.
    frequency_hz : float
        Of the carrier. [Hz]
    rise : (K,)
        Sine of the other end's angle above the plane across the local vertical, -1 to 1.

    Returns
    -------
    gain_dbi : float or (K,)
        -inf where an array cannot steer. [dBi]
    """
    return _gain_dbi(antenna, frequency_hz, rise)


def _gain_dbi(antenna: Antenna, frequency_hz: float, rise: Floats | None) -> Floats | float:
    """Return what an antenna's kind answers; a package's answer is looked at."""
    kind = antenna.kind
    gain: Floats | float = ANTENNAS.work(
        kind, (float, int, np.floating, np.ndarray), antenna, frequency_hz, rise
    )
    if ANTENNAS.origin(kind):
        asked = np.zeros(()) if rise is None else rise
        if np.shape(gain) not in ((), asked.shape):
            raise ANTENNAS.error(kind, f"answered {np.shape(gain)} gains for {asked.shape}")
        if np.any(np.isnan(gain) & ~np.isnan(asked)) or np.any(np.isposinf(gain)):
            raise ANTENNAS.error(kind, "answered a gain that is no number")
    return gain


def isotropic(antenna: Isotropic, _: float, _rise: Floats | None) -> float:
    """Return the same in every direction."""
    return antenna.gain_dbi


def parabolic(antenna: Parabolic, frequency_hz: float, rise: Floats | None) -> Floats | float:
    """Follow Recommendation S.465 off the axis."""
    diameter_m, efficiency = antenna.diameter_m, antenna.efficiency
    if rise is None or antenna.boresight == "tracking":
        return float(dish_gain_dbi(diameter_m, frequency_hz, efficiency))
    off_axis_deg = np.degrees(np.arccos(rise if antenna.boresight == "up" else -rise))
    return dish_off_axis_gain_dbi(off_axis_deg, diameter_m, frequency_hz, efficiency)


def phased_array(antenna: PhasedArray, _: float, rise: Floats | None) -> Floats | float:
    """Fall with the cosine of the scan angle."""
    if rise is None:
        return antenna.gain_dbi
    cosine = rise if antenna.boresight == "up" else -rise
    return _array_gain_dbi(cosine, antenna.gain_dbi, antenna.exponent, antenna.scan_max_deg)
