/// Messages by kind, hour, place, store and target: a chart where one tells more, and the table.
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { Lines } from "../../chart/lines.tsx";
import { timeTicks } from "../../chart/distribution.ts";
import * as api from "../../state/api.ts";
import { amount, grouped, percent } from "../../words/quantities.ts";
import { lasting, sinceStart } from "../../words/time.ts";
import { select } from "../../state/subject.ts";
import { Bar } from "./outcome.tsx";
import { causesOf, numberOf, partsOf, rulesCalled, type Messages, type PassedOver, type RuleSums } from "./reading.ts";

/// A block a rule of the scenario's [[messages]].
export function Kinds({ rules }: { rules: RuleSums[] }) {
  const names = rulesCalled(rules);
  const parts = partsOf(rules[0]!).map(({ name }) => name);
  const numbers: [string, (rule: RuleSums) => string][] = [
    ["devices", ({ devices }) => grouped(devices)],
    ["messages", ({ generated }) => grouped(generated)],
    ["delivered", ({ share_delivered }) => (share_delivered === null ? "—" : `${percent(share_delivered)} %`)],
    ["delay, median", ({ delay_p50_s }) => lasting(numberOf(delay_p50_s))],
    ["95 % within", ({ delay_p95_s }) => lasting(numberOf(delay_p95_s))],
    ...parts.map((part): [string, (rule: RuleSums) => string] => [
      `${part}, mean`, (rule) => lasting(partsOf(rule).find(({ name }) => name === part)?.mean_s ?? NaN),
    ]),
    ["age, mean", ({ age_mean_s }) => lasting(numberOf(age_mean_s))],
    ["energy a byte", ({ energy_per_byte_j }) => joules(numberOf(energy_per_byte_j))],
    ["battery", ({ battery_life_mean_s }) => years(numberOf(battery_life_mean_s))],
  ];
  return (
    <ul class="kinds" aria-label="Messages by kind">
      {rules.map((rule, k) => (
        <li key={rule.rule}>
          <h3>{names[k]} → {rule.target}</h3>
          <dl class="facts">
            {numbers.map(([name, told]) => <div key={name} class="fact"><dt>{name}</dt><dd class="mono">{told(rule)}</dd></div>)}
            <div class="fact"><dt>most of the others</dt><dd>{mostly(rule)}</dd></div>
          </dl>
        </li>
      ))}
    </ul>
  );
}

function mostly(rule: RuleSums): string {
  // By share, as it is shown: what is open at the end is none of those observed to theirs.
  const [first] = causesOf(rule).sort((one, other) => other.share - one.share);
  return first && first.share > 0 ? `${first.words}, ${percent(first.share)} %` : "—";
}

function joules(value_j: number): string {
  // Nothing is stated of devices that spend nothing.
  if (!(value_j > 0)) return "—";
  return value_j < 1e-3 ? `${(1e6 * value_j).toPrecision(3)} µJ` : value_j < 1 ? `${(1e3 * value_j).toPrecision(3)} mJ` : `${value_j.toPrecision(3)} J`;
}

const YEAR_S = 365.25 * 86_400;

function years(life_s: number): string {
  return Number.isFinite(life_s) ? `${(life_s / YEAR_S).toFixed(1)} years` : "—";
}

const hours = signal<{ run: number; names: string[]; rows: number[][] } | null>(null);
const HOUR_COLUMNS = ["time_s", "share_delivered", "delay_p50_s", "delay_p95_s"];

/// Delivered and how late, by the hour of creation.
export function Hours({ run }: { run: number }) {
  useEffect(() => {
    if (hours.value?.run === run) return;
    hours.value = null;
    void api.table(run, "deliveries_by_hour", { columns: HOUR_COLUMNS, sort: "time_s", limit: 2000 }).then(
      ({ rows }) => (hours.value = { run, names: HOUR_COLUMNS, rows: rows.map((row) => row.map(numberOf)) }),
      () => {}, // the table below says what is wrong
    );
  }, [run]);
  if (!hours.value) return null;
  const line = (column: number) =>
    hours.value!.rows.filter((row) => Number.isFinite(row[column])).map((row) => ({ x: row[0]!, y: row[column]! }));
  const axis = { xName: "generated after the run's start", xText: lasting, xTicks: timeTicks };
  return (
    <>
      <div class="chart-pair">
        <Lines title="Delivered, by the hour of creation" lines={[{ name: "delivered", points: line(1) }]} {...axis} yName="share" yText={(share) => `${percent(share)} %`} yRange={[0, 1]} />
        <Lines title="Delay, by the hour of creation" lines={[{ name: "median", style: 0, points: line(2) }, { name: "95 % within", style: 1, points: line(3) }]} {...axis} yName="delay" yText={lasting} yTicks={timeTicks} />
      </div>
      <p class="muted pad">Of the messages whose lifetime ends within the run: in late hours these are of the kinds with short lifetimes alone.</p>
    </>
  );
}

/// What waits on board, over time.
export function Stored({ sum: { stored } }: { sum: Messages }) {
  if (stored.time_s.length === 0) return <p class="muted pad">Nobody keeps messages.</p>;
  const line = (values: number[]) => values.map((y, k) => ({ x: stored.time_s[k]!, y }));
  const fullest = stored.fullest_bytes.reduce((best, each, k) => (each > stored.fullest_bytes[best]! ? k : best), 0);
  const [name, most] = [stored.fullest[fullest]!, stored.fullest_bytes[fullest]!];
  return (
    <>
      <Lines
        title="Messages on board, copies included"
        lines={[{ name: "all platforms", style: 0, points: line(stored.total_bytes) }, { name: "the fullest", style: 1, points: line(stored.fullest_bytes) }]}
        xName="after the run's start" yName="bytes" xText={lasting} xTicks={timeTicks} yText={amount}
      />
      {most > 0 && (
        <p class="muted pad">
          The fullest of all: <button class="link" onClick={() => select({ kind: "platform", name })}>{name}</button> with {amount(most)} at {sinceStart(stored.time_s[fullest]!)}.
        </p>
      )}
    </>
  );
}

/// What each target took, those that took most first.
export function Targets({ sum: { targets, notes }, passedOver }: { sum: Messages; passedOver: PassedOver[] }) {
  const most = targets[0]?.arrived_bytes ?? 0;
  return (
    <div class="wide-scroll upper" tabIndex={0} role="region" aria-label="Passes at the targets">
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">target</th><th scope="col" class="right">copies</th><th scope="col" class="right">came down</th><th scope="col"><span class="unseen">part of the most</span></th>
            <th scope="col" class="right">passes served</th><th scope="col" class="right">let pass</th>
          </tr>
        </thead>
        <tbody>
          {targets.map(({ target, arrived, arrived_bytes, served_s, unserved_s }) => (
            <tr key={target}>
              <th scope="row"><button class="ends" onClick={() => select({ kind: "platform", name: target })}>{target}</button></th>
              <td class="right mono">{grouped(arrived)}</td>
              <td class="right mono">{amount(arrived_bytes)}</td>
              <td class="gauged"><Bar share={most > 0 ? arrived_bytes / most : 0} /></td>
              <td class="right mono">{lasting(served_s)}</td>
              <td class="right mono">{lasting(unserved_s)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {notes.map((note) => <p key={note} class="muted pad">{note}</p>)}
      {targets.length === 0 && <p class="muted pad">Nobody took messages down.</p>}
      {passedOver.length > 0 && (
        <table class="wide">
          <thead><tr><th scope="col">passed targets unserved</th><th scope="col" class="right">visits</th><th scope="col" class="right">unserved</th><th scope="col" class="right">in a row</th></tr></thead>
          <tbody>
            {passedOver.map(({ platform, visits, unserved, in_a_row }) => (
              <tr key={platform}>
                <th scope="row"><button class="ends" onClick={() => select({ kind: "platform", name: platform })}>{platform}</button></th>
                <td class="right mono">{grouped(visits)}</td><td class="right mono">{grouped(unserved)}</td><td class="right mono">{grouped(in_a_row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
