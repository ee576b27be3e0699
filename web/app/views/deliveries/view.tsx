/// What became of the messages of a run.
import { effect, signal, untracked } from "@preact/signals";
import { cumulative, quantile } from "../../chart/distribution.ts";
import { Lines } from "../../chart/lines.tsx";
import { view } from "../../state/address.ts";
import { run, runId, wordsOf } from "../../state/runs.ts";
import { setTime } from "../../state/clock.ts";
import { isPart, select, selected } from "../../state/thing.ts";
import type { Condition } from "../../table/conditions.ts";
import { Grid, type Row } from "../../table/grid.tsx";
import { grouped, percent } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import { HOURS, readHours, readOutcome, TABLE, type Outcome } from "./reading.ts";

const outcome = signal<Outcome | null>(null);
const hours = signal<{ x: number; y: number }[]>([]);
const complaint = signal<string | null>(null);
const conditions = signal<Condition[]>([]);

let readRun = -1;
effect(() => {
  const id = runId.value;
  const tables = run.value?.tables ?? {};
  const seen = view.value === "deliveries";
  if (readRun !== id) {
    untracked(() => {
      outcome.value = complaint.value = null;
      hours.value = conditions.value = [];
    });
  }
  if (!seen || readRun === id || tables[TABLE] === undefined) return;
  readRun = id;
  readOutcome(id).then(
    (found) => {
      if (id === runId.value) outcome.value = found;
    },
    (error: unknown) => (complaint.value = wordsOf(error)),
  );
  if (tables[HOURS] === undefined) return;
  readHours(id).then(
    (found) => {
      if (id === runId.value) hours.value = found;
    },
    () => {}, // the figures stand without their course
  );
});

export function DeliveriesView() {
  if (run.value?.tables[TABLE] === undefined) return <NoMessages />;
  return (
    <div class="deliveries">
      <div class="outcome">
        {complaint.value && <p class="notice" role="alert">{complaint.value}</p>}
        {outcome.value ? <Figures outcome={outcome.value} /> : !complaint.value && <p class="muted pad">Counting …</p>}
      </div>
      <Grid run={runId.value} table={TABLE} conditions={conditions} onChoose={choose} isChosen={isChosen} />
    </div>
  );
}

function NoMessages() {
  const why = run.value?.left_out[TABLE];
  return (
    <div class="empty">
      <h2>This run has no messages</h2>
      {why && <p>{why}</p>}
      <p>Say in the scenario who sends what to whom, and run it again with <code>skyweft run</code>:</p>
      <pre>{`[[messages]]
source = "sensors"
target = "gateways"
size_bytes = 20
period_s = 3_600
lifetime_s = 21_600`}</pre>
    </div>
  );
}

function Figures({ outcome: { total, delivered, causes, delays_s } }: { outcome: Outcome }) {
  return (
    <>
      <dl class="tiles">
        <Figure name="Messages" value={grouped(total)} />
        <Figure name="Delivered" value={total ? percent(delivered / total) : "—"} unit="%" />
        <Figure name="Median delay" value={lasting(quantile(delays_s, 0.5))} />
        <Figure name="95 % within" value={lasting(quantile(delays_s, 0.95))} />
      </dl>
      <section class="causes" aria-labelledby="causes">
        <h2 id="causes">What became of the others</h2>
        {causes.length === 0 && <p class="muted">All arrived.</p>}
        <table class="small">
          <colgroup><col /><col class="time" /><col class="number" /><col class="gauged" /></colgroup>
          <tbody>
            {causes.map(({ cause, count }) => (
              <tr key={cause}>
                <th scope="row"><button class="ends" title="Show these" onClick={() => (conditions.value = [{ column: "cause", op: "eq", value: cause }])}>{cause}</button></th>
                <td>{grouped(count)}</td>
                <td>{percent(count / total)} %</td>
                <td class="used">
                  <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="gauge-room" width="100" height="6" />
                    <rect class="gauge-fill" width={(100 * count) / causes[0]!.count} height="6" />
                  </svg>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {delays_s.length > 0 && (
        <Lines
          title="Delay of the delivered"
          lines={[{ name: "delivered", points: cumulative(delays_s) }]}
          xName="from making to arrival"
          yName="share of the delivered"
          xText={lasting}
          yText={(share) => `${Math.round(100 * share)} %`}
          yRange={[0, 1]}
        />
      )}
      {hours.value.length > 1 && (
        <Lines
          title="Delivered, by the hour of making"
          lines={[{ name: "share delivered", points: hours.value }]}
          xName="hours from the start"
          yName="share of those made"
          xText={(x) => grouped(x)}
          yText={(share) => `${Math.round(100 * share)} %`}
          yRange={[0, 1]}
        />
      )}
    </>
  );
}

function Figure({ name, value, unit = "" }: { name: string; value: string; unit?: string }) {
  return <div class="tile"><dt>{name}</dt><dd><span class="tile-value mono">{value}<small>{unit}</small></span></dd></div>;
}

function choose(row: Row): void {
  const { source, created_s } = row;
  if (typeof source === "string") select({ kind: "platform", name: source });
  if (typeof created_s === "number") setTime(created_s);
}

function isChosen({ source }: Row): boolean {
  return typeof source === "string" && isPart(selected.value, source);
}
