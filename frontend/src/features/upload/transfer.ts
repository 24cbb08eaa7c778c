/** How fast an upload goes, and how long it will take. */

export interface Sample {
  at: number;
  sent: number;
}

export interface Transfer {
  sent: number;
  total: number;
  /** Of the last seconds, oldest first. */
  samples: Sample[];
}

const WINDOW = 4_000;
const ENOUGH = 500;

export const NOT_BEGUN: Transfer = { sent: 0, total: 0, samples: [] };

export function progressed(transfer: Transfer, sent: number, total: number, at: number): Transfer {
  const samples = [...transfer.samples.filter((sample) => at - sample.at < WINDOW), { at, sent }];
  return { sent, total, samples };
}

export function percentOf({ sent, total }: Transfer): number {
  return total ? Math.floor((sent / total) * 100) : 0;
}

/** Bytes a second; null until that can be told. */
export function speedOf({ samples }: Transfer): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < ENOUGH) return null;
  return ((last.sent - first.sent) / (last.at - first.at)) * 1000;
}

export function secondsLeft(transfer: Transfer): number | null {
  const speed = speedOf(transfer);
  return speed ? Math.ceil((transfer.total - transfer.sent) / speed) : null;
}
