/// Who is in contact, and whose contact ends next.
import { computed } from "@preact/signals";
import { calm_s } from "../../state/clock.ts";
import { inForce, meetingsAt } from "../../state/meetings.ts";
import { scene } from "../../state/runs.ts";
import { quantity } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import { Ends, range, ROWS } from "../globe/ends.tsx";
import type { Shown } from "../shown.ts";

interface ContactFigures {
  total: number;
  median_s: number | null;
}

const COUNTED = 240;
const course = computed(() => (scene.value ? inForce(scene.value, COUNTED) : undefined));

export const shown: Shown = {
  tiles(known, t_s) {
    const contacts = known["contacts"] as ContactFigures | undefined;
    const now = scene.value ? meetingsAt(scene.value, t_s).length : null;
    return [
      {
        rank: 40,
        name: "In contact",
        value: { text: quantity(now, "1").text, unit: now === 1 ? "pair" : "pairs" },
        note: `${quantity(contacts?.total, "1").text} contacts in all`,
        series: course.value,
      },
      { rank: 80, name: "Median contact", value: quantity(contacts?.median_s, "delay"), note: "from rise to set" },
    ];
  },
  now: { rank: 20, there: () => scene.value !== null, List: EndingNext },
};

function EndingNext({ more }: { more: string[] }) {
  const known = scene.value;
  if (!known) return null;
  const t_s = calm_s.value;
  const found = meetingsAt(known, t_s);
  const lastingOn = found.filter(({ end_s }) => end_s < known.to_s || known.to_s < known.simulated_s);
  const next = lastingOn.sort((a, b) => a.end_s - b.end_s).slice(0, ROWS);
  const name = (row: number) => known.platforms.name[row]!;
  return (
    <section class="now-list" aria-labelledby="ending">
      <h2 id="ending">Contacts that end next</h2>
      {next.length > 0 && (
        <table class="small">
          <thead>
            <tr><th scope="col">between</th><th scope="col">range<small>km</small></th><th scope="col">still</th></tr>
          </thead>
          <tbody>
            {next.map(({ source, target, end_s, rule }) => (
              <tr key={`${source} ${target} ${rule}`}>
                <Ends source={name(source)} target={name(target)} />
                <td>{range(name(source), name(target))}</td>
                <td>{lasting(Math.max(1, Math.round(end_s - t_s)))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="muted pad">
        {next.length === 0
          ? `In force: ${quantity(found.length, "1").text}, none of which ends before the run does.`
          : [`${quantity(found.length, "1").text} in force.`, ...more].join(" ")}
      </p>
    </section>
  );
}
