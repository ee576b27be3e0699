/// What became of the messages of a run.
import { effect, signal, untracked } from "@preact/signals";
import { cumulative, quantile } from "../../chart/distribution.ts";
import { Lines } from "../../chart/lines.tsx";
import { run, runId, wordsOf } from "../../state/runs.ts";
import { setTime } from "../../state/clock.ts";
import { isPart, select, selected } from "../../state/thing.ts";
import type { Condition } from "../../table/conditions.ts";
import { Grid, type Row } from "../../table/grid.tsx";
import { grouped, percent } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import { readOutcome, type Outcome } from "./reading.ts";

const outcome = signal<Outcome | null>(null);
const complaint = signal<string | null>(null);
const conditions = signal<Condition[]>([]);

effect(() => {
  const id = runId.value;
  const there = run.value?.tables["deliveries"] !== undefined;
  untracked(() => {
    outcome.value = complaint.value = null;
    conditions.value = [];
  });
  if (!there) return;
  readOutcome(id).then(
    (found) => {
      if (id === runId.value) outcome.value = found;
    },
    (error: unknown) => (complaint.value = wordsOf(error)),
  );
});

export function DeliveriesView() {
  if (run.value?.tables["deliveries"] === undefined) return <NoMessages />;
  return (
    <div class="deliveries">
      <div class="outcome">
        {complaint.value && <p class="notice" role="alert">{complaint.value}</p>}
        {outcome.value ? <Figures outcome={outcome.value} /> : !complaint.value && <p class="muted pad">Counting …</p>}
      </div>
      <Grid run={runId.value} table="deliveries" conditions={conditions} onChoose={choose} isChosen={isChosen} />
    </div>
  );
}

function NoMessages() {
  const why = run.value?.left_out["deliveries"];
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

function Figures({ outcome: { total, delivered, causes, delays_s, drawn } }: { outcome: Outcome }) {
  return (
    <>
      <dl class="tiles">
        <Figure name="Messages" value={grouped(total)} />
        <Figure name="Delivered" value={total ? percent(delivered / total) : "—"} unit="%" />
        <Figure name="Median delay" value={lasting(quantile(delays_s, 0.5))} />
        <Figure name="95 % within" value={lasting(quantile(delays_s, 0.95))} />
      </dl>
      <section class="causes" aria-labelledby="causes">
        <h2 id="causes">Why the others were lost</h2>
        {causes.length === 0 && <p class="muted">None was lost.</p>}
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
          title={drawn < total ? `Delay, of ${grouped(drawn)} of ${grouped(total)} messages` : "Delay"}
          lines={[{ name: "delivered", points: cumulative(delays_s) }]}
          xName="from making to arrival"
          yName="share of the delivered"
          xText={lasting}
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
  const { thing, created_s } = row;
  if (typeof thing === "string") select({ kind: "platform", name: thing });
  if (typeof created_s === "number") setTime(created_s);
}

function isChosen({ thing }: Row): boolean {
  return typeof thing === "string" && isPart(selected.value, thing);
}
