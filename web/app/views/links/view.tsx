/// Links and routes: every table of the run, and beside it the route between a chosen pair.
import { effect, signal, untracked } from "@preact/signals";
import type { Condition } from "../../table/conditions.ts";
import { Grid, type Row } from "../../table/grid.tsx";
import { setTime } from "../../state/clock.ts";
import { run, runId } from "../../state/runs.ts";
import { sameSubject, select, selected, type Subject } from "../../state/subject.ts";
import { Tabs } from "../../table/tabs.tsx";
import { Card } from "../globe/card.tsx";
import { PICTURES } from "../shown.ts";

const chosen = signal<string | null>(null);
const conditions = signal<Condition[]>([]);
effect(() => {
  void runId.value;
  untracked(() => [chosen.value, conditions.value] = [null, []]);
});

/// In the server's order; pictures come last.
function tables(): string[] {
  return [...Object.keys(run.value?.tables ?? {}), ...PICTURES.filter(({ there }) => there()).map(({ name }) => name)];
}

export function View() {
  const all = tables();
  if (all.length === 0) return <div class="empty"><h2>No tables</h2><p>This folder holds none: run its scenario again with <code>skyweft run</code>.</p></div>;
  const table = chosen.value && all.includes(chosen.value) ? chosen.value : all[0]!;
  const picture = PICTURES.find(({ name }) => name === table);
  return (
    <div class="links-view">
      <Tabs label="Tables" names={all} words={(name) => name.replaceAll("_", " ")} count={(name) => run.value?.tables[name]} chosen={table} onChoose={open}>
        {picture ? (
          <picture.View />
        ) : (
          <Grid key={`${runId.value} ${table}`} run={runId.value} table={table} conditions={conditions}
            onChoose={(row) => choose(row)}
            isChosen={(row) => selected.value !== null && sameSubject(selected.value, subjectOf(row))} />
        )}
      </Tabs>
      <aside class="panel" aria-label="Subject">
        {selected.value ? <Card subject={selected.value} /> : <Hint />}
      </aside>
    </div>
  );
}

function open(table: string): void {
  chosen.value = table;
  conditions.value = [];
}

function Hint() {
  return (
    <div class="empty">
      <h2>Nothing selected</h2>
      <p>Choose a row: a link shows its budget, a pair of a route its route hop by hop. A column's head sorts.</p>
      {PICTURES.filter(({ there }) => !there()).map(({ name, more }) => <p key={name}>{more}</p>)}
    </div>
  );
}

function subjectOf(row: Row): Subject | null {
  const { source, target, name, site, route } = row;
  if (typeof source === "string" && typeof target === "string") {
    // Of a route or a flow the pair are the ends of a route, else of a link.
    return "route" in row || "flow" in row ? { kind: "path", route: Number(route ?? 0), source, target } : { kind: "link", source, target };
  }
  const platform = name ?? site;
  return typeof platform === "string" && platform !== "" ? { kind: "platform", name: platform } : null;
}

function choose(row: Row): void {
  const subject = subjectOf(row);
  select(sameSubject(subject, selected.value) ? null : subject);
  const t_s = row["time_s"] ?? row["start_s"];
  if (typeof t_s === "number") setTime(t_s);
}
