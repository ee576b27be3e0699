"""The tables of the store, as steps from one version to the next."""

from sqlite3 import Connection

from skyweft.errors import ScenarioError
from skyweft.sensorthings.model.times import now

_ENTITIES = """
CREATE TABLE things (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT NOT NULL,
    properties TEXT
);
CREATE TABLE locations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT NOT NULL,
    encodingType TEXT NOT NULL, location TEXT NOT NULL, properties TEXT
);
CREATE TABLE things_locations (
    thing INTEGER NOT NULL REFERENCES things ON DELETE CASCADE,
    location INTEGER NOT NULL REFERENCES locations ON DELETE CASCADE,
    PRIMARY KEY (thing, location)
) WITHOUT ROWID;
CREATE INDEX things_at ON things_locations (location);
CREATE TABLE historical_locations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,
    thing INTEGER NOT NULL REFERENCES things ON DELETE CASCADE
);
CREATE INDEX historical_locations_of ON historical_locations (thing, time);
CREATE TABLE historical_locations_locations (
    historical_location INTEGER NOT NULL REFERENCES historical_locations ON DELETE CASCADE,
    location INTEGER NOT NULL REFERENCES locations ON DELETE CASCADE,
    PRIMARY KEY (historical_location, location)
) WITHOUT ROWID;
CREATE INDEX historical_locations_at ON historical_locations_locations (location);
CREATE TABLE sensors (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT NOT NULL,
    encodingType TEXT NOT NULL, metadata TEXT NOT NULL, properties TEXT
);
CREATE TABLE observed_properties (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, definition TEXT NOT NULL,
    description TEXT NOT NULL, properties TEXT
);
CREATE TABLE datastreams (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT NOT NULL,
    observationType TEXT NOT NULL, unitOfMeasurement TEXT NOT NULL, observedArea TEXT,
    properties TEXT,
    thing INTEGER NOT NULL REFERENCES things ON DELETE CASCADE,
    sensor INTEGER NOT NULL REFERENCES sensors ON DELETE CASCADE,
    observed_property INTEGER NOT NULL REFERENCES observed_properties ON DELETE CASCADE
);
CREATE INDEX datastreams_of ON datastreams (thing);
CREATE INDEX datastreams_by ON datastreams (sensor);
CREATE INDEX datastreams_on ON datastreams (observed_property);
CREATE TABLE features (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT NOT NULL,
    encodingType TEXT NOT NULL, feature TEXT NOT NULL, properties TEXT,
    made_from INTEGER UNIQUE REFERENCES locations ON DELETE SET NULL
);
"""

# One row an observation, its newest version; what it said before stands among the corrected.
_OBSERVATIONS = """
CREATE TABLE observations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    datastream INTEGER NOT NULL REFERENCES datastreams ON DELETE CASCADE,
    feature INTEGER NOT NULL REFERENCES features ON DELETE CASCADE,
    phenomenonTime_start INTEGER NOT NULL, phenomenonTime_end INTEGER,
    sequence INTEGER NOT NULL, result, result_kind TEXT NOT NULL, resultTime INTEGER,
    resultQuality TEXT, validTime_start INTEGER, validTime_end INTEGER, parameters TEXT,
    received INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX observations_key ON observations (
    datastream, phenomenonTime_start, ifnull(phenomenonTime_end, -9223372036854775807), sequence
);
CREATE INDEX observations_until
    ON observations (datastream, ifnull(phenomenonTime_end, phenomenonTime_start));
CREATE INDEX observations_made ON observations (datastream, resultTime);
CREATE INDEX observations_on ON observations (feature);
CREATE TABLE corrected (
    observation INTEGER NOT NULL REFERENCES observations ON DELETE CASCADE,
    version INTEGER NOT NULL, document TEXT NOT NULL, received INTEGER NOT NULL,
    PRIMARY KEY (observation, version)
) WITHOUT ROWID;
"""

STEPS = (_ENTITIES, _OBSERVATIONS)


def bring_up_to_date(connection: Connection, where: str) -> None:
    """Take the steps that a store has not taken yet, each whole or not at all.

    Raises
    ------
    ScenarioError
        It has taken steps that are not known here.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, taken INTEGER)"
    )
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute(
        "SELECT ifnull(max(version), 0) FROM schema_versions"
    ).fetchone()
    if version > len(STEPS):
        connection.execute("ROLLBACK")
        raise ScenarioError(
            f"{where}: its tables are of version {version}, and this skyweft knows those up to "
            f"{len(STEPS)}; a newer one made it"
        )
    for number, step in enumerate(STEPS[version:], version + 1):
        for statement in filter(str.strip, step.split(";")):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_versions VALUES (?, ?)", (number, now()))
    connection.execute("COMMIT")
