/// The fullest links at the moment.
import { computed, effect, signal } from "@preact/signals";
import { lastNotAfter } from "../../../scene/index.ts";
import * as api from "../../state/api.ts";
import { calm_s } from "../../state/clock.ts";
import { run, runId, scene } from "../../state/runs.ts";
import { measured, measureOfRates, percent } from "../../words/quantities.ts";
import { Ends, range, ROWS } from "../globe/ends.tsx";

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

export const loads = signal<Load[] | null>(null);
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

export function Busiest() {
  const known = loads.value ?? [];
  const measure = measureOfRates(Math.max(0, ...known.map(({ load_bps }) => load_bps)));
  return (
    <section class="now-list" aria-labelledby="busiest">
      <h2 id="busiest">Busiest links</h2>
      <table class="small busiest">
        <thead>
          <tr><th scope="col">link</th><th scope="col">range<small>km</small></th><th scope="col">load<small>{measure.unit}</small></th><th scope="col">used<small>%</small></th><th scope="col"><span class="unseen">state</span></th></tr>
        </thead>
        <tbody>
          {known.map(({ source, target, load_bps, utilisation }) => (
            <tr key={`${source} ${target}`}>
              <Ends source={source} target={target} />
              <td>{range(source, target)}</td>
              <td>{measured(load_bps, measure)}</td>
              <td>{percent(utilisation)}</td>
              <td class="used"><Used share={utilisation} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {known.length === 0 && <p class="muted pad">No link carries anything at this time.</p>}
    </section>
  );
}

/// How full by colour and word; the number stands beside it.
function Used({ share }: { share: number }) {
  const state = share >= FULL ? "full" : share >= BUSY ? "busy" : "";
  return <span class={`gauge ${state}`}>{state}</span>;
}

