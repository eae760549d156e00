import { Frame, sizeOf } from "./Frame";
import type { VisualProps } from "./VisualCard";

export function ImageVisual({ document, images, over }: VisualProps) {
  return (
    <Frame src={images[0]} {...sizeOf(document)}>
      {over}
    </Frame>
  );
}
