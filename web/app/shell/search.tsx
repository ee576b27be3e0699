/// A box that finds platforms by a part of their name, from the first letters on.
import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { scene } from "../state/runs.ts";
import { select } from "../state/subject.ts";
import { Icon } from "./icons.tsx";

const FOUND_MAX = 12;
export const SEARCH_ID = "search";

/// Rows of names that hold the text, those that begin with it first.
export function matching(names: readonly string[], text: string, most: number): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const begins: number[] = [];
  const holds: number[] = [];
  for (let row = 0; row < names.length && begins.length < most; row += 1) {
    const at = names[row]!.toLowerCase().indexOf(wanted);
    if (at === 0) begins.push(row);
    else if (at > 0 && holds.length < most) holds.push(row);
  }
  return [...begins, ...holds].slice(0, most);
}

export function Search() {
  const text = useSignal("");
  const open = useSignal(false);
  const active = useSignal(0);
  const box = useRef<HTMLInputElement>(null);
  const found = useComputed(() => matching(scene.value?.platforms.name ?? [], text.value, FOUND_MAX));
  const name = (row: number) => scene.value!.platforms.name[row]!;
  const group = (row: number) => scene.value!.groups[scene.value!.platforms.group[row]!]!.name;

  const choose = (row: number | undefined) => {
    if (row === undefined) return;
    select({ kind: "platform", name: name(row) });
    text.value = "";
    open.value = false;
    box.current?.blur();
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => (active.value = Math.min(active.value + 1, found.value.length - 1)),
    ArrowUp: () => (active.value = Math.max(active.value - 1, 0)),
    Enter: () => choose(found.value[active.value]),
    Escape: () => {
      if (text.value === "") box.current?.blur();
      text.value = "";
    },
  };
  const listed = open.value && text.value !== "";
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={box}
        id={SEARCH_ID}
        type="text"
        role="combobox"
        aria-label="Find a platform"
        aria-expanded={listed}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={listed && found.value.length > 0 ? `found-${active.value}` : undefined}
        placeholder="Find a platform"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          active.value = 0;
          open.value = true;
        }}
        onFocus={() => (open.value = true)}
        onBlur={() => (open.value = false)}
        onKeyDown={(event) => {
          const action = keys[event.key];
          if (!action) return;
          event.preventDefault();
          event.stopPropagation();
          action();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
      {/* Always there, since the box names it. */}
      <ul id="found" role="listbox" aria-label="Platforms found" hidden={!listed || found.value.length === 0}>
        {listed && found.value.map((row, k) => (
          <li
            key={row}
            id={`found-${k}`}
            role="option"
            aria-selected={k === active.value}
            // Before the box loses the focus and closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              choose(row);
            }}
          >
            <span class="mono">{name(row)}</span> <span class="muted">{group(row)}</span>
          </li>
        ))}
      </ul>
      {listed && found.value.length === 0 && <p class="found-none" role="status">No platform is called so.</p>}
    </div>
  );
}
