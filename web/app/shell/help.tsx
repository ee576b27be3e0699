/// The keys, on a sheet of their own.
import { useEffect, useRef } from "preact/hooks";
import { step_s } from "../state/clock.ts";
import { PLACES } from "../views/places.ts";
import { lasting } from "../words/time.ts";
import { Icon } from "./icons.tsx";
import { helpOpen } from "./keys.ts";

export function Help() {
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) sheet.current?.showModal();
    else sheet.current?.close();
  }, [helpOpen.value]);
  const rows: [string[], string][] = [
    [["Space"], "play and pause"],
    [["←", "→"], `one step: ${lasting(step_s.value)}`],
    [["[", "]"], "slower, faster"],
    [["/"], "find a platform"],
    ...[...PLACES.values()].map(({ name, key }): [string[], string] => [[key.toUpperCase()], `view: ${name}`]),
    [["Esc"], "select nothing"],
    [["?"], "this sheet"],
  ];
  return (
    <dialog ref={sheet} class="help" aria-labelledby="help-title" onClose={() => (helpOpen.value = false)}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {rows.map(([keys, words]) => (
          <div key={words}>
            <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        On the globe arrows turn it, + and − zoom. On the chart drag moves it, Ctrl and wheel zoom.
        In tables arrows go from row to row, Enter selects.
      </p>
      <button class="button icon-only" aria-label="Close" onClick={() => (helpOpen.value = false)}><Icon name="close" /></button>
    </dialog>
  );
}
