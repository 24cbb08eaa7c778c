/** What this browser keeps, seen by all its windows. */

const listeners = new Set<() => void>();

export function store(name: string, value: string): void {
  localStorage.setItem(name, value);
  for (const listener of listeners) listener();
}

/** Called when something was stored, here or in another window. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  globalThis.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    globalThis.removeEventListener('storage', listener);
  };
}
