/// The globe in one file: inlined into a report, imported by the notebook's widget.
import { createGlobe, type Globe, type GlobeOptions } from "./globe/index.ts";
import { mountScene } from "./player/player.ts";
import { readEmbeddedScene, readScene } from "./scene/index.ts";

export { createGlobe, mountScene, readScene };

/// Draw the scene that a report carries in `#skyweft-scene` into `host`; where that fails, say why
/// in `host` and return null.
export async function mountReport(host: HTMLElement, options: GlobeOptions = {}): Promise<Globe | null> {
  try {
    const carried = document.getElementById("skyweft-scene")?.textContent ?? "";
    return mountScene(host, await readEmbeddedScene(carried), options);
  } catch (error) {
    host.textContent = `The globe cannot be shown: ${error instanceof Error ? error.message : error}`;
    return null;
  }
}
