/** Whether what is shown is live, and if not, since when. */

export interface Connection {
  live: boolean;
  /** Milliseconds of this computer's clock. */
  since: number;
}

export type Liveness = 'live' | 'reconnecting' | 'stopped';

const QUIET_MS = 5_000;
const STOPPED_MS = 30_000;

/** A short loss is nobody's business; a long one has to be said. */
export function liveness(connection: Connection, now: number): Liveness {
  const lost = now - connection.since;
  if (connection.live || lost < QUIET_MS) return 'live';
  return lost < STOPPED_MS ? 'reconnecting' : 'stopped';
}

/** A second loss in a row is still the first one. */
export function nextConnection(before: Connection, live: boolean, now: number): Connection {
  return before.live === live ? before : { live, since: now };
}
