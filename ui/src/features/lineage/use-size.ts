import { useEffect, useRef, useState } from "react";
import type { Size } from "./camera";

/** How large an element is, now and whenever that changes. */
export function useSize() {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () =>
      setSize((held) => {
        const { clientWidth: width, clientHeight: height } = element;
        return held.width === width && held.height === height ? held : { width, height };
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, size };
}
