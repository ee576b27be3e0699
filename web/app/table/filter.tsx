/// Conditions on a table's columns: a line to add one, and those in force as marks to take away.
import { useSignal, type Signal } from "@preact/signals";
import type { Column } from "../state/api.ts";
import { calm_s } from "../state/clock.ts";
import { snapshot_s } from "../state/runs.ts";
import { grouped, heading, measureOf, type Measure } from "../words/quantities.ts";
import { atMoment, OP_WORDS, opsOf, words, type Condition, type Op } from "./conditions.ts";

interface Props {
  columns: Column[];
  conditions: Signal<Condition[]>;
  total: number | null;
}

export function Filter({ columns, conditions, total }: Props) {
  const chosen = useSignal("");
  const op = useSignal<Op | "">("");
  const value = useSignal("");
  const column = columns.find(({ name }) => name === chosen.value) ?? columns.find(({ name }) => name === "source") ?? columns[0];
  if (!column) return null;
  const ops = opsOf(column);
  const relation = ops.includes(op.value as Op) ? (op.value as Op) : ops[0]!;
  const { unit, lasts }: Partial<Measure> = column.type === "number" ? measureOf(column.name, column.unit) : { unit: column.unit };
  const example = lasts ? "2 min 30 s" : unit || "value";
  const now = atMoment(columns, calm_s.value, snapshot_s.value);
  const add = (event: Event) => {
    event.preventDefault();
    const written = column.type === "bool" && value.value === "" ? "true" : value.value;
    if (written.trim() === "") return;
    conditions.value = [...conditions.value, { column: column.name, op: relation, value: written }];
    value.value = "";
  };
  return (
    <form class="filter" aria-label="Filter" onSubmit={add}>
      <select aria-label="Column" value={column.name} onChange={(event) => (chosen.value = event.currentTarget.value)}>
        {columns.map(({ name }) => <option key={name} value={name}>{heading(name)}</option>)}
      </select>
      <select aria-label="Relation" value={relation} onChange={(event) => (op.value = event.currentTarget.value as Op)}>
        {ops.map((each) => <option key={each} value={each}>{OP_WORDS[each]}</option>)}
      </select>
      {column.type === "bool" ? (
        <select aria-label="Value" value={value.value || "true"} onChange={(event) => (value.value = event.currentTarget.value)}>
          <option value="true">yes</option>
          <option value="false">no</option>
        </select>
      ) : (
        <input aria-label={`Value${unit ? ` in ${unit}` : ""}`} placeholder={example} value={value} onInput={(event) => (value.value = event.currentTarget.value)} />
      )}
      <button class="button" type="submit">Filter</button>
      {now.length > 0 && <button class="button" type="button" title="Only what holds at the moment shown" onClick={() => (conditions.value = now)}>Now</button>}
      {conditions.value.map((each, k) => (
        <button
          key={k}
          type="button"
          class="button mark"
          aria-label={`Remove: ${words(each, columns)}`}
          onClick={() => (conditions.value = conditions.value.filter((_, other) => other !== k))}
        >
          {words(each, columns)} <span aria-hidden="true">×</span>
        </button>
      ))}
      <output class="filter-total mono">{total === null ? "…" : `${grouped(total)} rows`}</output>
    </form>
  );
}
