/** Files that similars were asked of. This page alone keeps them, as long as it is open; an address holds only their names. */

/** Bytes that the server takes. */
const MOST_BYTES = 32 * 2 ** 20;

/** A file as an address tells it. */
export interface FileName {
  /** What this page knows it by. */
  key: string;
  name: string;
}

const kept = new Map<string, File>();

/** Keeps a file for as long as the page is open. */
export function keep(file: File): FileName {
  const key = Math.random().toString(36).slice(2, 10);
  kept.set(key, file);
  return { key, name: file.name };
}

/** Whether a file is still here: after the page was closed or reloaded, or by a link, it is not. */
export function isHere({ key }: FileName): boolean {
  return kept.has(key);
}

/** A file's bytes as base64. */
export async function read({ key, name }: FileName): Promise<string> {
  const file = kept.get(key);
  if (!file) throw new Error(`${name} is not here any more. Drop it again.`);
  if (file.size > MOST_BYTES) throw new Error(`${name} has ${(file.size / 2 ** 20).toFixed(0)} MB. Give a file of at most ${MOST_BYTES / 2 ** 20} MB.`);
  if (file.size === 0) throw new Error(`${name} is empty.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  // A call takes only so many arguments.
  const parts = Array.from({ length: Math.ceil(bytes.length / PART) }, (_, at) => String.fromCharCode(...bytes.subarray(at * PART, (at + 1) * PART)));
  return btoa(parts.join(""));
}

const PART = 2 ** 15;

const SEPARATOR = " ";

/** A file in an address; only this page knows its key. */
export function encodeFile({ key, name }: FileName): string {
  return key + SEPARATOR + name;
}

export function decodeFile(text: string | undefined): FileName | null {
  const [, key, name] = /^([a-z0-9]{1,16}) (.{1,255})$/s.exec(text ?? "") ?? [];
  return key && name ? { key, name } : null;
}
