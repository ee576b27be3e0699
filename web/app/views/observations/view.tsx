/// What devices measured, as it was taken and as it was known: a datastream, a device, their rows.
import { effect, signal, untracked } from "@preact/signals";
import { timeTicks } from "../../chart/distribution.ts";
import { Lines } from "../../chart/lines.tsx";
import { view } from "../../state/address.ts";
import * as api from "../../state/api.ts";
import { setTime, time_s } from "../../state/clock.ts";
import { figures, run, runId, wordsOf } from "../../state/runs.ts";
import { isPart, select, selected } from "../../state/subject.ts";
import type { Condition } from "../../table/conditions.ts";
import { Grid, type Row } from "../../table/grid.tsx";
import { Tabs } from "../../table/tabs.tsx";
import { grouped, percent, significant } from "../../words/quantities.ts";
import { lasting } from "../../words/time.ts";
import { age_s, KEY, known, streamsOf, type Devices, type Series, type Stream } from "./values.ts";

const PANELS: Record<string, string> = {
  observations_by_device: "by device",
  observations: "observations",
  observations_by_hour: "by hour",
};

const rule = signal(0);
const devices = signal<Devices | null>(null);
const device = signal<string | null>(null);
const series = signal<Series | null>(null);
const complaint = signal<string | null>(null);
const conditions = signal<Condition[]>([]);
const chosen = signal<string>("observations_by_device");

/// Another run begins with its first datastream.
effect(() => {
  void runId.value;
  untracked(() => (rule.value = 0));
});

effect(() => {
  const [id, number] = [runId.value, rule.value];
  const there = streamsOf(figures.value)[number] !== undefined && view.value === KEY;
  untracked(() => {
    devices.value = series.value = complaint.value = device.value = null;
    conditions.value = [{ column: "rule", op: "eq", value: String(number) }];
  });
  if (!there) return;
  const still = () => id === runId.value && number === rule.value;
  api.answer<Devices>(id, "devices", { rule: number }).then(
    (found) => {
      if (still()) devices.value = found;
    },
    (error: unknown) => (complaint.value = wordsOf(error)),
  );
});

/// The device that is selected anywhere on the page, else the first of which anything is known.
effect(() => {
  const found = devices.value;
  const subject = selected.value;
  if (!found) return;
  const wanted = subject?.kind === "platform" && found.platform.includes(subject.name) ? subject.name : null;
  const first = found.latest_s.findIndex((each) => each !== null);
  device.value = wanted ?? untracked(() => device.value) ?? found.platform[first < 0 ? 0 : first] ?? null;
});

effect(() => {
  const [id, number, name] = [runId.value, untracked(() => rule.value), device.value];
  if (name === null) return;
  api.answer<Series>(id, "series", { rule: number, platform: name }).then(
    (found) => {
      if (id === runId.value && name === device.value && number === rule.value) series.value = found;
    },
    (error: unknown) => (complaint.value = wordsOf(error)),
  );
});

export function View() {
  const streams = streamsOf(figures.value);
  if (streams.length === 0) return figures.value || run.value?.start === null ? <NoObservations /> : <p class="muted pad">Reading the run …</p>;
  const stream = streams[rule.value] ?? streams[0]!;
  const tables = run.value?.tables ?? {};
  const all = Object.keys(PANELS).filter((name) => tables[name] !== undefined);
  return (
    <div class="outlined">
      <div class="outcome">
        {complaint.value && <p class="notice" role="alert">{complaint.value}</p>}
        <p class="pad">
          <label>Datastream{" "}
            <select value={String(rule.value)} onChange={(event) => (rule.value = Number(event.currentTarget.value))}>
              {streams.map(({ name, source }, k) => <option key={k} value={String(k)}>{name} of {source}</option>)}
            </select>
          </label>
        </p>
        <Tiles stream={stream} />
        <Course stream={stream} />
      </div>
      <Tabs label="Observations" names={all} words={(name) => PANELS[name]!} count={(name) => tables[name]} chosen={chosen.value} onChoose={(name) => (chosen.value = name)}>
        <Grid key={`${runId.value} ${rule.value} ${chosen.value}`} run={runId.value} table={chosen.value} conditions={conditions} onChoose={choose} isChosen={isChosen} />
      </Tabs>
    </div>
  );
}

function Tiles({ stream }: { stream: Stream }) {
  const tiles: [string, string, string][] = [
    ["Arrived", stream.completeness === null ? "—" : `${percent(stream.completeness)} %`, `of ${grouped(stream.expected)} expected`],
    ["Median delay", lasting(stream.delay_p50_s ?? NaN), `95 % within ${lasting(stream.delay_p95_s ?? NaN)}`],
    ["Mean age", lasting(stream.age_mean_s ?? NaN), "of what is known"],
    ["Devices", grouped(stream.devices), stream.silent_devices ? `${grouped(stream.silent_devices)} silent` : "all heard"],
  ];
  return (
    <dl class="tiles">
      {tiles.map(([name, text, note]) => (
        <div class="tile" key={name}>
          <dt>{name}</dt>
          <dd><span class="tile-value mono">{text}</span><span class="tile-note">{note}</span></dd>
        </div>
      ))}
    </dl>
  );
}

/// The values of one device over time, and how old the freshest is now.
function Course({ stream }: { stream: Stream }) {
  const found = series.value;
  if (!found || device.value === null) return <p class="muted pad">Reading the observations …</p>;
  if (found.result.length === 0) return <p class="muted pad">Nothing of {device.value} arrived.</p>;
  const end_s = run.value?.simulated_s ?? found.received_s.at(-1)!;
  const old_s = age_s(found, time_s.value);
  const lines = [
    { name: "as measured", style: 0, points: found.phenomenon_s.map((x, k) => ({ x, y: found.result[k]! })) },
    { name: "as known", style: 1, points: known(found, end_s) },
  ];
  return (
    <>
      <Lines title={`${stream.name} of ${device.value}`} lines={lines} xName="from the run's start" yName={stream.unit} xText={lasting} yText={significant} xTicks={timeTicks} />
      <p class="pad" role="status">
        {old_s === null ? "Nothing of it is known yet at this moment." : <>At this moment the freshest known value is <span class="mono">{lasting(old_s)}</span> old.</>}
      </p>
      {found.notes.map((note) => <p key={note} class="muted pad">{note}</p>)}
    </>
  );
}

function NoObservations() {
  return (
    <div class="empty">
      <h2>This run has no observations</h2>
      <p>Say in the scenario what the devices of a <code>[[messages]]</code> measure, and run it again with <code>skyweft run</code>:</p>
      <pre>{`[[observations]]
source = "sensors"
name = "water level"
unit = "m"
value = [{ kind = "constant", value = 4 }]`}</pre>
    </div>
  );
}

function choose(row: Row): void {
  const name = row["platform"];
  if (typeof name === "string") select({ kind: "platform", name });
  const t_s = row["received_s"] ?? row["time_s"];
  if (typeof t_s === "number") setTime(t_s);
}

function isChosen(row: Row): boolean {
  const name = row["platform"];
  return typeof name === "string" && isPart(selected.value, name);
}
