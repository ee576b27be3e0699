/// The globe with a made-up scene, for work on it: `npm run dev`, then /dev/?planes=72&perPlane=22.
import { createGlobe, type Globe } from "../globe/index.ts";
import { readScene, type Scene } from "../scene/index.ts";
import { syntheticScene } from "../scene/synthetic.ts";

declare global {
  interface Window {
    skyweft: Globe;
  }
}

const asked = new URLSearchParams(location.search);
const number = (name: string, otherwise: number) => Number(asked.get(name) ?? otherwise);

async function sceneAsked(): Promise<Scene> {
  const file = asked.get("scene");
  if (file) return readScene(await (await fetch(file)).arrayBuffer());
  return syntheticScene({
    planes: number("planes", 72),
    perPlane: number("perPlane", 22),
    altitude_m: number("altitude", 550e3),
    inclination_deg: number("inclination", 53),
    sites: number("sites", 100),
    duration_s: number("duration", 1800),
    step_s: 120,
    flyers: number("flyers", 12),
  });
}

const scene = await sceneAsked();
const slider = document.getElementById("time") as HTMLInputElement;
const globe = createGlobe(document.getElementById("globe")!, scene, {
  lowPower: asked.has("lowpower"),
  coast: "50m",
});
window.skyweft = globe;
slider.max = String(scene.to_s);
slider.addEventListener("input", () => globe.setTime(Number(slider.value)));
