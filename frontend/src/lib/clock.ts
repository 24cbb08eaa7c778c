/** The server's clock: this computer's may be wrong by minutes, or by an hour. */

const TOLERANCE = 2_000; // the header counts in whole seconds, and has travelled

let ahead = 0;
const listeners = new Set<() => void>();

/** Takes the `Date` header of an answer that has just come in. */
export function noteServerDate(header: string | null, now = Date.now()): void {
  const told = header ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(told)) return;
  const measured = told - now;
  const before = ahead;
  ahead = Math.abs(measured) > TOLERANCE ? measured : 0;
  if (Math.abs(ahead - before) > TOLERANCE) for (const listener of listeners) listener();
}

/** Calls `listener` whenever `serverNow` has jumped; returns what ends that. */
export function onClockSet(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Milliseconds since 1970, as the server counts them. */
export function serverNow(now = Date.now()): number {
  return now + ahead;
}
