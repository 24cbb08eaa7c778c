import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  globalThis.addEventListener('storage', listener); // another tab has changed it
  return () => {
    listeners.delete(listener);
    globalThis.removeEventListener('storage', listener);
  };
}

/** One of `values`, kept in this browser under `name`; the first one until somebody chooses. */
export function usePreference<const T extends string>(
  name: string,
  values: readonly [T, ...T[]],
): [T, (value: T) => void] {
  const kept = useSyncExternalStore(subscribe, () => localStorage.getItem(name));
  const choose = (value: T) => {
    localStorage.setItem(name, value);
    for (const listener of listeners) listener();
  };
  return [values.find((value) => value === kept) ?? values[0], choose];
}
