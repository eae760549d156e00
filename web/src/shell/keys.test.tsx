import { fireEvent, render } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { isTyping, KEYS, nameOf, useKeys } from "./keys";

function Listener({ on, overlay }: { on: () => void; overlay?: boolean }) {
  useKeys({ l: on, "ctrl+k": on, escape: on });
  return (
    <>
      <input aria-label="field" />
      {overlay && (
        <div role="dialog">
          <button type="button">inside</button>
        </div>
      )}
    </>
  );
}

describe("keys", () => {
  it("have names", () => {
    expect(nameOf(new KeyboardEvent("keydown", { key: "K", ctrlKey: true }))).toBe("ctrl+k");
    expect(nameOf(new KeyboardEvent("keydown", { key: "?" }))).toBe("?");
    expect(nameOf(new KeyboardEvent("keydown", { key: "ArrowRight" }))).toBe("arrowright");
  });

  it("belong to a field while one types, all but Ctrl-K", () => {
    const on = vi.fn();
    const { getByLabelText } = render(<Listener on={on} />);
    const field = getByLabelText("field");
    expect(isTyping(field)).toBe(true);
    fireEvent.keyDown(field, { key: "l" });
    expect(on).not.toHaveBeenCalled();
    fireEvent.keyDown(field, { key: "k", ctrlKey: true });
    expect(on).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(document.body, { key: "l" });
    expect(on).toHaveBeenCalledTimes(2);
  });

  it("belong to a switch only where they work it", () => {
    const on = vi.fn();
    const Page = () => {
      useKeys({ w: on, arrowright: on, " ": on });
      return <input type="radio" aria-label="table" />;
    };
    const radio = render(<Page />).getByLabelText("table");
    fireEvent.keyDown(radio, { key: "ArrowRight" });
    fireEvent.keyDown(radio, { key: " " });
    expect(on).not.toHaveBeenCalled();
    fireEvent.keyDown(radio, { key: "w" });
    expect(on).toHaveBeenCalledTimes(1);
  });

  it("Escape closes what is open before it clears anything", () => {
    const on = vi.fn();
    const { getByText, rerender } = render(<Listener on={on} overlay />);
    fireEvent.keyDown(document.body, { key: "Escape" });
    fireEvent.keyDown(getByText("inside"), { key: "l" });
    expect(on).not.toHaveBeenCalled();
    rerender(<Listener on={on} />);
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(on).toHaveBeenCalledTimes(1);
  });

  it("go first to who asked for that, and on where it leaves them", () => {
    const heard: string[] = [];
    const First = ({ takes }: { takes: boolean }) => {
      useKeys({ "ctrl+z": () => (heard.push("first"), takes ? undefined : false) }, true);
      return null;
    };
    const Other = () => {
      useKeys({ "ctrl+z": () => void heard.push("other") });
      return null;
    };
    const { rerender } = render([<Other key="other" />, <First key="first" takes />]);
    fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    expect(heard).toEqual(["first"]);
    rerender([<Other key="other" />, <First key="first" takes={false} />]);
    fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    expect(heard).toEqual(["first", "first", "other"]);
  });

  it("are listed once in each group", () => {
    for (const { keys } of KEYS) {
      const all = keys.map((key) => key.keys.join("+"));
      expect(new Set(all).size).toBe(all.length);
    }
  });
});
