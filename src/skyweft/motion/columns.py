"""What a column of a user's file is likely to hold, by its name: quantities under other names.

Recognises only; whether such a column is used or refused is decided where the file is read. Names
are in the languages and of the programs whose tables people have.
"""

import re
import unicodedata
from typing import NamedTuple

HEIGHTS = "heights stand in altitude_m, in metres"
STANDING = {
    "altitude_m": HEIGHTS,
    "latitude_deg": "latitudes stand in latitude_deg, in degrees north",
    "longitude_deg": "longitudes stand in longitude_deg, in degrees east",
    "name": "names stand in name",
    "time_s": "times stand in time_s, in seconds from the start, or in time, UTC",
}
"""Where each quantity stands, in words."""


class _Known(NamedTuple):
    """How else people call a quantity, words apart by spaces."""

    parts: str  # tell it wherever they stand in a name, as in `geoaltitude` or `海拔高度`
    words: str  # tell it as one word among others, as in `site ele`
    alone: str  # tell it beside units and fillers only: `z`, `h (m)`, but not `speed_km_h`


_KNOWN = {
    "altitude_m": _Known(
        "altitud altitut elevati elevaci elevaz elevaç élévati height hoehe höhe hauteur altura "
        "hoogte høyde højde höjd altezza wysoko высот flightlevel "
        "海拔 高程 高度 标高 標高 高さ 고도 해발",
        "alt alti alts ele elev elv hgt amsl asl masl mamsl msl msnm hmsl hae geoalt baroalt "
        "gpsalt",
        "h z zm hm ht fl agl altm altft altkm elevm elevft quota cota nn nhn 高",
    ),
    "latitude_deg": _Known(
        "latitud breitengrad 纬度 緯度 широт 위도", "lat lati", "y north breite"
    ),
    "longitude_deg": _Known(
        "longitud längengrad laengengrad 经度 經度 経度 долгот 경도",
        "lon lng longi",
        "x east long länge",
    ),
    "name": _Known(
        "callsign vesselname shipname mmsi icao24 呼号 船名 航班 车次 名称 站名",
        "imo",
        "id ident names label title station site vessel icao hex ship flight train tail track "
        "registration trackid vehicle device craft aircraft nom nombre 编号 名字 船 列车",
    ),
    "time_s": _Known(
        "timestamp datetime 时间 時間 時刻 时刻 время",
        "utc",
        "t time times date epoch unix seconds sec min h",
    ),
}
_FILLERS = (
    "m km ft feet foot meter meters metre metres mi nm deg degree degrees unit units wgs geo gps "
    "gnss true mean sea level above over ground the of in s ms 米 公里 千米 英尺 度"
)
# An angle above the horizon, or the height of something else than the place.
_ANGLES = "deg degree degrees rad angle mask horizon min minimum"
_OTHERS = re.compile(
    "wave|swell|tide|surge|antenna|mast|tower|building|hub|tree|canopy|roof|cloud|°|角"
)
_WORD = re.compile(r"[^\W\d_]+")


def meant(name: str) -> str | None:
    """Return the known column that a name looks like: a key of `STANDING`, or none.

    Case, unit, brackets and what joins words make no difference: `Elevation (ft)`, `geo-altitude`
    and `海拔_米` are heights. A known column is meant by its own name.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    if plain in STANDING:
        return plain
    found = _WORD.findall(plain)
    words, telling = set(found), {*found} - set(_FILLERS.split())
    for column, known in _KNOWN.items():
        if column == "altitude_m" and (words & set(_ANGLES.split()) or _OTHERS.search(plain)):
            continue
        if (
            any(part in "".join(found) for part in known.parts.split())
            or words & set(known.words.split())
            or (telling and telling <= set(known.alone.split()))
        ):
            return column
    return None
