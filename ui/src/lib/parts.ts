// Parts of the program that are fetched when they are wanted: what to do where one does not arrive.
import { type ComponentType, useEffect, useRef, useState } from "react";
import { toast } from "./toasts";

/** What is said in place of the browser's own words, which name a file nobody knows. */
const MISSING =
  "A part of the program could not be fetched: the server did not answer, or is of another version now.";

const RELOADED = "tidemill.reloaded";

/** Whether this is the failure of fetching a part, and no fault in it. */
export function isMissingPart(error: unknown): boolean {
  return error instanceof Error && error.message === MISSING;
}

/**
 * Puts our words on each failure to fetch a part. By the browser's words the router would know it, and load
 * the whole program again: with the server away, that ends on the browser's own page about it.
 */
export function nameMissingParts(): void {
  window.addEventListener("vite:preloadError", ({ payload }) => {
    payload.message = MISSING;
  });
}

/**
 * Loads the program anew if the server answers: it is of another version now, or was away for a moment. There is
 * no other way to try again, for a browser remembers that it could not fetch a module. Gives back whether
 * the server answered. By itself (`once`) not twice within a minute, or a part that is gone for good would
 * load the program for ever.
 */
export async function reloadIfServed({ once }: { once: boolean }): Promise<boolean> {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (once && Date.now() - last < 60_000) return true;
  const answer = await fetch(document.baseURI, { cache: "no-store" }).catch(() => undefined);
  if (!answer?.ok) return false;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  window.location.reload();
  return true;
}

/**
 * A component whose code is fetched when it is first wanted; nothing until it is there. Where it does not
 * arrive, the person is told, and the page stays as it is; wanting it again tries again.
 */
export function usePart<P>(
  load: () => Promise<ComponentType<P>>,
  wanted: boolean,
  onMissing: () => void,
): ComponentType<P> | undefined {
  const [part, setPart] = useState<ComponentType<P>>();
  const missing = useRef(onMissing);
  missing.current = onMissing;
  useEffect(() => {
    if (!wanted || part) return;
    let gone = false;
    load().then(
      (found) => {
        if (!gone) setPart(() => found);
      },
      async () => {
        if (gone) return;
        missing.current();
        const served = await reloadIfServed({ once: false });
        if (!served) toast("This could not be opened: the server does not answer.", "danger");
      },
    );
    return () => {
      gone = true;
    };
  }, [load, wanted, part]);
  return part;
}
