/** An expression with the place of what is wrong in it, for showing. Pure. */

export interface Marked {
  before: string;
  /** The word or sign that is wrong; a space where the end is. */
  wrong: string;
  after: string;
}

/** Cuts an expression at what is wrong: the word that begins there, else one character. */
export function marked(expression: string, at: number): Marked {
  const rest = expression.slice(at);
  const wrong = /^(`[^`]*`?|[\p{L}\p{N}_.]+|"[^"]*"?|'[^']*'?)/u.exec(rest)?.[0] ?? rest.slice(0, 1);
  return { before: expression.slice(0, at), wrong: wrong || " ", after: rest.slice(wrong.length) };
}

/** A field's name as an expression writes it. */
export function written(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name}\``;
}
