/** What is said to those who do not see the panel: ends, not progress. */
import { isActive } from './states';
import { text } from './text';
import type { Job } from './types';

/** The sentence for a job's end; null where nothing ended. */
export function announcement(before: Job | undefined, job: Job): string | null {
  if (!before || !isActive(before) || isActive(job)) return null;
  const name = job.scenario_name;
  if (job.status === 'cancelled') return text.saidCancelled(name);
  if (job.status === 'done') {
    return job.warnings ? text.saidWarned(name, job.warnings) : text.saidDone(name);
  }
  const failed = job.steps.find((step) => step.status === 'error');
  const cause = failed ? `${failed.name}: ${failed.detail}` : (job.error ?? '');
  return text.saidFailed(name, /[.!?…]$/.test(cause) ? cause : `${cause}.`);
}
