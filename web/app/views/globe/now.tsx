/// What goes on at the moment: the fullest links where the run has traffic, else the contacts that
/// end next.
import { computed, effect, signal } from "@preact/signals";
import { lastNotAfter } from "../../../scene/index.ts";
import * as api from "../../state/api.ts";
import { calm_s } from "../../state/clock.ts";
import { meetingsAt } from "../../state/meetings.ts";
import { distance, positionAt } from "../../state/positions.ts";
import { rowOf, run, runId, scene } from "../../state/runs.ts";
import { sameSubject, select, selected } from "../../state/subject.ts";
import { grouped, percent, quantity } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";

const ROWS = 14;
const FULL = 0.995;
const BUSY = 0.8;
/// Snapshots are compared as numbers that went through float32.
const SAME_S = 0.01;

interface Load {
  source: string;
  target: string;
  load_bps: number;
  utilisation: number;
}

const loads = signal<Load[] | null>(null);
const snapshot_s = computed(() => {
  const time = scene.value?.load.time;
  const at = time ? lastNotAfter(time, calm_s.value) : -1;
  return at < 0 ? null : time![at]!;
});

effect(() => {
  const t_s = snapshot_s.value;
  if (t_s === null || !run.value?.tables["link_loads"]) loads.value = null;
  else void read(runId.value, t_s);
});

async function read(id: number, t_s: number): Promise<void> {
  try {
    const { rows } = await api.table(id, "link_loads", {
      columns: ["source", "target", "load_bps", "utilisation"],
      where: [`time_s:ge:${t_s - SAME_S}`, `time_s:le:${t_s + SAME_S}`],
      sort: "utilisation",
      descending: true,
      limit: ROWS,
    });
    if (id !== runId.value || t_s !== snapshot_s.value) return;
    loads.value = rows.map(([source, target, load_bps, utilisation]) => ({ source, target, load_bps, utilisation })) as Load[];
  } catch {
    loads.value = null;
  }
}

function range(source: string, target: string): string {
  const [a, b] = [rowOf.value.get(source), rowOf.value.get(target)];
  if (!scene.value || a === undefined || b === undefined) return "—";
  const length_m = distance(positionAt(scene.value, a, calm_s.value), positionAt(scene.value, b, calm_s.value));
  return length_m === null ? "—" : grouped(length_m / 1000);
}

export function Now() {
  return loads.value ? <Busiest loads={loads.value} /> : <EndingNext />;
}

function Ends({ source, target }: { source: string; target: string }) {
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

function Busiest({ loads }: { loads: Load[] }) {
  return (
    <section class="now-list" aria-labelledby="busiest">
      <h2 id="busiest">Busiest links</h2>
      <table class="small busiest">
        <thead>
          <tr><th scope="col">link</th><th scope="col">range<small>km</small></th><th scope="col">load<small>Gbit/s</small></th><th scope="col">used<small>%</small></th><th scope="col"><span class="unseen">state</span></th></tr>
        </thead>
        <tbody>
          {loads.map(({ source, target, load_bps, utilisation }) => (
            <tr key={`${source} ${target}`}>
              <Ends source={source} target={target} />
              <td>{range(source, target)}</td>
              <td>{(load_bps / 1e9).toFixed(2)}</td>
              <td>{percent(utilisation)}</td>
              <td class="used"><Used share={utilisation} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {loads.length === 0 && <p class="muted pad">No link carries anything at this time.</p>}
    </section>
  );
}

/// How full by colour and word; the number stands beside it.
function Used({ share }: { share: number }) {
  const state = share >= FULL ? "full" : share >= BUSY ? "busy" : "";
  return <span class={`gauge ${state}`}>{state}</span>;
}

function EndingNext() {
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
          : `${quantity(found.length, "1").text} in force. For loads add [[flows]] to the scenario and run it again.`}
      </p>
    </section>
  );
}
