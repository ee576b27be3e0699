import { describe, expect, it } from "vitest";
import { grouped, heading, meant, measureOf, measureOfRates, measured, percent, quantity } from "./quantities.ts";
import { brief, lasting, secondsOf, sinceStart, utcClock, utcDate } from "./time.ts";

const START = "2026-07-01T23:59:00Z";

describe("time", () => {
  it("reads UTC over midnight", () => {
    expect(utcClock(START, 90)).toBe("00:00:30");
    expect(utcDate(START, 90)).toBe("2026-07-02");
  });

  it("is brief in a cell, and keeps a year that is not the run's", () => {
    expect(brief("2026-07-02T00:03:18.412Z", START)).toBe("07-02 00:03:18");
    expect(brief("2027-01-01T00:00:00.000Z", START)).toBe("2027-01-01 00:00:00");
    expect(brief("2026-07-02T00:03:18.412Z", "")).toBe("2026-07-02 00:03:18");
  });

  it("does not lose a second to float32", () => {
    expect(utcClock(START, Math.fround(4294.3) - Math.fround(0.3))).toBe("01:10:34");
    expect(sinceStart(239.9999)).toBe("T+00:04:00");
  });

  it("counts from the start, with days where there are any", () => {
    expect(sinceStart(3840)).toBe("T+01:04:00");
    expect(sinceStart(2 * 86_400 + 10_800)).toBe("T+2d 03:00:00");
  });

  /// As tests/world/test_lasting.py has them.
  const TOLD: [number, string][] = [
    [0, "0 s"], [1e-10, "<1 ns"], [1.23e-5, "12.3 µs"], [0.0009999, "1 ms"], [0.0714, "71.4 ms"],
    [0.99949, "999 ms"], [0.9996, "1 s"], [1.04, "1 s"], [3.24, "3.2 s"], [9.96, "10 s"], [59.4, "59 s"],
    [59.6, "1 min"], [555.5, "9 min 16 s"], [3599.4, "59 min 59 s"], [3599.6, "1 h"], [7500, "2 h 5 min"],
    [30_899, "8 h 35 min"], [86_399, "1 d"], [90_000, "1 d 1 h"], [1e9, "11\u202f574 d 2 h"], [-5, "\u22125 s"],
    [NaN, "—"], [Infinity, "—"],
  ];

  it("tells how long in two units", () => {
    expect(TOLD.map(([seconds]) => lasting(seconds))).toEqual(TOLD.map(([, words]) => words));
  });

  it("is read as it is written, within half of the lesser unit", () => {
    for (let k = -900; k <= 900; k += 1) {
      const seconds = 10 ** (k / 100) * (1 + 0.37 * Math.sin(k));
      const words = lasting(seconds);
      const size = seconds >= 86_370 ? 3600 : seconds >= 3599.5 ? 60 : seconds >= 9.95 ? 1 : 0.1;
      const slack = seconds >= 1 ? size / 2 : Math.max(0.005 * seconds, 5e-10);
      expect(words.split(" ").length, words).toBeLessThanOrEqual(4);
      if (!words.startsWith("<")) expect(Math.abs(secondsOf(words)! - seconds), words).toBeLessThanOrEqual(slack * 1.001);
      else expect(seconds).toBeLessThan(1e-9);
    }
  });

  it("reads what people write, and nothing else", () => {
    expect(["90", "8 h 35 min", "1h30min", "71.4 ms", "1\u202f200 s", "-2 min"].map(secondsOf)).toEqual([90, 30_900, 5400, 0.0714, 1200, -120]);
    expect(["", "soon", "5 m", "1.2.3", "3 s more", "min"].map(secondsOf)).toEqual([null, null, null, null, null, null]);
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
    expect(percent(4e-5)).toBe("<0.01");
  });
});

describe("columns", () => {
  it("gives one unit to all numbers of a column", () => {
    const range = measureOf("range_min_m", "m");
    expect([1_234_567, 999].map((value) => measured(value, range))).toEqual(["1\u202f234.6", "1.0"]);
  });

  it("tells no little as nothing", () => {
    expect([0, 0.0547, 3.21e-4, -3.21e-4].map((value) => measured(value, measureOf("energy_per_byte_j", "J")))).toEqual(["0", "0.055", "0.000321", "-0.000321"]);
    expect(measured(420, measureOf("rate_bps", "bit/s"))).toBe("0.00042");
  });

  it("gives lengths of time units of their own, and moments seconds", () => {
    const told = (name: string) => measured(30_899, measureOf(name, "s"));
    expect(["delay_p95_s", "duration_s", "age_mean_s", "gap_max_s", "waited_s"].map(told)).toEqual(Array(5).fill("8 h 35 min"));
    expect(["time_s", "created_s", "end_s", "culmination_s"].map(told)).toEqual(Array(4).fill("30\u202f899"));
    expect(meant("8 h 35 min", measureOf("delay_s", "s"))).toBe(30_900);
    expect(meant("soon", measureOf("delay_s", "s"))).toBeNull();
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

it("rates below each other have the unit of the largest", () => {
  const few = measureOfRates(999_996);
  expect([few.unit, measured(999_996, few), measured(20_000, few)]).toEqual(["kbit/s", "1\u202f000.00", "20.00"]);
  expect(measureOfRates(2.5e9).unit).toBe("Gbit/s");
  expect(measured(0, measureOfRates(0))).toBe("0");
});

it("watts are said once", () => {
  expect(heading("propulsion_w")).toBe("propulsion");
  expect(heading("night_margin_wh")).toBe("night margin");
});
