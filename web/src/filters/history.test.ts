import { describe, expect, it } from "vitest";
import { changed, NO_HISTORY, redone, undone } from "./history";
import type { Filter } from "./types";

const least = (value: number): Filter => [{ kind: "compare", field: "loss", op: "ge", value }];

describe("the history of a filter", () => {
  it("goes back gesture by gesture, and forward again", () => {
    const history = changed(changed(NO_HISTORY, [], 0), least(1), 5_000);
    const first = undone(history, least(2));
    expect(first?.filter).toEqual(least(1));
    const second = undone(first!.history, first!.filter);
    expect(second?.filter).toEqual([]);
    expect(undone(second!.history, [])).toBeNull();
    const again = redone(second!.history, []);
    expect(again?.filter).toEqual(least(1));
    expect(redone(again!.history, again!.filter)?.filter).toEqual(least(2));
  });

  it("takes a brush that moves for one gesture", () => {
    let history = changed(NO_HISTORY, [], 1_000);
    for (let step = 1; step < 20; step++) history = changed(history, least(step), 1_000 + step * 30);
    expect(history.past).toEqual([[]]);
  });

  it("forgets what was undone when something new is done", () => {
    const back = undone(changed(NO_HISTORY, [], 0), least(1));
    expect(changed(back!.history, [], 100).future).toEqual([]);
    expect(changed(back!.history, [], 100).past).toEqual([[]]);
  });
});
