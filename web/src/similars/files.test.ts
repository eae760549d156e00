import { expect, it } from "vitest";
import { decodeFile, encodeFile, isHere, keep, read } from "./files";

it("keeps a file while the page is open, and reads it as base64", async () => {
  const name = keep(new File([Uint8Array.from([0, 255, 7])], "a b.png"));
  expect(isHere(name)).toBe(true);
  expect(await read(name)).toBe("AP8H");
});

it("says what is wrong with a file", async () => {
  await expect(read({ key: "gone", name: "x.png" })).rejects.toThrow("x.png is not here any more");
  await expect(read(keep(new File([], "none.png")))).rejects.toThrow("none.png is empty");
  const large = keep(Object.defineProperty(new File([], "large.png"), "size", { value: 40 * 2 ** 20 }));
  await expect(read(large)).rejects.toThrow("large.png has 40 MB");
});

it("comes back from the address by its name", () => {
  expect(decodeFile(encodeFile({ key: "k1", name: "my photo 1.png" }))).toEqual({ key: "k1", name: "my photo 1.png" });
  for (const wrong of [undefined, "", "key", "KEY name", "a/b c"]) expect(decodeFile(wrong)).toBeNull();
});
