/** Asks the filter Worker questions; one promise a question. */
import type { Answer, Ask, Questions } from "./worker";

type Reply<Q extends keyof Questions> = ReturnType<Questions[Q]>;

export class WorkerClient {
  private next = 1;
  private waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();

  constructor(private readonly worker: Worker) {
    worker.addEventListener("message", (event: MessageEvent<Answer>) => {
      const answer = event.data;
      const entry = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ("error" in answer) entry?.reject(new Error(answer.error));
      else entry?.resolve(answer.value);
    });
    worker.addEventListener("error", (event) => {
      for (const entry of this.waiting.values()) entry.reject(new Error(event.message || "The filter worker stopped."));
      this.waiting.clear();
    });
  }

  ask<Q extends keyof Questions>(question: Q, ...args: Parameters<Questions[Q]>): Promise<Reply<Q>> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.worker.postMessage({ id, question, args } satisfies Ask);
    });
  }

  close(): void {
    this.worker.terminate();
  }
}
