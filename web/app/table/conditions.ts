/// What a reader asks of a column, as the server spells it: `column:op:value`.
import type { Column } from "../state/api.ts";
import { heading, meant, measureOf } from "../words/quantities.ts";

export interface Condition {
  column: string;
  op: Op;
  /// As it was written, in the unit of the header.
  value: string;
}

export type Op = "has" | "eq" | "ne" | "ge" | "le" | "gt" | "lt";
export const OP_WORDS: Record<Op, string> = { has: "contains", eq: "is", ne: "is not", ge: "≥", le: "≤", gt: ">", lt: "<" };

export function opsOf({ type }: Column): Op[] {
  if (type === "bool") return ["eq"];
  if (type === "text" || type === "list") return ["has", "eq", "ne"];
  return ["ge", "le", "eq", "ne"];
}

/// What asks for the rows that hold at a moment: of things that last, those that do; of snapshots,
/// the last one, where they come every `step_s`.
export function atMoment(columns: readonly Column[], t_s: number, step_s: number): Condition[] {
  const has = (wanted: string) => columns.some(({ name }) => name === wanted);
  const now = String(Number(t_s.toFixed(3)));
  if (has("start_s") && has("end_s")) {
    return [{ column: "start_s", op: "le", value: now }, { column: "end_s", op: "gt", value: now }];
  }
  if (!has("time_s")) return [];
  const last = Math.floor(t_s / step_s + 1e-6) * step_s;
  return [{ column: "time_s", op: "ge", value: String(last) }, { column: "time_s", op: "le", value: now }];
}

/// Numbers are written as they are shown, and asked in the table's own unit.
export function spelled({ column, op, value }: Condition, columns: readonly Column[]): string {
  const about = columns.find(({ name }) => name === column);
  const number = about?.type === "number" ? meant(value, measureOf(column, about.unit)) : null;
  return `${column}:${op}:${number ?? value.trim()}`;
}

export function words({ column, op, value }: Condition, columns: readonly Column[]): string {
  const about = columns.find(({ name }) => name === column);
  const unit = about ? measureOf(column, about.unit).unit : "";
  return `${heading(column)} ${OP_WORDS[op]} ${value}${about?.type === "number" && unit ? ` ${unit}` : ""}`;
}
