"""Columns that nobody reads in lists of links, matrices and populations."""

from pathlib import Path

import skyweft
from skyweft.motion.unread import unread
from skyweft.stage.registry import STAGES

TOML = """
name = "Tables"
start = 2026-07-01T00:00:00Z
duration_s = 60
[platforms.towns]
layer = "ground"
motion = { kind = "sites", file = "towns.csv" }
terminals = ["fibre"]
[terminals.fibre]
kind = "optical"
rate_bps = 1e9
[[links]]
between = ["fibre", "fibre"]
pattern = "list"
file = "pairs.csv"
[[flows]]
sources = ["towns"]
targets = ["towns"]
matrix = "matrix.csv"
[[flows]]
sources = ["towns"]
targets = ["towns"]
matrix = "square.csv"
[[flows]]
sources = ["towns"]
targets = ["towns"]
gravity = { population = "people.csv", total_bps = 1e6 }
"""
FILES = {
    "towns.csv": "name,latitude_deg,longitude_deg,population\na,30,114,1\nb,30,115,2\n",
    "pairs.csv": "source,target,start_s\na,b,10\n",
    "matrix.csv": "source;target;demand_bps;hour;class\na;b;1,5;7;x\n",
    "square.csv": "from/to,a,b\na,0,1\nb,1,0\n",
    "people.csv": "name,population,country\na,1,x\nb,2,x\n",
}


def test_every_table_names_what_is_not_read(tmp_path: Path) -> None:
    for name, text in {**FILES, "tables.toml": TOML}.items():
        (tmp_path / name).write_text(text)
    scenario = skyweft.load(tmp_path / "tables.toml")
    lines = [
        "links[0].file: pairs.csv: the column start_s is not used",
        "flows[0].matrix: matrix.csv: the columns hour, class are not used",
        "flows[2].gravity.population: people.csv: the column country is not used",
    ]
    assert list(unread(scenario)) == lines[:1]
    assert list(STAGES["flows"].warnings(scenario)) == lines[1:]
    fleet = skyweft.build_fleet(scenario)
    assert set(lines[:1]) <= set(fleet.warnings)
    assert not any("towns.csv" in line for line in fleet.warnings)
