"""A small placement as tests write it: villages, drones and a mast that leads on."""

from pathlib import Path

from tests.written import fixed, head, link, radio, table

POINTS = """name,latitude_deg,longitude_deg,weight,rate_bps
a,29.00,116.00,100,1e6
b,29.02,116.02,50,1e6
c,29.50,116.50,70,1e6
d,31.00,119.00,500,1e6
"""
SPOTS = """name,latitude_deg,longitude_deg
west,29.01,116.01
middle,29.25,116.25
east,29.50,116.51
"""
RADIOS = (
    radio("cell", 2.6e9, bandwidth_hz=20e6, eirp_dbw=15.0, gt_db_k=-20.0)
    + radio("phone", 2.5e9, bandwidth_hz=20e6, eirp_dbw=-7.0, gt_db_k=-31.0)
    + radio("onward", 8e9, bandwidth_hz=50e6, eirp_dbw=20.0, gt_db_k=0.0)
    + radio("mast", 7e9, bandwidth_hz=50e6, eirp_dbw=20.0, gt_db_k=0.0)
)
LINKS = link("phone", "cell", elevation_min_deg=10, waveform="nr") + link(
    "mast", "onward", elevation_min_deg=0, waveform="dvb_s2x"
)
MAST = fixed("tower", "mast", 29.2, 116.2)
HOVER = {"kind": "loiter", "altitude_m": 3e3, "speed_m_s": 20, "radius_m": 300}
DRONES = {"count": 1, "layer": "air", "terminals": ["cell", "onward"], "motion": HOVER}
SOLAR = {
    "count": 1,
    "layer": "air",
    "terminals": ["cell", "onward"],
    "energy": {"array_m2": 50, "array_efficiency": 0.22, "battery_wh": 40e3, "payload_w": 300},
    "motion": {
        "kind": "aircraft",
        "circle": {"radius_m": 3e3, "altitude_m": [18e3, 22e3]},
        "airframe": {"mass_kg": 150, "wing_m2": 40},
    },
}
BASE = head("Small", 7_200) + MAST + RADIOS + LINKS


def place_table(**keys: object) -> str:
    """Write `[place]` with the usual points and candidates."""
    usual = {
        "demand": {"file": "points.csv", "terminals": ["phone"], "group": "villages"},
        "candidates": {"file": "spots.csv"},
    }
    return table("[place]", **usual | keys)


def fleet(name: str, **keys: object) -> str:
    """Write a kind of craft."""
    return table(f"[place.fleets.{name}]", **keys)


def write(folder: Path, text: str, points: str = POINTS, spots: str = SPOTS) -> Path:
    """Write a placement and its files."""
    (folder / "points.csv").write_text(points, encoding="utf-8")
    (folder / "spots.csv").write_text(spots, encoding="utf-8")
    path = folder / "ask.toml"
    path.write_text(text, encoding="utf-8")
    return path
