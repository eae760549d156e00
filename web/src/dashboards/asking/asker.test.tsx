import { describe, expect, it, vi } from "vitest";
import type { ChartsAnswer, ChartsRequest } from "../../api/dashboards";
import type { Filter } from "../../filters/types";
import { COUNT } from "../charts/measures";
import { Asker } from "./asker";
import { type Asked, groups, type Scene, sharedFor } from "./question";

const training: Filter = [{ kind: "compare", field: "subset", op: "in", value: ["training"] }];
const loss: Filter = [{ kind: "compare", field: "loss", op: "ge", value: 1 }];
const scene: Scene = { run: "r", map: null, filter: [...training, ...loss], versions: [] };

function count(own: string[] = []): Asked {
  return groups({ splits: [], measures: [COUNT], filter: [], own });
}

/** Answers every question with how many others came along. */
function server(patience = 5) {
  const bodies: ChartsRequest[] = [];
  const signals: AbortSignal[] = [];
  const send = async (_: string, body: ChartsRequest, signal: AbortSignal): Promise<ChartsAnswer> => {
    bodies.push(body);
    signals.push(signal);
    await new Promise((done) => setTimeout(done, patience));
    signal.throwIfAborted();
    const matching = body.questions.length;
    return {
      seconds: 0,
      answers: body.questions.map(({ key, kind }) =>
        kind === "points"
          ? { kind: "failed", key, error: { code: "chart", message: "No such field.", where: null, fix: null } }
          : { kind: "groups", key, splits: [], codes: [], count: [1], count_all: null, measures: [], matching, total: matching, dropped: 0, notes: [] },
      ),
    };
  };
  return { bodies, signals, send };
}

const never = new AbortController().signal;

describe("questions", () => {
  it("of one gesture travel together", async () => {
    const { bodies, send } = server();
    const asker = new Asker(send);
    const answers = await Promise.all([asker.ask(scene, count(), never), asker.ask(scene, count(), never), asker.ask(scene, count(), never)]);
    expect(bodies).toHaveLength(1);
    expect(answers.map((answer) => answer.kind === "groups" && answer.matching)).toEqual([3, 3, 3]);
  });

  it("leave out the clauses on a chart's own fields, for that chart alone", async () => {
    const { bodies, send } = server();
    const asker = new Asker(send);
    await Promise.all([asker.ask(scene, count(), never), asker.ask(scene, count(["loss"]), never)]);
    const [{ filter, questions }] = bodies;
    expect(filter).toHaveLength(2);
    expect(questions[0].shared).toBeNull();
    expect(questions[1].shared).toMatchObject(training);
  });

  it("under different filters travel apart", async () => {
    const { bodies, send } = server();
    const asker = new Asker(send);
    await Promise.all([asker.ask(scene, count(), never), asker.ask({ ...scene, filter: [] }, count(), never)]);
    expect(bodies.map(({ filter }) => filter?.length)).toEqual([2, 0]);
  });

  it("fail alone", async () => {
    const { send } = server();
    const asker = new Asker(send);
    const good = asker.ask(scene, count(), never);
    const bad = asker.ask(scene, { kind: "points", fields: ["gone"], limit: 10, filter: [] }, never);
    await expect(bad).rejects.toThrow("No such field.");
    await expect(good).resolves.toMatchObject({ kind: "groups" });
  });

  it("that nobody wants any more are given up, and only then", async () => {
    const { signals, send } = server(300);
    const asker = new Asker(send);
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = Promise.allSettled([asker.ask(scene, count(), first.signal), asker.ask(scene, count(), second.signal)]);
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    first.abort();
    expect(signals[0].aborted).toBe(false);
    second.abort();
    expect(signals[0].aborted).toBe(true);
    expect((await asked).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("that were dropped before the request left never leave", async () => {
    const { bodies, send } = server();
    const asker = new Asker(send);
    const gone = new AbortController();
    void asker.ask(scene, count(), gone.signal);
    gone.abort();
    await asker.ask(scene, count(), never);
    expect(bodies[0].questions).toHaveLength(1);
  });
});

it("asks for the whole without any clause", () => {
  expect(sharedFor({ whole: true }, scene.filter)).toEqual([]);
  expect(sharedFor({ own: ["subset"] }, [...scene.filter, { ...training[0], enabled: false }])).toEqual(loss);
});
