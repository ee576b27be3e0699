/// The keys of the page; a part that needs a key for itself stops it on its way up.
import { signal } from "@preact/signals";
import { view } from "../state/address.ts";
import { faster, play, playing, stepBy } from "../state/clock.ts";
import { select } from "../state/subject.ts";
import { PLACES } from "../views/places.ts";
import { SEARCH_ID } from "./search.tsx";

export const helpOpen = signal(false);

const ACTIONS: Record<string, () => void> = {
  " ": () => play(!playing.value),
  ArrowRight: () => stepBy(1),
  ArrowLeft: () => stepBy(-1),
  "[": () => faster(-1),
  "]": () => faster(1),
  "/": () => document.getElementById(SEARCH_ID)?.focus(),
  "?": () => (helpOpen.value = true),
  Escape: () => select(null),
};
for (const [name, { key }] of PLACES) ACTIONS[key] = () => (view.value = name);

/// Where letters are written they are no commands.
const WRITING = "input, textarea, select, [contenteditable]";
/// Space and Enter press these.
const PRESSED = "button, a[href], summary, [role=tab]";

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target instanceof Element ? event.target : null;
    if (at?.closest(WRITING) || document.querySelector("dialog[open]")) return;
    if (event.key === " " && at?.closest(PRESSED)) return;
    const action = ACTIONS[event.key] ?? ACTIONS[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
