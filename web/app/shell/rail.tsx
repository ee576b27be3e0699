/// The views by name. What belongs to one is read by the keys as well.
import { view, type View } from "../state/address.ts";
import { Icon } from "./icons.tsx";

export const NAMES: Record<View, { name: string; key: string }> = {
  globe: { name: "Globe", key: "g" },
  timeline: { name: "Timeline", key: "t" },
  links: { name: "Links", key: "l" },
  deliveries: { name: "Messages", key: "m" },
  compare: { name: "Compare", key: "c" },
};

export function Rail() {
  return (
    <nav class="rail" aria-label="Views">
      {(Object.keys(NAMES) as View[]).map((each) => (
        <button
          key={each}
          class="rail-item"
          aria-current={view.value === each ? "page" : undefined}
          title={`${NAMES[each].name} (${NAMES[each].key.toUpperCase()})`}
          onClick={() => (view.value = each)}
        >
          <Icon name={each} />
          <span>{NAMES[each].name}</span>
        </button>
      ))}
    </nav>
  );
}
