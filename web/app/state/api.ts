/// Questions to the server. A server that went away is one signal, whoever noticed it.
import { signal } from "@preact/signals";
import { readScene, type Scene } from "../../scene/index.ts";

export interface RunInfo {
  id: number;
  folder: string;
  name: string;
  start: string | null;
  duration_s: number | null;
  simulated_s: number | null;
  complete: boolean;
  hash: string | null;
  /// Rows by table, in the order of the list of tables.
  tables: Record<string, number>;
  /// What can be asked of its stages: `path`, `matrix` ...
  questions: string[];
  /// Why a table was not written.
  left_out: Record<string, string>;
  /// Why not all of the run can be shown.
  problem: string | null;
}

export interface Column {
  name: string;
  type: "text" | "number" | "bool" | "time" | "list";
  unit: string;
  meaning: string;
}

export type Cell = string | number | boolean | null | string[];

export interface TablePage {
  columns: Column[];
  total: number;
  offset: number;
  rows: Cell[][];
}

export interface TableQuery {
  columns?: string[];
  where?: string[];
  sort?: string | null;
  descending?: boolean;
  offset?: number;
  limit?: number;
}

/// start, end, rule and the other platform; null where merged bars differ.
export type Bar = [number, number, string | null, string | null];

export interface TimelineRow {
  platform: string;
  layer: string;
  group: string;
  bars: Bar[];
}

export interface Timeline {
  rows: TimelineRow[];
  merged?: boolean;
  notes?: string[];
}

export interface Route {
  time_s: number;
  nodes: string[];
  delay_s: number[];
  range_m: number[];
  rate_bps: (number | null)[];
  delay_total_s?: number | null;
  reason: string;
}

export interface Matrix {
  time_s: number;
  sources: string[];
  targets: string[];
  delay_s: (number | null)[][];
  notes?: string[];
}

/// The server answered that it cannot; the message is its own.
export class Refusal extends Error {
  override name = "Refusal";
}

/// Nobody answers.
export const serverGone = signal(false);

const PROBE_MS = 3000;
type Values = Record<string, string | number | null | undefined>;

export const runs = () => json<RunInfo[]>("runs");
export const summary = (run: number) => json<Record<string, unknown>>(`runs/${run}/summary`);
export const timeline = (run: number, query: Values) => json<Timeline>(`runs/${run}/timeline`, query);
export const route = (run: number, query: Values) => json<Route>(`runs/${run}/path`, query);
export const matrix = (run: number, query: Values) => json<Matrix>(`runs/${run}/matrix`, query);
/// What a stage answers to a question of its own.
export const answer = <T>(run: number, question: string, query: Values = {}) => json<T>(`runs/${run}/${question}`, query);

export function table(run: number, name: string, query: TableQuery = {}): Promise<TablePage> {
  const { columns, where = [], sort, descending, offset = 0, limit = 200 } = query;
  const values: Values = {
    columns: columns?.join(","),
    sort,
    desc: sort && descending ? 1 : null,
    offset,
    limit,
  };
  const words = asQuery(values);
  where.forEach((condition) => words.append("where", condition));
  return json<TablePage>(`runs/${run}/table/${encodeURIComponent(name)}`, words);
}

export async function scene(run: number, from_s?: number, to_s?: number): Promise<Scene> {
  const answer = await ask(`runs/${run}/scene`, asQuery({ from: from_s, to: to_s }));
  return readScene(await answer.arrayBuffer());
}

async function json<T>(path: string, query: Values | URLSearchParams = {}): Promise<T> {
  const words = query instanceof URLSearchParams ? query : asQuery(query);
  return (await (await ask(path, words)).json()) as T;
}

async function ask(path: string, query: URLSearchParams): Promise<Response> {
  const words = query.toString();
  let answer: Response;
  try {
    answer = await fetch(`api/v1/${path}${words ? `?${words}` : ""}`);
  } catch {
    lost();
    throw new Refusal("The server does not answer.");
  }
  if (!answer.ok) throw new Refusal(await refusalOf(answer));
  return answer;
}

async function refusalOf(answer: Response): Promise<string> {
  try {
    const { error } = (await answer.json()) as { error?: string };
    if (error) return error;
  } catch {
    // Not one of our answers: the status must do.
  }
  return `The server answered ${answer.status} ${answer.statusText}`.trim();
}

/// Say it once, and ask again until somebody answers.
function lost(): void {
  if (serverGone.value) return;
  serverGone.value = true;
  const probe = setInterval(() => {
    fetch("api/v1/runs").then(
      () => {
        clearInterval(probe);
        serverGone.value = false;
      },
      () => {},
    );
  }, PROBE_MS);
}

function asQuery(values: Values): URLSearchParams {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
}
