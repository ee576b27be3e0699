/// The globe in one file: inlined into a report, imported by the notebook's widget.
import { createGlobe, type Globe, type GlobeOptions } from "./globe/index.ts";
import { mountScene } from "./player/player.ts";
import { readEmbeddedScene, readScene } from "./scene/index.ts";

export { createGlobe, mountScene, readScene };

/// Draw the scene that a report carries in `#skyweft-scene` into `host`; where that fails, say why
/// in `host` and return null. A report with an element `#skyweft-globe` needs no call.
export async function mountReport(host: HTMLElement, options: GlobeOptions = {}): Promise<Globe | null> {
  try {
    const carried = document.getElementById("skyweft-scene")?.textContent ?? "";
    return mountScene(host, await readEmbeddedScene(carried), options);
  } catch (error) {
    host.textContent = `The globe cannot be shown: ${error instanceof Error ? error.message : error}`;
    return null;
  }
}

interface Model {
  get(name: "scene"): DataView<ArrayBuffer>;
  get(name: "height_px"): number;
}

/// What a notebook's widget (anywidget) calls: the scene comes as bytes of the model.
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const { buffer, byteOffset, byteLength } = model.get("scene");
  el.style.height = `${model.get("height_px")}px`;
  try {
    const globe = mountScene(el, readScene(buffer.slice(byteOffset, byteOffset + byteLength)));
    return () => globe.destroy();
  } catch (error) {
    el.textContent = `The globe cannot be shown: ${error instanceof Error ? error.message : error}`;
    return () => undefined;
  }
}

export default { render };

// Nobody can import a module that is inlined in a report: there it finds its place itself.
const place = document.getElementById("skyweft-globe");
if (place) void mountReport(place).then((skyweft) => Object.assign(window, { skyweft }));
