/// What the marks mean, and whether they are drawn: a strip of its own, so that nothing lies over
/// the globe.
import { signal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Layer } from "../../../scene/index.ts";
import { scene } from "../../state/runs.ts";
import { globe } from "./pane.tsx";

const LAYER_COLOURS: Record<Layer, string> = { space: "#e6f1fb", near_space: "#c7a8ff", air: "#ffe27a", ground: "#3ddc97" };
const SHAPES: Record<Layer, string> = {
  space: "M6 3a3 3 0 1 0 0 6a3 3 0 1 0 0-6",
  near_space: "M6 2l4.5 8h-9z",
  air: "M6 1.5l4 9l-4-2.4l-4 2.4z",
  ground: "M6 1.5l4.5 4.5l-4.5 4.5l-4.5-4.5z",
};

const off = signal<ReadonlySet<string>>(new Set());
const map = signal(false);
const inertial = signal(false);

function toggled(name: string): void {
  const now = new Set(off.value);
  if (!now.delete(name)) now.add(name);
  off.value = now;
}

export function Strip() {
  const known = scene.value;
  const layers = [...new Set(known?.groups.map(({ layer }) => layer) ?? [])];
  const kinds = [...new Set(known?.rules.map(({ kind }) => kind) ?? [])];

  useSignalEffect(() => {
    const drawn = (name: string) => !off.value.has(name);
    globe.value?.show({
      layers: Object.fromEntries(layers.map((layer) => [layer, drawn(layer)])),
      rules: Object.fromEntries(scene.value?.rules.map(({ kind }, k) => [k, drawn(kind)]) ?? []),
      labels: drawn("names"),
      beams: drawn("beams"),
      tracks: drawn("track") ? "selected" : "none",
      footprints: drawn("footprint") ? "selected" : "none",
      night: drawn("night"),
    });
  });
  useSignalEffect(() => globe.value?.view(map.value ? "map" : "globe"));
  useSignalEffect(() => globe.value?.frame(inertial.value ? "inertial" : "fixed"));

  return (
    <div class="strip" role="toolbar" aria-label="What the globe shows">
      {layers.map((layer) => (
        <Switch key={layer} name={layer} words={layer.replace("_", " ")}>
          <svg viewBox="0 0 12 12" aria-hidden="true"><path d={SHAPES[layer]} fill={LAYER_COLOURS[layer]} /></svg>
        </Switch>
      ))}
      {kinds.map((kind) => <Switch key={kind} name={kind} words={kind === "optical" ? "laser link" : "radio link"}><Dash colour={kind === "optical" ? "#4fc3f7" : "#3ddc97"} /></Switch>)}
      {known && known.beams.platform.length > 0 && (
        <Switch name="beams"><svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4.5" fill="#3ddc9744" stroke="#3ddc97" stroke-width="1.4" /></svg></Switch>
      )}
      <Switch name="footprint"><Dash colour="#ffb547" /></Switch>
      <Switch name="track"><Dash colour="#8ea3bd" /></Switch>
      <Switch name="night" />
      <Switch name="names" />
      <span class="strip-gap" />
      <button class="switch" aria-pressed={inertial.value} title="The Earth turns, the orbits stand" disabled={map.value} onClick={() => (inertial.value = !inertial.value)}>inertial</button>
      <button class="switch" aria-pressed={map.value} onClick={() => (map.value = !map.value)}>map</button>
    </div>
  );
}

function Switch({ name, words = name, children }: { name: string; words?: string; children?: ComponentChildren }) {
  return (
    <button class="switch" aria-pressed={!off.value.has(name)} onClick={() => toggled(name)}>
      {children}{words}
    </button>
  );
}

function Dash({ colour }: { colour: string }) {
  return <svg viewBox="0 0 12 12" aria-hidden="true"><rect y="5" width="12" height="2.4" rx="1.2" fill={colour} /></svg>;
}
