import { describe, expect, it } from "vitest";
import { causesOf, partsOf, rulesCalled, sumsOf, type RuleSums, type Sums } from "./reading.ts";

const SUMS: Sums = {
  generated: 100, delivered: 60, share_delivered: 0.6, delay_p50_s: 4, delay_p95_s: 9,
  lost_collision: 5, lost_gateway_contention: 0, lost_meteor_shower: 20, stored: 15, stored_at_device: 5, stored_on_board: 10,
  delay_mean_s: 6, delay_at_device_mean_s: 1, delay_on_board_mean_s: 5, delay_in_transit_mean_s: null,
};

describe("the outcome of messages", () => {
  it("lists causes that nobody told it of, the most frequent first, and all that is left", () => {
    const found = causesOf(SUMS);
    expect(found.map(({ cause, count }) => [cause, count])).toEqual([["meteor shower", 20], ["stored", 10], ["collision", 5], ["at device", 5]]);
    const older = { ...SUMS, stored_at_device: undefined, stored_on_board: undefined };
    expect(causesOf(JSON.parse(JSON.stringify(older))).map(({ count }) => count)).toEqual([20, 15, 5]);
    expect(found.reduce((sum, { count }) => sum + count, SUMS.delivered)).toBe(SUMS.generated);
    expect(found[1]!.words).toBe("on board at the end");
  });

  it("gives shares of those that the share delivered is of, so that all add up to one", () => {
    const observed = { ...SUMS, observed: 40, share_delivered: 0.75, observed_causes: { lost_collision: 1, lost_meteor_shower: 8, stored: 1, at_device: 0 } };
    expect(causesOf(observed).map(({ cause, share }) => [cause, share])).toEqual([["meteor shower", 0.2], ["stored", 0.025], ["collision", 0.025], ["at device", 0]]);
    expect(causesOf(observed).reduce((sum, { share }) => sum + share, 0.75)).toBeCloseTo(1);
    expect(causesOf(SUMS).reduce((sum, { share }) => sum + share, SUMS.delivered / SUMS.generated)).toBeCloseTo(1);
    expect(causesOf({ ...observed, observed: 0, share_delivered: null })[0]!.share).toBe(0.2);
  });

  it("parts the delay where the run tells it, and not where it does not", () => {
    expect(partsOf(SUMS)).toEqual([{ name: "at device", mean_s: 1 }, { name: "on board", mean_s: 5 }]);
    expect(partsOf({ ...SUMS, delay_at_device_mean_s: undefined, delay_on_board_mean_s: undefined })).toEqual([]);
  });

  it("tells rules of one source apart", () => {
    const rules = ["gauges", "buoys", "gauges"].map((source) => ({ source }) as RuleSums);
    expect(rulesCalled(rules)).toEqual(["gauges (1)", "buoys", "gauges (3)"]);
  });

  it("has none of a run without messages", () => {
    expect([sumsOf(null), sumsOf({}), sumsOf({ deliveries: null })]).toEqual([null, null, null]);
  });
});
