const names = new WeakMap<object, number>();
let next = 1;

/** A short name for what is too long to be part of a key; the same as long as it is the same object. */
export function nameOf(object: object): number {
  let name = names.get(object);
  if (name === undefined) names.set(object, (name = next++));
  return name;
}
