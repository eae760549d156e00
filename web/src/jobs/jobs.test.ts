import { expect, it } from "vitest";
import type { Job } from "../api/types";
import { mergeJob, progressLine, shareOf, tookSeconds } from "./progress";

const job: Job = {
  id: "j", kind: "evaluate", title: "Evaluate digits", status: "running", resumable: true, project: null, run: null, stage: "Evaluating", done: 500, total: 2000, unit: "samples",
  rate: 250, eta: 6, message: "", error: null, created: "2026-11-22T12:00:00Z", started: "2026-11-22T12:00:10Z", finished: null,
};

it("says in a line how far a job is", () => {
  expect(progressLine(job)).toBe("Evaluating · 500 of 2,000 samples · 250 samples/s · about 6 s left");
  expect(progressLine({ ...job, status: "queued" })).toBe("waits for the job before it");
  expect(progressLine({ ...job, total: null, rate: null, eta: null })).toBe("Evaluating · 500 samples");
});

it("knows the share only where a total is known", () => {
  expect(shareOf(job)).toBe(0.25);
  expect(shareOf({ ...job, total: null })).toBeNull();
  expect(shareOf({ ...job, status: "complete", total: null })).toBe(1);
});

it("measures from start to end", () => {
  expect(tookSeconds({ ...job, finished: "2026-11-22T12:01:10Z" })).toBe(60);
  expect(tookSeconds({ ...job, started: null })).toBeNull();
});

it("an event replaces its job and keeps the others", () => {
  const other = { ...job, id: "k" };
  expect(mergeJob([job, other], { ...job, done: 600 }).map(({ id, done }) => [id, done])).toEqual([["j", 600], ["k", 500]]);
  expect(mergeJob(undefined, job)).toEqual([job]);
});
