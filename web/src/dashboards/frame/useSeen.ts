/** Whether an element has come near the screen: only then is its dashlet drawn and asked for. */
import { type RefObject, useEffect, useState } from "react";

const NEAR = "240px";

export function useSeen(element: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const watch = new IntersectionObserver(([entry]) => setSeen(entry.isIntersecting), { rootMargin: NEAR });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [element]);
  return seen;
}
