/// The globe with what a report needs around it: play, time, map, a key to the marks. One file holds
/// all of it, so styles are set here and not in a sheet.
import { LAYER_COLOURS, COLOURS, LAYERS } from "../globe/colours.ts";
import { createGlobe, type Globe, type GlobeOptions, type Selection } from "../globe/index.ts";
import type { Layer, Scene } from "../scene/index.ts";

const SPEEDS = [1, 10, 60, 300];
const MARKS: Record<Layer, [string, string]> = {
  space: ["●", "space"],
  near_space: ["▲", "near space"],
  air: ["➤", "air"],
  ground: ["◆", "ground"],
};
const CONTROL =
  "font:inherit;color:inherit;background:#101b2b;border:1px solid #1c2b40;border-radius:8px;" +
  "padding:4px 10px;cursor:pointer;";
const MONO = "font-family:'JetBrains Mono',ui-monospace,monospace;font-variant-numeric:tabular-nums;";

/// Fill `host`, which keeps its size, with a globe and its controls.
export function mountScene(host: HTMLElement, scene: Scene, options: GlobeOptions = {}): Globe {
  const stage = element("div", "flex:1;min-height:0;");
  const panel = element("div", "flex:none;padding:8px 12px;border-top:1px solid #1c2b40;");
  const root = element(
    "div",
    `display:flex;flex-direction:column;height:100%;overflow:hidden;background:${COLOURS.space};` +
      `color:${COLOURS.text};font:13px/1.45 Inter,system-ui,sans-serif;`,
    stage,
    panel,
  );
  host.replaceChildren(root);
  const globe = createGlobe(stage, scene, options);
  const said = element("span", "margin-left:auto;color:#ff8fbd;");
  said.setAttribute("aria-live", "polite");
  globe.onSelect((what) => (said.textContent = wordsFor(scene, what)));
  const there = () => stage.childElementCount > 0;
  panel.append(timeRow(globe, scene, there), keyRow(globe, scene, said));
  return globe;
}

/// `there`: whether the globe still is; a destroyed one stops the clock.
function timeRow(globe: Globe, scene: Scene, there: () => boolean): HTMLElement {
  const play = button("Play");
  const slider = element("input", "flex:1;min-width:80px;accent-color:#4fc3f7;");
  Object.assign(slider, { type: "range", min: scene.from_s, max: scene.to_s, step: 1, value: scene.from_s });
  slider.setAttribute("aria-label", "Time");
  const speed = element("select", CONTROL);
  speed.setAttribute("aria-label", "Speed");
  speed.append(...SPEEDS.map((times) => new Option(`${times}×`, String(times), times === 60, times === 60)));
  const clock = element("output", MONO + "white-space:nowrap;");
  const setTime = (t_s: number) => {
    slider.value = String(t_s);
    clock.textContent = clockWords(scene, t_s);
    globe.setTime(t_s);
  };
  let before_ms = 0;
  let t_s = scene.from_s;
  const step = (now_ms: number) => {
    if (before_ms === 0 || !there()) return;
    // A frame's time may lie before the click that started it.
    t_s = Math.min(scene.to_s, t_s + (Math.max(0, now_ms - before_ms) / 1000) * Number(speed.value));
    before_ms = now_ms;
    setTime(t_s);
    if (t_s >= scene.to_s) stop();
    else requestAnimationFrame(step);
  };
  const stop = () => {
    before_ms = 0;
    play.textContent = "Play";
  };
  play.addEventListener("click", () => {
    if (before_ms > 0) return stop();
    if (t_s >= scene.to_s) t_s = scene.from_s;
    before_ms = performance.now();
    play.textContent = "Pause";
    requestAnimationFrame(step);
  });
  slider.addEventListener("input", () => setTime((t_s = Number(slider.value))));
  setTime(t_s);
  return element("div", "display:flex;gap:10px;align-items:center;flex-wrap:wrap;", play, slider, speed, clock);
}

function keyRow(globe: Globe, scene: Scene, said: HTMLElement): HTMLElement {
  const map = button("Map");
  map.setAttribute("aria-pressed", "false");
  map.addEventListener("click", () => {
    const flat = map.getAttribute("aria-pressed") !== "true";
    map.setAttribute("aria-pressed", String(flat));
    map.style.borderColor = flat ? "#4fc3f7" : "#1c2b40";
    globe.view(flat ? "map" : "globe");
  });
  const row = element("div", "display:flex;gap:16px;align-items:center;flex-wrap:wrap;margin-top:6px;color:#8ea3bd;", map);
  for (const layer of LAYERS) {
    if (!scene.groups.some((group) => group.layer === layer)) continue;
    const [sign, words] = MARKS[layer];
    row.append(keyed(sign, LAYER_COLOURS[layer], words));
  }
  const kinds = new Set(scene.rules.map(({ kind }) => kind));
  if (kinds.has("optical")) row.append(keyed("—", COLOURS.optical, "laser link"));
  if (kinds.has("radio")) row.append(keyed("—", COLOURS.radio, "radio link"));
  if (scene.load.time.length > 0) row.append(keyed("—", COLOURS.alarm, "busy link"));
  if (scene.beams.platform.length > 0) row.append(keyed("◯", COLOURS.radio, "beam in use"));
  row.append(said);
  return row;
}

function wordsFor({ platforms: { name } }: Scene, what: Selection | null): string {
  if (what === null) return "";
  return what.kind === "platform" ? name[what.index]! : `${name[what.source]} – ${name[what.target]}`;
}

function clockWords(scene: Scene, t_s: number): string {
  const utc = new Date(Date.parse(scene.start) + 1000 * t_s).toISOString();
  const whole = Math.floor(t_s);
  const parts = [whole / 3600, (whole / 60) % 60, whole % 60];
  const since = parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
  return `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC  T+${since}`;
}

function button(words: string): HTMLButtonElement {
  const result = element("button", CONTROL);
  result.type = "button";
  result.textContent = words;
  return result;
}

function keyed(sign: string, colour: string, words: string): HTMLElement {
  const mark = element("span", `color:${colour};margin-right:6px;`);
  mark.textContent = sign;
  return element("span", "white-space:nowrap;", mark, words);
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  style: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const result = document.createElement(tag);
  result.style.cssText = style;
  result.append(...children);
  return result;
}
