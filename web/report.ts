/// The globe in one file: inlined into a report, imported by the notebook's widget.
import { createGlobe, type Globe } from "./globe/index.ts";
import { readEmbeddedScene, readScene } from "./scene/index.ts";

export { createGlobe, readScene };

/// Draw the scene that a report carries in `#skyweft-scene` into `host`.
export async function mountReport(host: HTMLElement): Promise<Globe> {
  const element = document.getElementById("skyweft-scene");
  return createGlobe(host, await readEmbeddedScene(element?.textContent ?? ""));
}
