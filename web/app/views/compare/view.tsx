/// Two runs of the server side by side.
import { computed, effect, signal } from "@preact/signals";
import { cumulative } from "../../chart/distribution.ts";
import { Lines } from "../../chart/lines.tsx";
import { view } from "../../state/address.ts";
import * as api from "../../state/api.ts";
import { figuresOf, type Figures, type Plain } from "../../state/figures.ts";
import { runId, runs, wordsOf } from "../../state/runs.ts";
import { grouped, heading, measured, measureOf, percent } from "../../words/quantities.ts";
import { ordered } from "../../table/ordered.ts";
import { SPREADS } from "../shown.ts";
import { differences, survived, type Difference } from "./differences.ts";

interface Known {
  figures: Figures | null;
  /// In order, a list a spread.
  spreads: number[][];
  problem: string | null;
}

const otherChosen = signal<number | null>(null);
const changedOnly = signal(true);
const text = signal("");
const known = signal<ReadonlyMap<number, Known>>(new Map());
const asked = new Set<number>();

const pair = computed<[number, number] | null>(() => {
  const all = runs.value ?? [];
  const other = all.find(({ id }) => id === otherChosen.value && id !== runId.value) ?? all.find(({ id }) => id !== runId.value);
  return other ? [runId.value, other.id] : null;
});

function need(id: number): void {
  if (asked.has(id)) return;
  asked.add(id);
  void read(id).then((found) => (known.value = new Map(known.value).set(id, found)));
}

async function read(id: number): Promise<Known> {
  const tables = runs.peek()?.find((each) => each.id === id)?.tables ?? {};
  const [figures, ...spreads] = await Promise.allSettled([
    api.summary(id).then(figuresOf),
    ...SPREADS.map(({ table, column }) => (tables[table] ? ordered(id, table, column) : [])),
  ]);
  return {
    figures: figures.status === "fulfilled" ? figures.value : null,
    spreads: spreads.map((each) => (each.status === "fulfilled" ? each.value : [])),
    problem: figures.status === "rejected" ? wordsOf(figures.reason) : null,
  };
}

effect(() => {
  if (view.value === "compare") pair.value?.forEach(need);
});

export function View() {
  if (!pair.value) return <OneRun />;
  const [one, other] = pair.value;
  const [a, b] = [known.value.get(one), known.value.get(other)];
  const all = runs.value ?? [];
  const name = (id: number) => all.find((each) => each.id === id)!;
  const label = (id: number) => `${name(id).folder.split("/").at(-1)}`;
  return (
    <div class="compare">
      <div class="compare-heads">
        <div><small class="muted">first: the run above</small><strong>{name(one).name}</strong><span class="mono muted">{label(one)}</span></div>
        <div>
          <small class="muted">second</small>
          {all.length > 2 ? (
            <select aria-label="Second run" value={String(other)} onChange={(event) => (otherChosen.value = Number(event.currentTarget.value))}>
              {all.filter(({ id }) => id !== one).map((each) => <option key={each.id} value={String(each.id)}>{each.name} · {label(each.id)}</option>)}
            </select>
          ) : (
            <strong>{name(other).name}</strong>
          )}
          {all.length === 2 && <span class="mono muted">{label(other)}</span>}
        </div>
      </div>
      {[a, b].map((each, k) => each?.problem && <p key={k} class="notice" role="alert">{each.problem}</p>)}
      {a && b && <Charts names={[label(one), label(other)]} both={[a, b]} />}
      {a?.figures && b?.figures ? <Table rows={differences(a.figures, b.figures)} names={[label(one), label(other)]} /> : !(a && b) && <p class="muted pad">Reading both runs …</p>}
    </div>
  );
}

function OneRun() {
  return (
    <div class="empty">
      <h2>One run alone</h2>
      <p>To compare two, show both:</p>
      <pre>skyweft show runs/first runs/second</pre>
    </div>
  );
}

function Charts({ names, both }: { names: [string, string]; both: [Known, Known] }) {
  const per = (share: number) => `${percent(share)} %`;
  return (
    <div class="charts">
      {SPREADS.map(({ table, factor, title, lacking, ...axis }, k) => {
        const values = both.map(({ spreads }, run) => ({ name: names[run]!, values: spreads[k]! }));
        const lines = values
          .map((each, style) => ({ name: each.name, style, points: cumulative(each.values.map((value) => value * factor)) }))
          .filter(({ points }) => points.length > 0);
        return lines.length > 0 ? (
          <Lines key={table} title={title(values)} lines={lines} yText={per} yRange={[0, 1]} {...axis} />
        ) : (
          <p key={table} class="muted pad">{lacking}</p>
        );
      })}
    </div>
  );
}

function Table({ rows, names }: { rows: Difference[]; names: [string, string] }) {
  const wanted = text.value.trim().toLowerCase();
  const shown = rows.filter(
    ({ path, one, other }) => (!changedOnly.value || one !== other) && heading(path).toLowerCase().includes(wanted),
  );
  return (
    <section class="compare-table" aria-labelledby="figures">
      <div class="filter">
        <h2 id="figures">Key figures</h2>
        <label><input type="checkbox" checked={changedOnly.value} onChange={(event) => (changedOnly.value = event.currentTarget.checked)} /> only what differs</label>
        <input aria-label="Find a figure" placeholder="find a figure" value={text} onInput={(event) => (text.value = event.currentTarget.value)} />
        <output class="filter-total mono">{shown.length} of {rows.length}</output>
      </div>
      <div class="compare-scroll" tabIndex={0} role="region" aria-label="Key figures of both runs">
        <table class="figures">
          <colgroup><col /><col class="value" /><col class="value" /><col class="value" /><col class="share" /></colgroup>
          <thead><tr><th scope="col">figure</th><th scope="col">{names[0]}</th><th scope="col">{names[1]}</th><th scope="col">difference</th><th scope="col">relative</th></tr></thead>
          <tbody>
            {shown.map((row) => ({ ...row, share: survived(row.path, rows) })).map(({ path, one, other, change, relative, share }) => (
              <tr key={path}>
                <th scope="row">{spoken(path)}<small>{unitOf(path)}</small></th>
                <td>{said(path, one)}{over(share, share?.one)}</td>
                <td>{said(path, other)}{over(share, share?.other)}</td>
                <td>{change === null ? "" : change === 0 ? "same" : signed(path, change)}</td>
                <td>{relative === null || relative === 0 ? "" : `${relative > 0 ? "+" : "−"}${byHowMuch(Math.abs(relative))}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p class="muted pad">{wanted === "" ? "Nothing differs." : "No figure of that name."}</p>}
      </div>
    </section>
  );
}

/// The unit of a figure, from its name's end.
const UNITS: [RegExp, string][] = [[/_bps$/, "bit/s"], [/_s$/, "s"], [/_m$/, "m"], [/_deg$/, "deg"], [/_db$/, "dB"], [/_j$/, "J"], [/_years(_|$)/, "years"], [/(^|_)share(_|$)|utilisation/, "1"]];

function measureFor(path: string) {
  const name = path.split(".").at(-1)!;
  return measureOf(name, UNITS.find(([end]) => end.test(name))?.[1] ?? "");
}

function unitOf(path: string): string {
  const { unit, lasts } = measureFor(path);
  return lasts ? "time" : unit; // total and total_s are told apart
}

function spoken(path: string): string {
  const parts = path.split(".");
  return [...parts.slice(0, -1).map((part) => part.replaceAll("_", " ")), heading(parts.at(-1)!)].join(" · ");
}

/// How much of all a figure of what is left is of: a delay that falls because the slow ones are lost is no gain.
function over(share: Difference | undefined, value: Plain | undefined) {
  if (!share || typeof value !== "number") return null;
  const word = share.path.slice(share.path.lastIndexOf("share_") + "share_".length);
  return <small class="over">{percent(value)} % {word}</small>;
}

function said(path: string, value: Plain | undefined): string {
  if (value === null || value === undefined) return "—";
  return typeof value === "number" ? measured(value, measureFor(path)) : String(value);
}

/// In per cent up to the double, then as a multiple.
function byHowMuch(relative: number): string {
  return relative < 1 ? `${percent(relative)} %` : relative < 10 ? `${Math.round(100 * relative)} %` : `${grouped(relative)}-fold`;
}

function signed(path: string, change: number): string {
  return `${change > 0 ? "+" : ""}${measured(change, measureFor(path))}`;
}
