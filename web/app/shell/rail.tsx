/// The views by name.
import { view } from "../state/address.ts";
import { PLACES } from "../views/places.ts";
import { Drawn } from "./icons.tsx";

export function Rail() {
  return (
    <nav class="rail" aria-label="Views">
      {[...PLACES].map(([each, { name, key, icon }]) => (
        <button
          key={each}
          class="rail-item"
          aria-current={view.value === each ? "page" : undefined}
          title={`${name} (${key.toUpperCase()})`}
          onClick={() => (view.value = each)}
        >
          <Drawn path={icon} />
          <span>{name}</span>
        </button>
      ))}
    </nav>
  );
}
