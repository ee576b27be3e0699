import { describe, expect, it } from "vitest";
import { grouped, heading, measured, measureOf, percent, quantity } from "./quantities.ts";
import { lasting, sinceStart, utcClock, utcDate } from "./time.ts";

const START = "2026-07-01T23:59:00Z";

describe("time", () => {
  it("reads UTC over midnight", () => {
    expect(utcClock(START, 90)).toBe("00:00:30");
    expect(utcDate(START, 90)).toBe("2026-07-02");
  });

  it("does not lose a second to float32", () => {
    expect(utcClock(START, Math.fround(4294.3) - Math.fround(0.3))).toBe("01:10:34");
    expect(sinceStart(239.9999)).toBe("T+00:04:00");
  });

  it("counts from the start, with days where there are any", () => {
    expect(sinceStart(3840)).toBe("T+01:04:00");
    expect(sinceStart(2 * 86_400 + 10_800)).toBe("T+2d 03:00:00");
  });

  it("tells how long in two units", () => {
    expect([0.0825, 4.25, 42, 555.5, 7500, 86_400, Infinity].map(lasting)).toEqual([
      "82.5 ms", "4.3 s", "42 s", "9 min 16 s", "2 h 5 min", "1 d", "—",
    ]);
  });
});

describe("quantity", () => {
  it("takes the unit that suits the size", () => {
    expect(quantity(1.446e9, "bit/s")).toEqual({ text: "1.45", unit: "Gbit/s" });
    expect(quantity(2_463_200, "m")).toEqual({ text: "2\u202f463", unit: "km" });
    expect(quantity(0.0614, "delay")).toEqual({ text: "61.4", unit: "ms" });
    expect(quantity(NaN, "m").text).toBe("—");
  });

  it("does not round what is less than all up to all", () => {
    expect(percent(1)).toBe("100");
    expect(percent(0.99998)).toBe(">99.99");
    expect(percent(0.9962)).toBe("99.62");
    expect(percent(0)).toBe("0");
  });
});

describe("columns", () => {
  it("gives one unit to all numbers of a column", () => {
    const range = measureOf("range_min_m", "m");
    expect([1_234_567, 999].map((value) => measured(value, range))).toEqual(["1\u202f234.6", "1.0"]);
    expect(measureOf("delay_p95_s", "s").unit).toBe("ms");
    expect(measureOf("duration_s", "s").unit).toBe("s");
  });

  it("drops the unit from the name", () => {
    expect(["range_min_m", "doppler_rate_hz_s", "cn0_dbhz", "source", "x_m"].map(heading)).toEqual([
      "range min", "doppler rate", "cn0", "source", "x",
    ]);
  });

  it("groups thousands and writes a true minus", () => {
    expect(grouped(-1234567.8, 1)).toBe("\u22121\u202f234\u202f567.8");
  });
});
