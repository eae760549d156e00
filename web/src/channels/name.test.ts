import { expect, it } from "vitest";
import { decodeChannel, encodeChannel, sameChannel } from "./name";

it("comes back from the address, whatever the layer is called", () => {
  for (const layer of ["conv", "/body/conv_2/Conv", "a@b", "Schicht 1"]) {
    const name = { layer, channel: 12 };
    expect(decodeChannel(encodeChannel(name))).toEqual(name);
  }
});

it("is not named by what makes no sense", () => {
  for (const text of [undefined, "", "12", "@conv", "-1@conv", "x@conv", "12@", "1234567890@conv"]) expect(decodeChannel(text)).toBeNull();
});

it("is the same by layer and number", () => {
  const name = { layer: "conv", channel: 1 };
  expect(sameChannel(name, { ...name })).toBe(true);
  expect(sameChannel(name, { ...name, channel: 2 })).toBe(false);
  expect(sameChannel(name, null)).toBe(false);
  expect(sameChannel(null, null)).toBe(true);
});
