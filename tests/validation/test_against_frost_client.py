"""The Python client of FROST (frost-sta-client) makes, finds, changes and deletes what we keep."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("frost_sta_client")

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[str]:
    code = "import sys; from skyweft.cli import main; sys.exit(main())"
    words = ["serve", "--data", str(tmp_path), "--no-open"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        lines = (process.stdout.readline() for _ in range(3))
        yield next(each.split()[-1] for each in lines if each.startswith("SensorThings: "))
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


# The client uses names that its own packages have given up.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_client(api: str) -> None:
    import frost_sta_client as frost

    service: Any = frost.SensorThingsService(api)
    thing = frost.Thing(name="gauge", description="at a river", properties={"rank": 1})
    thing.locations = [
        frost.Location(
            name="bank",
            description="by the river",
            encoding_type="application/geo+json",
            location={"type": "Point", "coordinates": [114, 30]},
        )
    ]
    stream = frost.Datastream(
        name="level",
        description="of the water",
        observation_type=MEASUREMENT,
        unit_of_measurement=frost.UnitOfMeasurement(name="metre", symbol="m", definition="ucum:m"),
    )
    stream.sensor = frost.Sensor(
        name="radar", description="looks down", encoding_type="text/plain", metadata="none"
    )
    stream.observed_property = frost.ObservedProperty(
        name="level", definition="urn:level", description="height"
    )
    thing.datastreams = [stream]
    service.create(thing)
    found = service.things().find(thing.id)
    assert (found.name, found.properties) == ("gauge", {"rank": 1})
    (kept,) = found.get_datastreams().query().list()
    assert kept.unit_of_measurement.symbol == "m"
    for second in range(3):
        time = f"2026-07-01T00:00:0{second}.500Z"
        service.create(frost.Observation(phenomenon_time=time, result=second, datastream=kept))
    asked = service.observations().query().orderby("phenomenonTime", "DESC").top(2)
    assert [each.result for each in asked.list()] == [2, 1, 0]  # over two pages
    found.name = "renamed"
    service.update(found)
    assert service.things().find(thing.id).name == "renamed"
    service.delete(found)
    assert service.things().query().list().entities == []
    assert service.observations().query().list().entities == []
