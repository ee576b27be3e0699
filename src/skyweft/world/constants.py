"""Numbers of nature that several rooms need, each with its source."""

SPEED_OF_LIGHT_M_S = 299_792_458.0
"""In vacuum, exact (SI, 2019)."""

BOLTZMANN_J_K = 1.380649e-23
"""Exact (SI, 2019)."""

BOLTZMANN_DBW_K_HZ = -228.59916782603886
"""10 log10 of `BOLTZMANN_J_K`: thermal noise of 1 K in 1 Hz. [dBW]"""

EARTH_GM_M3_S2 = 3.986004418e14
"""WGS84, atmosphere included (NGA.STND.0036, 2014). SGP4 has its own, of WGS72."""

EARTH_RADIUS_MEAN_M = 6_371_008.7714
"""Mean radius R1 = (2 a + b) / 3 of the GRS80 ellipsoid (IUGG; Moritz, 2000)."""

STANDARD_GRAVITY_M_S2 = 9.80665
"""Exact (3rd CGPM, 1901)."""

DAY_S = 86_400.0
"""Seconds of a day without a leap second."""

WATT_HOUR_J = 3_600.0
"""Exact."""
