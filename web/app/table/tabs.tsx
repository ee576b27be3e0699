/// Tabs above a panel, walked with the arrow keys; a number beside a name counts its rows.
import type { ComponentChildren } from "preact";
import { grouped } from "../words/quantities.ts";

interface Props {
  label: string;
  names: string[];
  words: (name: string) => string;
  count: (name: string) => number | undefined;
  chosen: string;
  onChoose: (name: string) => void;
  children: ComponentChildren;
}

export function Tabs({ label, names, words, count, chosen, onChoose, children }: Props) {
  const walk = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const next = names[(names.indexOf(chosen) + by + names.length) % names.length]!;
    onChoose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabbed">
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={walk}>
        {names.map((name) => {
          const rows = count(name);
          return (
            <button
              key={name}
              id={`tab-${name}`}
              role="tab"
              aria-selected={name === chosen}
              aria-controls="table-panel"
              tabIndex={name === chosen ? 0 : -1}
              onClick={() => onChoose(name)}
            >
              {words(name)}
              {rows !== undefined && <small>{grouped(rows)}</small>}
            </button>
          );
        })}
      </div>
      <div id="table-panel" class="table-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`}>{children}</div>
    </div>
  );
}
