/// What the bars' colours and textures mean.
import { scene } from "../state/runs.ts";
import { styleOf } from "./paint.ts";

export function ColourKey() {
  const names = scene.value?.rules.map(({ name }) => name) ?? [];
  return (
    <ul class="key" aria-label="Colour key">
      {names.map((name) => {
        const { colour, texture } = styleOf(name, names);
        return (
          <li key={name}>
            <svg class="swatch" viewBox="0 0 18 8" aria-hidden="true">
              <rect width="18" height="8" rx="2" fill={colour} />
              {texture === "stripes" && [4, 9, 14].map((x) => <rect key={x} x={x} width="1.5" height="8" fill="#0b131f" />)}
              {texture === "dots" && [3, 8, 13].map((x) => <rect key={x} x={x} y="3" width="2" height="2" fill="#0b131f" />)}
            </svg>
            {name}
          </li>
        );
      })}
      <li><svg class="swatch" viewBox="0 0 18 8" aria-hidden="true"><rect width="18" height="8" rx="2" fill="#ff5c9e" /></svg>selected</li>
      <li><svg class="swatch" viewBox="0 0 18 8" aria-hidden="true"><rect width="18" height="8" rx="2" fill="#3d5a78" /></svg>several, too close to tell apart</li>
    </ul>
  );
}
