import { useSyncExternalStore } from "react";

/** A value that components can watch; for the little state that is neither in the URL nor the server's. */
export interface Store<T> {
  get(): T;
  set(next: T | ((now: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const made = next instanceof Function ? next(value) : next;
      if (Object.is(made, value)) return;
      value = made;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A store that this browser remembers; `read` makes a value of what is kept, or of nothing. */
export function createKept<T>(
  key: string,
  read: (kept: string | null) => T,
  write: (value: T) => string,
): Store<T> {
  const store = createStore(read(remembered(key)));
  const { set } = store;
  store.set = (next) => {
    set(next);
    remember(key, write(store.get()));
  };
  window.addEventListener("storage", (event) => {
    if (event.key === `tidemill.${key}`) set(read(event.newValue));
  });
  return store;
}

/** The same for one of some words; what cannot be read any more is the default again. */
export function createRemembered<T extends string>(
  key: string,
  words: readonly T[],
  fallback: NoInfer<T>,
): Store<T> {
  return createKept(
    key,
    (kept) => words.find((word) => word === kept) ?? fallback,
    (word) => word,
  );
}

/** What JSON says, or nothing where it is none. */
export function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Storage can be forbidden; then nothing is remembered.
export function remembered(key: string): string | null {
  try {
    return window.localStorage.getItem(`tidemill.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    window.localStorage.setItem(`tidemill.${key}`, value);
  } catch {
    // Forbidden or full: it holds for this visit only.
  }
}
