/** What each state of the services is called and how it looks; a new one does not compile. */
import { formatCount, formatDuration } from '@/lib/format';

import { openPhase, phaseName } from './phases';
import { text } from './text';
import { workedSeconds } from './timing';
import type { Job, JobStatus, Step } from './types';

export type Shown = Step['status'] | 'warned';

export const TONES: Record<Shown, 'quiet' | 'brand' | 'success' | 'warning' | 'danger' | 'absent'> =
  {
    pending: 'quiet',
    running: 'brand',
    done: 'success',
    warned: 'warning',
    error: 'danger',
    cancelled: 'quiet',
    skipped: 'absent',
  };

/** Milliseconds between two looks at a job when no stream tells of it; never once it has ended. */
export const POLL: Record<JobStatus, number | false> = {
  pending: 2_000,
  running: 2_000,
  done: false,
  error: false,
  cancelled: false,
};

export function isActive(job: Job): boolean {
  return POLL[job.status] !== false;
}

export function shownState(status: Step['status'], warnings: number): Shown {
  return status === 'done' && warnings > 0 ? 'warned' : status;
}

export const shownJob = (job: Job): Shown => shownState(job.status, job.warnings);
export const shownStep = (step: Step): Shown => shownState(step.status, step.warnings.length);

const JOB_WORDS: Record<Exclude<Shown, 'skipped'>, (job: Job) => string> = {
  pending: (job) => (job.waiting_for ? text.waitingFor(job.waiting_for) : 'Waiting'),
  running: (job) =>
    job.waiting_for ? text.waitingFor(job.waiting_for) : `Loading ${text.percent(job.overall_pct)}`,
  done: (job) => doneIn(workedSeconds(job)),
  warned: (job) => `Done, ${formatCount(job.warnings, 'warning')}`,
  error: () => 'Failed',
  cancelled: () => 'Cancelled',
};

const STEP_WORDS: Record<Shown, (step: Step) => string> = {
  pending: () => 'Waiting',
  running: (step) => `Loading ${text.percent(step.pct)}`,
  done: () => 'Done',
  warned: (step) => `Done, ${formatCount(step.warnings.length, 'warning')}`,
  error: () => 'Failed',
  cancelled: () => 'Cancelled',
  skipped: () => 'Not in this pack',
};

function doneIn(seconds: number | null): string {
  return seconds === null ? 'Done' : `Done in ${formatDuration(seconds)}`;
}

export function jobWord(job: Job): string {
  const shown = shownJob(job);
  return shown === 'skipped' ? STEP_WORDS.skipped(job.steps[0] as Step) : JOB_WORDS[shown](job);
}

export function stepWord(step: Step): string {
  return STEP_WORDS[shownStep(step)](step);
}

/** The step from which a retry goes on; null where there is nothing to retry. */
export function retryFrom(job: Job): string | null {
  if (job.status !== 'error' && job.status !== 'cancelled') return null;
  const open = job.steps.find((step) => step.status !== 'done' && step.status !== 'skipped');
  const phase = open && openPhase(open);
  return phase ? text.retryStep(open.name, phaseName(phase)) : (open?.name ?? 'metadata');
}

/** A step as it is to be shown: while its job waits for another, it does not load. */
export function seenIn(job: Job, step: Step): Step {
  return job.waiting_for && step.status === 'running' ? { ...step, status: 'pending' } : step;
}
