/// A table of any length: sorted by its headers, filtered, and walked with the keys.
import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Cell, Column } from "../state/api.ts";
import { start } from "../state/runs.ts";
import { grouped, heading, measured, measureOf } from "../words/quantities.ts";
import { brief } from "../words/time.ts";
import { spelled, type Condition } from "./conditions.ts";
import { Filter } from "./filter.tsx";
import { Pages } from "./pages.ts";
import { Widths } from "./widths.ts";
import { heightOf, inSight, ROW_PX, scrolledTo } from "./window.ts";

export type Row = Record<string, Cell>;

interface Props {
  run: number;
  table: string;
  conditions: Signal<Condition[]>;
  /// What a row stands for was chosen.
  onChoose: (row: Row) => void;
  isChosen: (row: Row) => boolean;
}

interface Order {
  column: string;
  descending: boolean;
}

export function Grid({ run, table, conditions, onChoose, isChosen }: Props) {
  const order = useSignal<Order | null>(null);
  const known = useRef<Column[]>([]);
  const pages = useMemo(() => {
    const where = conditions.value.map((each) => spelled(each, known.current));
    return new Pages({ run, table, where, sort: order.value?.column ?? null, descending: order.value?.descending ?? false });
  }, [run, table, conditions.value, order.value]);
  useEffect(() => () => pages.dispose(), [pages]);
  if (pages.columns.value.length > 0) known.current = pages.columns.value;
  const columns = known.current;
  return (
    <div class="grid-box">
      <Filter columns={columns} conditions={conditions} total={pages.total.value} />
      {pages.problem.value && <p class="notice" role="alert">{pages.problem.value}</p>}
      {columns.length === 0 && !pages.problem.value && <p class="muted pad" role="status">Reading rows …</p>}
      {columns.length > 0 && <Body {...{ pages, columns, order, table, onChoose, isChosen }} />}
    </div>
  );
}

interface BodyProps extends Pick<Props, "table" | "onChoose" | "isChosen"> {
  pages: Pages;
  columns: Column[];
  order: Signal<Order | null>;
}

function Body({ pages, columns, order, table, onChoose, isChosen }: BodyProps) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const room = useSignal(400);
  const active = useSignal(0);
  const room_px = useMemo(() => new Widths(), []);
  const total = pages.total.value ?? 0;
  const sight = inSight(total, top.value, room.value);
  void pages.arrivals.value;
  useEffect(() => pages.need(sight.first, sight.end), [pages, sight.first, sight.end]);
  useEffect(() => {
    box.current!.scrollTop = 0;
    top.value = active.value = 0;
  }, [pages]);
  useEffect(() => {
    const element = box.current!;
    const watch = new ResizeObserver(() => (room.value = element.clientHeight - HEAD_PX));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useSignalEffect(() => {
    box.current!.scrollTop = scrolledTo(active.value, pages.total.value ?? 0, box.current!.scrollTop, room.peek());
  });

  const rowAt = (place: number): Row | null => {
    const cells = pages.row(place);
    return cells && Object.fromEntries(columns.map(({ name }, k) => [name, cells[k] ?? null]));
  };
  const page = Math.max(1, Math.floor(room.value / ROW_PX) - 1);
  const keys: Record<string, () => void> = {
    ArrowDown: () => (active.value = Math.min(active.value + 1, total - 1)),
    ArrowUp: () => (active.value = Math.max(active.value - 1, 0)),
    PageDown: () => (active.value = Math.min(active.value + page, total - 1)),
    PageUp: () => (active.value = Math.max(active.value - page, 0)),
    Home: () => (active.value = 0),
    End: () => (active.value = Math.max(0, total - 1)),
    Enter: () => {
      const row = rowAt(active.value);
      if (row) onChoose(row);
    },
  };
  const places = Array.from({ length: sight.end - sight.first }, (_, k) => sight.first + k);
  const rows = places.map(rowAt);
  const texts = rows.map((row) => row && columns.map((column) => shown(row[column.name] ?? null, column)));
  texts.forEach((row) => row?.forEach((text, k) => room_px.take(columns[k]!, text)));
  const widths = columns.map((column) => room_px.of(column));
  const template = widths.map((width) => `${width}px`).join(" ");
  const wide = widths.reduce((sum, width) => sum + width, 0);
  return (
    <div
      class="grid"
      ref={box}
      role="grid"
      aria-label={table.replaceAll("_", " ")}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      aria-activedescendant={total > 0 ? `row-${active.value}` : undefined}
      onScroll={() => (top.value = box.current!.scrollTop)}
      onKeyDown={(event) => {
        const action = keys[event.key];
        if (!action || event.target !== box.current) return;
        event.preventDefault();
        event.stopPropagation();
        action();
      }}
    >
      <div class="grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, minWidth: `${wide}px` }}>
        {columns.map((column) => <Head key={column.name} column={column} order={order} />)}
      </div>
      <div class="grid-all" role="rowgroup" style={{ height: `${heightOf(total)}px`, minWidth: `${wide}px` }}>
        {places.map((place, k) => {
          const row = rows[k]!;
          const chosen = row !== null && isChosen(row);
          return (
            <div
              key={place}
              id={`row-${place}`}
              role="row"
              aria-rowindex={place + 2}
              aria-selected={chosen}
              class={`grid-row${chosen ? " chosen" : ""}${place === active.value ? " active" : ""}`}
              style={{ gridTemplateColumns: template, transform: `translateY(${top.value + sight.y + k * ROW_PX}px)` }}
              onClick={() => {
                active.value = place;
                if (row) onChoose(row);
              }}
            >
              {columns.map((column, at) => (
                <div key={column.name} role="gridcell" class={cellClass(column)} title={tip(row?.[column.name] ?? null, column)}>{texts[k]?.[at] ?? "…"}</div>
              ))}
            </div>
          );
        })}
      </div>
      {total === 0 && pages.total.value !== null && <p class="muted pad grid-none">No row matches.</p>}
    </div>
  );
}

const HEAD_PX = 44;

function Head({ column, order }: { column: Column; order: Signal<Order | null> }) {
  const { name, unit, meaning, type } = column;
  const mine = order.value?.column === name ? order.value : null;
  const next = mine === null ? { column: name, descending: type === "number" } : { column: name, descending: !mine.descending };
  const label = type === "number" ? measureOf(name, unit).unit : unit;
  return (
    <div role="columnheader" class={cellClass(column)} aria-sort={mine ? (mine.descending ? "descending" : "ascending") : "none"}>
      {type === "list" ? (
        <span class="head" title={meaning}>{heading(name)}</span>
      ) : (
        <button class="head" title={`${name}: ${meaning || "no description"}`} onClick={() => (order.value = next)}>
          <span>{heading(name)}{mine && <i aria-hidden="true">{mine.descending ? "▾" : "▴"}</i>}</span>
          {label && <small>{label}</small>}
        </button>
      )}
    </div>
  );
}

/// The table's own number behind a length of time, and the whole of what is shown in brief.
function tip(cell: Cell, { type, unit, name }: Column): string | undefined {
  if (type === "time" && typeof cell === "string") return cell;
  return typeof cell === "number" && measureOf(name, unit).lasts ? `${cell} s` : type === "list" && Array.isArray(cell) ? cell.join(" → ") : undefined;
}

function cellClass({ type }: Column): string {
  return `cell ${type === "number" || type === "time" ? "right mono" : type === "list" ? "mono" : ""}`;
}

function shown(cell: Cell, { type, unit, name }: Column): string {
  if (cell === null) return "—";
  if (Array.isArray(cell)) return cell.length > 0 ? cell.join(" → ") : "—";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell === "number") return unit === "" && Number.isInteger(cell) ? grouped(cell) : measured(cell, measureOf(name, unit));
  return type === "time" ? brief(cell, start.value) : cell;
}
