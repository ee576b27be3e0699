/// What became of the messages of a run: its sums always, and a row a message where those were kept.
import { effect, signal, untracked } from "@preact/signals";
import { view } from "../../state/address.ts";
import * as api from "../../state/api.ts";
import { setTime } from "../../state/clock.ts";
import { figures, run, runId, wordsOf } from "../../state/runs.ts";
import { isPart, select, selected } from "../../state/subject.ts";
import type { Condition } from "../../table/conditions.ts";
import { Grid, type Row } from "../../table/grid.tsx";
import { Tabs } from "../../table/tabs.tsx";
import { CellMap } from "./map.tsx";
import { Outcome } from "./outcome.tsx";
import { Stored, Hours, Kinds, Targets } from "./panels.tsx";
import { passedOver, ROWS, sumsOf, type Messages } from "./reading.ts";

const sum = signal<Messages | null>(null);
const complaint = signal<string | null>(null);
const conditions = signal<Condition[]>([]);
const chosen = signal<string | null>(null);

let readRun = -1;
effect(() => {
  const id = runId.value;
  const there = sumsOf(figures.value) !== null;
  const seen = view.value === "deliveries";
  if (readRun !== id) {
    untracked(() => {
      sum.value = complaint.value = chosen.value = null;
      conditions.value = [];
    });
  }
  if (!seen || readRun === id || !there) return;
  readRun = id;
  api.answer<Messages>(id, "messages").then(
    (found) => {
      if (id === runId.value) sum.value = found;
    },
    (error: unknown) => (complaint.value = wordsOf(error)),
  );
});

/// What stands beside the figures, by the table that each shows.
const PANELS: Record<string, string> = {
  kinds: "by kind",
  [ROWS]: "messages",
  deliveries_by_hour: "by hour",
  deliveries_by_cell: "by place",
  deliveries_by_device: "by device",
  storage_occupancy: "storage",
  gateway_usage: "by target",
};

export function View() {
  const sums = sumsOf(figures.value);
  if (!sums) return figures.value || run.value?.start === null ? <NoMessages /> : <p class="muted pad">Reading the run …</p>;
  const tables = run.value?.tables ?? {};
  const all = Object.keys(PANELS).filter((name) => (name === "kinds" ? sums.rules.length > 0 : name === ROWS || tables[name] !== undefined));
  const panel = chosen.value && all.includes(chosen.value) ? chosen.value : all[0]!;
  const show = (name: string, wanted: Condition[] = []) => [chosen.value, conditions.value] = [name, wanted];
  const kept = tables[ROWS] !== undefined;
  return (
    <div class="outlined">
      <div class="outcome">
        {complaint.value && <p class="notice" role="alert">{complaint.value}</p>}
        <Outcome sums={sums} sum={sum.value} onCause={kept ? (cause) => show(ROWS, [{ column: "loss_cause", op: "eq", value: cause }]) : null} />
      </div>
      <Tabs label="Messages by" names={all} words={(name) => PANELS[name]!} count={(name) => tables[name]} chosen={panel} onChoose={(name) => show(name)}>
        {panel === "kinds" && <Kinds rules={sums.rules} />}
        {panel === "deliveries_by_hour" && <Hours run={runId.value} />}
        {panel === "deliveries_by_cell" && sum.value && <CellMap cells={sum.value.cells} />}
        {panel === "storage_occupancy" && sum.value && <Stored sum={sum.value} />}
        {panel === "gateway_usage" && sum.value && <Targets sum={sum.value} passedOver={passedOver(sums)} />}
        {panel === ROWS && !kept && <NoRows />}
        {tables[panel] !== undefined && (
          <Grid key={`${runId.value} ${panel}`} run={runId.value} table={panel} conditions={conditions} onChoose={choose} isChosen={isChosen} />
        )}
      </Tabs>
    </div>
  );
}

function NoRows() {
  const why = run.value?.left_out[ROWS];
  return (
    <div class="empty">
      <h2>A row a message was not kept</h2>
      <p>{why ? `${why.charAt(0).toUpperCase()}${why.slice(1)}.` : "The sums beside hold all messages of the run."}</p>
      <p>To have every message, say so in the scenario and run it again with <code>skyweft run</code>:</p>
      <pre>{`[deliveries]\nrows = true`}</pre>
    </div>
  );
}

function NoMessages() {
  return (
    <div class="empty">
      <h2>This run has no messages</h2>
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

function choose(row: Row): void {
  const name = nameIn(row);
  if (name !== null) select({ kind: "platform", name });
  const t_s = row["created_s"] ?? row["time_s"];
  if (typeof t_s === "number") setTime(t_s);
}

function isChosen(row: Row): boolean {
  const name = nameIn(row);
  return name !== null && isPart(selected.value, name);
}

/// Whom a row is about: who sent, kept or took messages.
function nameIn({ source, name, platform, target }: Row): string | null {
  const found = source ?? name ?? platform ?? target;
  return typeof found === "string" ? found : null;
}
