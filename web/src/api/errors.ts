import type { ErrorDetail } from "./types";

/** An answer of the server that says what went wrong and what to do. */
export class ApiError extends Error {
  readonly code: string;
  readonly where: string | null;
  readonly fix: string | null;

  constructor(
    readonly status: number,
    body: Partial<ErrorDetail>,
    readonly request: string,
  ) {
    super(body.message ?? `The server answered ${status}.`);
    this.code = body.code ?? "error";
    this.where = body.where ?? null;
    this.fix = body.fix ?? null;
  }

  /** Everything known, for the clipboard. */
  get detail(): string {
    const lines = [this.message, this.where && `where: ${this.where}`, this.fix && `fix: ${this.fix}`];
    return [...lines, `code: ${this.code}`, `request: ${this.request} → ${this.status}`].filter(Boolean).join("\n");
  }
}

/** Turn what was thrown into words: what happened, what to do, and a detail to copy. */
export function explain(error: unknown): { title: string; fix: string | null; detail: string } {
  if (error instanceof ApiError) return { title: error.message, fix: error.fix, detail: error.detail };
  if (error instanceof TypeError && /fetch|network/i.test(error.message))
    return {
      title: "The percepta server does not answer.",
      fix: "See whether `percepta serve` still runs in its terminal, then try again.",
      detail: String(error),
    };
  const message = error instanceof Error ? error.message : String(error);
  return { title: message, fix: null, detail: error instanceof Error ? (error.stack ?? message) : message };
}
