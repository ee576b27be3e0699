/// A row of what goes on: its two ends, and how far they are from each other.
import { calm_s } from "../../state/clock.ts";
import { distance, positionAt } from "../../state/positions.ts";
import { rowOf, scene } from "../../state/runs.ts";
import { sameSubject, select, selected } from "../../state/subject.ts";
import { grouped } from "../../words/quantities.ts";

/// The panel has room for so many.
export const ROWS = 14;

export function range(source: string, target: string): string {
  const [a, b] = [rowOf.value.get(source), rowOf.value.get(target)];
  if (!scene.value || a === undefined || b === undefined) return "—";
  const length_m = distance(positionAt(scene.value, a, calm_s.value), positionAt(scene.value, b, calm_s.value));
  return length_m === null ? "—" : grouped(length_m / 1000);
}

export function Ends({ source, target }: { source: string; target: string }) {
  const subject = { kind: "link", source, target } as const;
  const chosen = sameSubject(selected.value, subject);
  return (
    <th scope="row">
      <button class={chosen ? "ends chosen" : "ends"} aria-pressed={chosen} title={`${source} to ${target}`} onClick={() => select(chosen ? null : subject)}>
        <span>{source}</span><i aria-hidden="true">→</i><span>{target}</span>
      </button>
    </th>
  );
}
