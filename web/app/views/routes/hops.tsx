/// The route between two platforms as a strip: every hop with its delay, drawn to its share.
import { computed, useSignal, useSignalEffect } from "@preact/signals";
import * as api from "../../state/api.ts";
import { calm_s } from "../../state/clock.ts";
import { runId, scene, wordsOf } from "../../state/runs.ts";
import { select } from "../../state/subject.ts";
import { grouped, quantity } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import { stepsOf } from "./steps.ts";

interface Props {
  route: number;
  source: string;
  target: string;
}

/// The moment in whole steps of the routes: a route holds until the next.
const step_s = computed(() => {
  const step = Math.min(...(scene.value ? stepsOf(scene.value) : []));
  return Number.isFinite(step) ? Math.floor(calm_s.value / step + 1e-6) * step : calm_s.value;
});

export function Hops({ route, source, target }: Props) {
  const path = useSignal<api.Route | null>(null);
  const complaint = useSignal<string | null>(null);
  const ends = useSignal({ route, source, target });
  ends.value = sameEnds(ends.peek(), { route, source, target });
  useSignalEffect(() => {
    const asked = { ...ends.value, time: step_s.value };
    let wanted = true;
    api.route(runId.value, asked).then(
      (found) => {
        if (wanted) [path.value, complaint.value] = [found, null];
      },
      (error: unknown) => {
        if (wanted) [path.value, complaint.value] = [null, wordsOf(error)];
      },
    );
    return () => (wanted = false);
  });
  if (complaint.value) return <p class="notice" role="status">{complaint.value}</p>;
  return path.value ? <Strip route={path.value} /> : <p class="muted pad">Looking for the route …</p>;
}

/// The same object as long as the ends are the same, so that no answer is asked for twice.
function sameEnds(known: Props, asked: Props): Props {
  return known.route === asked.route && known.source === asked.source && known.target === asked.target ? known : asked;
}

function Strip({ route }: { route: api.Route }) {
  if (route.nodes.length < 2) {
    return (
      <p class="notice" role="status">
        {route.delay_total_s ? `${lasting(route.delay_total_s)} one way. ` : "No route at this time. "}
        {route.reason}
      </p>
    );
  }
  const light_s = route.delay_s.reduce((sum, each) => sum + each, 0);
  const total_s = route.delay_total_s ?? light_s;
  const total = quantity(total_s, "delay");
  const longest_s = Math.max(...route.delay_s);
  return (
    <div class="hops">
      <p class="hops-sum">
        <span class="tile-value mono">{total.text}<small>{total.unit} one way</small></span>
        <span class="muted">
          {route.delay_s.length} hops, {grouped(route.range_m.reduce((sum, each) => sum + each, 0) / 1000)} km
          {total_s - light_s > 1e-6 ? `, ${lasting(total_s - light_s)} of it processing` : ""}
        </span>
      </p>
      <ol class="hop-strip" aria-label="Hops">
        {route.nodes.map((name, k) => (
          <li key={name}>
            <button class="hop-node" title={name} onClick={() => select({ kind: "platform", name })}>{name}</button>
            {k < route.delay_s.length && <Hop delay_s={route.delay_s[k]!} range_m={route.range_m[k]!} rate_bps={route.rate_bps[k] ?? null} share={route.delay_s[k]! / longest_s} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Hop({ delay_s, range_m, rate_bps, share }: { delay_s: number; range_m: number; rate_bps: number | null; share: number }) {
  const rate = quantity(rate_bps, "bit/s");
  const delay = quantity(delay_s, "delay");
  return (
    <div class="hop">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="gauge-room" width="100" height="4" /><rect class="gauge-fill" width={100 * share} height="4" /></svg>
      <span class="mono">{delay.text} <small>{delay.unit}</small></span>
      <span class="mono muted">{grouped(range_m / 1000)} <small>km</small></span>
      {rate_bps !== null && <span class="mono muted">{rate.text} <small>{rate.unit}</small></span>}
    </div>
  );
}
