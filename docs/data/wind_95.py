"""Write the climatology of winds: `python docs/data/wind_95.py WHEEL`, a wheel of aerosandbox.

The 95th percentile of the wind's speed by month, altitude and latitude, all longitudes and years
taken together, comes from the data set `winds_and_tropopause_global` of AeroSandbox 4.2 (MIT
licence, Copyright (c) 2019-2023 Peter Sharpe), whose own source and years its files do not name.
Nothing is fitted: every fifth latitude is kept, as that package itself keeps, and the speed is
rounded to 0.1 m/s. The poles, where the source holds nothing, are left out.

Prints how far linear interpolation between what is kept is from the source in between.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

PLACE = Path(__file__).parents[2] / "src" / "skyweft" / "weather" / "wind_95.csv"
INSIDE = "aerosandbox/library/datasets/winds_and_tropopause_global/"
EVERY_DEG = 5
HEAD = """\
# 95th percentile of the wind's speed [m/s] by month and altitude (rows) and latitude (columns).
# From AeroSandbox 4.2, data set winds_and_tropopause_global. Made by docs/data/wind_95.py.
# Used under the MIT licence:
# Copyright (c) 2019-2023 Peter Sharpe. Permission is hereby granted, free of charge, to any person
# obtaining a copy of this software and associated documentation files (the "Software"), to deal in
# the Software without restriction, including without limitation the rights to use, copy, modify,
# merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons
# to whom the Software is furnished to do so, subject to the following conditions: The above
# copyright notice and this permission notice shall be included in all copies or substantial
# portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS
# OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A
# PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
# LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
# OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
# THE SOFTWARE.
"""


def main() -> int:
    """Read the wheel, write the table, print what the thinning costs."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        altitude_m, latitude_deg, speed_m_s = (
            np.load(io.BytesIO(wheel.read(f"{INSIDE}{name}.npy")))
            for name in ("altitudes", "latitudes", "winds_95_vs_altitude_latitude_day")
        )
    # Speeds lie upwards and northwards already; the axes beside them do not.
    altitude_m, latitude_deg = altitude_m[::-1], latitude_deg[::-1]
    inside = slice(EVERY_DEG, -EVERY_DEG, EVERY_DEG)
    kept_deg, kept = latitude_deg[inside], speed_m_s[:, inside].round(1)
    lines = [",".join(["month", "altitude_m", *(f"{each:g}" for each in kept_deg)])]
    for month in range(kept.shape[2]):
        for row, height_m in enumerate(altitude_m):
            values = ",".join(f"{each:g}" for each in kept[row, :, month])
            lines.append(f"{month + 1},{height_m:.0f},{values}")
    PLACE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    between = np.abs(latitude_deg) <= kept_deg[-1]
    off = [
        np.interp(latitude_deg[between], kept_deg, kept[row, :, month])
        - speed_m_s[row, between, month]
        for row in range(len(altitude_m))
        for month in range(kept.shape[2])
    ]
    size = np.abs(off)
    print(
        f"{PLACE.name}: {kept.size:,} speeds; between them off by {np.sqrt(np.mean(size**2)):.2f}"
    )
    print(f"m/s rms, {np.percentile(size, 99):.2f} m/s in 99 %, at most {size.max():.2f} m/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
