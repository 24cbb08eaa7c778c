/** Times of jobs, from the server's timestamps alone. */
import type { Job, Step } from './types';

const MINUTE = 60_000;

function between(from: string, to: number): number {
  return Math.max(0, (to - Date.parse(from)) / 1000);
}

/** Seconds a step took, or has taken until `now` (the server's); null before it begins. */
export function stepSeconds(step: Step, now: number): number | null {
  return spanSeconds(step, now);
}

interface Span {
  started_at?: string | null;
  finished_at?: string | null;
}

/** The same of anything that begins and ends. */
export function spanSeconds({ started_at, finished_at }: Span, now: number): number | null {
  if (!started_at) return null;
  return between(started_at, finished_at ? Date.parse(finished_at) : now);
}

/** Seconds of work in all attempts; null where none was done. */
export function workedSeconds(job: Job, now = Number.NaN): number | null {
  const spans = job.steps
    .map((step) => stepSeconds(step, now))
    .filter((span): span is number => span !== null && !Number.isNaN(span));
  return spans.length ? spans.reduce((sum, span) => sum + span, 0) : null;
}

export function startedAt(job: Job): string | null {
  return pick(
    job.steps.map((step) => step.started_at),
    -1,
  );
}

/** When it ended; null while it is active. */
export function endedAt(job: Job): string | null {
  if (job.status === 'pending' || job.status === 'running') return null;
  return (
    pick(
      job.steps.map((step) => step.finished_at),
      1,
    ) ?? job.updated_at
  );
}

function pick(times: (string | null | undefined)[], sign: 1 | -1): string | null {
  const known = times.filter((time): time is string => Boolean(time));
  known.sort((a, b) => sign * (Date.parse(b) - Date.parse(a)));
  return known[0] ?? null;
}

/** So much work would be lost that a person is asked first. */
export function askBeforeCancel(job: Job, now: number): boolean {
  return (workedSeconds(job, now) ?? 0) * 1000 > MINUTE;
}
