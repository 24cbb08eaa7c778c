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

const PAUSE_MS = 5_000;

/** Says at most one thing in 5 s; what comes meanwhile is said together afterwards. */
export function paced(say: (text: string) => void): {
  add: (text: string) => void;
  stop: () => void;
} {
  let waiting: string[] = [];
  let pause: ReturnType<typeof setTimeout> | null = null;
  const speak = () => {
    pause = null;
    if (waiting.length === 0) return;
    say(waiting.join(' '));
    waiting = [];
    pause = setTimeout(speak, PAUSE_MS);
  };
  return {
    add: (text) => {
      waiting.push(text);
      if (!pause) speak();
    },
    stop: () => {
      if (pause) clearTimeout(pause);
    },
  };
}
