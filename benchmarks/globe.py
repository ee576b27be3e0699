"""A frame of the globe: what it costs the page's main thread, all in all.

Chromium draws in software, which is bound by pixels; the script's milliseconds are what a page on
any machine pays. Beside it stands what the shader saves: interpolating every satellite in
JavaScript and filling the buffers of points and lines, their upload not counted.
"""

import json
import shutil
import subprocess
import tempfile
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import skyweft
from skyweft.run.scene.container import pack

MODULE = Path(skyweft.__file__).parent / "ui" / "skyweft-globe.js"
FLAGS = "--headless --no-sandbox --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader"
SPAN_S, STEP_S, ALTITUDE_M, TILT_DEG = 1800.0, 120.0, 550e3, 53.0
SITES, FOOTPRINTS, FRAMES = 100, 100, 60
RADIUS_M, MU, TURN_RAD_S = 6378137.0, 3.986004418e14, 7.292115e-5
ASKED_S = 1234.5
GOALS = {1584: (2.0, 3.0), 10_000: (4.0, 6.0)}  # script a frame [ms], first frame [s]

PAGE = """<!doctype html><title>globe</title><style>#host{width:1440px;height:900px}</style>
<div id="host"></div><script type="module">
import { createGlobe, readScene } from "./skyweft-globe.js";
const told = (what) => fetch("/told", { method: "POST", body: JSON.stringify(what) });
window.addEventListener("error", (event) => told({ error: event.message }));
try {
  const scene = readScene(await (await fetch("/scene")).arrayBuffer());
  const globe = createGlobe(document.getElementById("host"), scene, { lowPower: true });
  await globe.ready;
  const first_s = performance.now() / 1000;
  globe.show({ footprints: ["lit"] });
  globe.select({ kind: "platform", index: 0 });
  const begun = globe.frames;
  const peer_ms = [];
  const { position, velocity, movers } = scene.tracks[0];
  const points = new Float32Array(3 * movers);
  const lines = new Float32Array(6 * scene.contacts.rule.length);
  const byScript = (t_s) => {
    const k = Math.floor(t_s / STEP), s = t_s / STEP - k, r = 1 - s, n = 3 * movers;
    const w = [(1 + 2 * s) * r * r, STEP * s * r * r, s * s * (3 - 2 * s), -STEP * s * s * r];
    for (let i = 0, a = k * n, b = a + n; i < n; i += 1, a += 1, b += 1)
      points[i] = w[0] * position[a] + w[1] * velocity[a] + w[2] * position[b] + w[3] * velocity[b];
    const { source, target } = scene.contacts;
    for (let c = 0; c < source.length; c += 1)
      for (let i = 0; i < 3; i += 1) {
        lines[6 * c + i] = points[3 * source[c] + i];
        lines[6 * c + 3 + i] = points[3 * target[c] + i];
      }
  };
  const step = () => {
    const t_s = 60 + globe.frames - begun;
    const before = performance.now();
    byScript(t_s);
    peer_ms.push(performance.now() - before);
    if (globe.frames - begun < FRAMES) { globe.setTime(t_s); requestAnimationFrame(step); return; }
    globe.setTime(ASKED);
    peer_ms.sort((a, b) => a - b);
    told({ first_s, script_ms: globe.scriptMs, peer_ms: peer_ms[peer_ms.length >> 1],
           position: globe.positionOf(7) });
  };
  step();
} catch (error) { told({ error: String(error) }); }
</script>"""


def circles(planes: int, per_plane: int, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return position and velocity (2, T, P, 3) of circular orbits in the turning frame."""
    plane, slot = np.divmod(np.arange(planes * per_plane), per_plane)
    radius = RADIUS_M + ALTITUDE_M
    rate = np.sqrt(MU / radius**3)
    node = 2 * np.pi * plane / planes - TURN_RAD_S * time_s[:, None]
    phase = (
        2 * np.pi * (slot / per_plane + 39 * plane / (planes * per_plane)) + rate * time_s[:, None]
    )
    tilt = np.radians(TILT_DEG)
    x, y = np.cos(phase), np.sin(phase) * np.cos(tilt)
    u, v = -np.sin(phase) * rate, np.cos(phase) * np.cos(tilt) * rate
    at = [x * np.cos(node) - y * np.sin(node), x * np.sin(node) + y * np.cos(node)]
    going = [
        u * np.cos(node) - v * np.sin(node) + TURN_RAD_S * at[1],
        u * np.sin(node) + v * np.cos(node) - TURN_RAD_S * at[0],
    ]
    at.append(np.sin(phase) * np.sin(tilt))
    going.append(np.cos(phase) * np.sin(tilt) * rate)
    return radius * np.stack([np.stack(at, -1), np.stack(going, -1)])


def header(satellites: int) -> dict[str, Any]:
    """Return the words of the scene."""
    group = np.r_[
        np.zeros(satellites - FOOTPRINTS, int), np.ones(FOOTPRINTS, int), np.full(SITES, 2)
    ]
    return {
        "format": 1,
        "skyweft": "0",
        "name": "a shell",
        "description": "",
        "hash": "0",
        "start": "2026-07-01T00:00:00Z",
        "duration_s": SPAN_S,
        "finished_s": SPAN_S,
        "complete": True,
        "from_s": 0,
        "to_s": SPAN_S,
        "routes": [],
        "notes": [],
        "groups": [
            {"name": name, "layer": layer, "motion": "", "count": count, "relay": True}
            for name, layer, count in (
                ("shell", "space", satellites - FOOTPRINTS),
                ("lit", "space", FOOTPRINTS),
                ("sites", "ground", SITES),
            )
        ],
        "platforms": {
            "name": [f"p{k}" for k in range(satellites + SITES)],
            "group": group.tolist(),
            "track": np.r_[np.arange(satellites), np.full(SITES, -1)].tolist(),
        },
        "rules": [
            {"name": "laser", "kind": "optical", "elevation_min_deg": None, "between": []},
            {"name": "ka", "kind": "radio", "elevation_min_deg": 25, "between": []},
        ],
    }


def scene(planes: int, per_plane: int) -> bytes:
    """Return a shell with four lasers a satellite, sites below it, and a group for footprints."""
    satellites = planes * per_plane
    time_s = np.arange(0, SPAN_S + 1, STEP_S)
    position, velocity = circles(planes, per_plane, time_s).astype(np.float32)
    number = np.arange(satellites)
    source = np.tile(number, 4)
    target = np.concatenate([number + 1, number + per_plane, number + per_plane + 1, number + 2])
    links = len(source)
    angle = np.arange(SITES) * 2.39996
    z = np.linspace(-0.9, 0.9, SITES)
    flat = np.sqrt(1 - z**2)
    site = np.full((satellites + SITES, 3), np.nan, np.float32)
    site[satellites:] = RADIUS_M * np.column_stack([flat * np.cos(angle), flat * np.sin(angle), z])
    access = np.arange(SITES)
    contacts = links + SITES
    arrays = {
        "site": site,
        "track.0.time": time_s,
        "track.0.position": position,
        "track.0.velocity": velocity,
        "sun": np.array([[0, 1, 0, 0], [SPAN_S, 0.99, -0.13, 0]], np.float32),
        "contact.rule": np.r_[np.zeros(links), np.ones(SITES)].astype(np.int32),
        "contact.source": np.r_[source, satellites + access].astype(np.int32),
        "contact.target": np.r_[target % satellites, satellites - 1 - access].astype(np.int32),
        "contact.start": np.zeros(contacts, np.float32),
        "contact.end": np.full(contacts, SPAN_S, np.float32),
    }
    return pack(header(satellites), arrays)


class Answer(BaseHTTPRequestHandler):
    """Serve page, module and scene; keep what the page tells."""

    def __init__(self, *args: Any, body: bytes, told: list[Any], done: threading.Event) -> None:
        self.body, self.told, self.done = body, told, done
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer page, module or scene."""
        kind, body = {
            "/": (
                "text/html",
                PAGE.replace("STEP", f"{STEP_S:g}")
                .replace("FRAMES", str(FRAMES))
                .replace("ASKED", f"{ASKED_S:g}")
                .encode(),
            ),
            "/skyweft-globe.js": ("text/javascript", MODULE.read_bytes()),
            "/scene": ("application/octet-stream", self.body),
        }.get(self.path, ("text/plain", b""))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Take what the page tells."""
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        self.done.set()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def drawn(body: bytes) -> dict[str, Any]:
    """Return what a page that draws a scene measured of itself."""
    told: list[Any] = []
    done = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Answer, body=body, told=told, done=done))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chromium = shutil.which("chromium") or "chromium"
    with tempfile.TemporaryDirectory() as folder:
        page = subprocess.Popen(
            [
                chromium,
                *FLAGS.split(),
                f"--user-data-dir={folder}",
                "--window-size=1440,900",
                f"http://127.0.0.1:{server.server_port}/",
            ],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        done.wait(180)
        page.terminate()
        page.wait()
    server.shutdown()
    return dict(told[0]) if told else {"error": "the page told nothing"}


def main() -> None:
    """Print script and first frame of two shells; check a position on the way."""
    for planes, per_plane in ((72, 22), (100, 100)):
        satellites = planes * per_plane
        told = drawn(scene(planes, per_plane))
        assert "error" not in told, told
        truth = circles(planes, per_plane, np.array([ASKED_S]))[0, 0, 7]
        away_m = np.linalg.norm(truth - told["position"])
        assert away_m < 10, away_m
        goal_ms, goal_s = GOALS[satellites]
        print(
            f"{satellites:,} satellites, {4 * satellites:,} lasers, {SITES} sites, {FOOTPRINTS} "
            f"footprints: {told['script_ms']:.2f} ms of script a frame, goal {goal_ms:g} ms; "
            f"positions alone in JavaScript {told['peer_ms']:.2f} ms; first frame "
            f"{told['first_s']:.1f} s, goal {goal_s:g} s; {away_m:.1f} m from the closed form"
        )
        assert told["script_ms"] <= goal_ms, told


if __name__ == "__main__":
    main()
