/** Gathers the questions that charts ask at the same time into one request. */
import { ApiError } from "../../api/errors";
import type { ChartAnswer, ChartsAnswer, ChartsRequest } from "../../api/dashboards";
import { wire } from "../../api/client";
import { active } from "../../filters/types";
import { type Asked, type Scene, toWire } from "./question";

/** The most that the server answers together. */
const MOST = 64;

type Send = (run: string, body: ChartsRequest, signal: AbortSignal) => Promise<ChartsAnswer>;

interface Waiting {
  scene: Scene;
  asked: Asked;
  signal: AbortSignal;
  resolve(answer: ChartAnswer): void;
  reject(error: unknown): void;
}

export class Asker {
  private waiting: Waiting[] = [];

  constructor(private readonly send: Send) {}

  /** The answer to one question; raises what the server says of it where it fails. */
  ask(scene: Scene, asked: Asked, signal: AbortSignal): Promise<ChartAnswer> {
    return new Promise((resolve, reject) => {
      // Charts ask one after the other within one turn of the page's loop; the request leaves after it.
      if (this.waiting.length === 0) setTimeout(() => this.flush());
      this.waiting.push({ scene, asked, signal, resolve, reject });
    });
  }

  private flush(): void {
    const gestures = new Map<string, Waiting[]>();
    for (const one of this.waiting) {
      if (one.signal.aborted) continue;
      const scene = JSON.stringify(one.scene);
      gestures.set(scene, [...(gestures.get(scene) ?? []), one]);
    }
    this.waiting = [];
    for (const asked of gestures.values())
      for (let at = 0; at < asked.length; at += MOST) void this.request(asked.slice(at, at + MOST));
  }

  /** Sends questions of one scene; gives up when nobody wants any of them any more. */
  private async request(asked: Waiting[]): Promise<void> {
    const { scene } = asked[0];
    const abort = new AbortController();
    const giveUp = () => asked.every(({ signal }) => signal.aborted) && abort.abort();
    for (const { signal } of asked) signal.addEventListener("abort", giveUp);
    const filter = active(scene.filter);
    const questions = asked.map((one, at) => toWire(one.asked, String(at), filter));
    try {
      const body = { questions, filter: wire(filter), map: scene.map, versions: [...scene.versions] };
      const { answers } = await this.send(scene.run, body, abort.signal);
      const byKey = new Map(answers.map((answer) => [answer.key, answer]));
      asked.forEach((one, at) => {
        const answer = byKey.get(String(at));
        if (!answer) one.reject(new Error("The server left this question without an answer."));
        else if (answer.kind === "failed") one.reject(new ApiError(422, answer.error, "a chart's question"));
        else one.resolve(answer);
      });
    } catch (error) {
      for (const one of asked) one.reject(error);
    } finally {
      for (const { signal } of asked) signal.removeEventListener("abort", giveUp);
    }
  }
}
