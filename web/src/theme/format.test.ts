import { describe, expect, it } from "vitest";
import { ago, count, duration, number, percent, shortCount, value } from "./format";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [12_345, "12,345"],
    [2026, "2026"],
    [0.000_012_34, "1.23e-5"],
    [0.123_456, "0.1235"],
    [2.5, "2.5"],
    [1234.567, "1234.6"],
    [-3.14159, "−3.142"],
    [Number.NaN, "–"],
    [null, "–"],
    [0.999_97, "0.9999"],
    [-0.999_97, "−0.9999"],
    [Infinity, "∞"],
  ])("%s is %s", (given, expected) => expect(number(given)).toBe(expected));

  it("counts shortly", () => {
    expect([999, 12_300, 1_234_567].map(shortCount)).toEqual(["999", "12.3 k", "1.23 M"]);
    expect(count(1_000_000)).toBe("1,000,000");
  });

  it("tells shares", () => {
    expect([0, 0.0004, 0.056, 0.5, 1].map(percent)).toEqual(["0 %", "< 0.1 %", "5.6 %", "50 %", "100 %"]);
  });

  it("tells nearly all as less than all", () => {
    expect([0.994, 0.9963, 0.9991, 0.999_99].map(percent)).toEqual(["99.4 %", "99.6 %", "> 99.9 %", "> 99.9 %"]);
  });

  it("shows what is missing as such", () => {
    expect([null, true, "x", 1.5].map(value)).toEqual(["missing", "true", "x", "1.5"]);
  });
});

describe("times", () => {
  it("tells spans", () => {
    expect([0.2, 42, 80, 7500].map(duration)).toEqual(["< 1 s", "42 s", "1 min 20 s", "2 h 5 min"]);
  });

  it("tells how long ago", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(ago("2026-11-22T11:58:00Z", now)).toBe("2 min ago");
    expect(ago("2026-11-20T12:00:00Z", now)).toBe("2 d ago");
    expect(ago(null, now)).toBe("–");
  });
});
