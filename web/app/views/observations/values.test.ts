import { expect, test } from "vitest";
import { age_s, known, streamsOf, type Series } from "./values.ts";

const late: Series = { phenomenon_s: [0, 100, 200], received_s: [250, 220, 300], result: [1, 2, 3], quality: [2, 2, 2], notes: [] };

test("what comes late and older changes nothing that is known", () => {
  expect(known(late, 400)).toEqual([
    { x: 220, y: 2 },
    { x: 300, y: 2 },
    { x: 300, y: 3 },
    { x: 400, y: 3 },
  ]);
});

test("of what comes down in one pass the freshest counts", () => {
  const pass: Series = { phenomenon_s: [0, 100, 200], received_s: [250.4, 250.6, 250.8], result: [1, 9, 3], quality: [2, 2, 2], notes: [] };
  expect(known(pass, 400)).toEqual([{ x: 250.8, y: 3 }, { x: 400, y: 3 }]);
});

test("nothing is known before anything arrives", () => {
  expect(known({ ...late, phenomenon_s: [], received_s: [], result: [] }, 400)).toEqual([]);
  expect(age_s(late, 219)).toBeNull();
  expect(age_s(late, 260)).toBe(160);
});

test("a run without observations has no datastreams", () => {
  expect(streamsOf(null)).toEqual([]);
  expect(streamsOf({ observations: null })).toEqual([]);
  expect(streamsOf({ observations: [{ rule: 0 }] })).toHaveLength(1);
});
