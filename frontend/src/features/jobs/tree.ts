/** The tree of jobs and steps as the flat list of rows that is drawn, and what keys do in it. */
import { isActive } from './states';
import { BACKENDS } from './text';
import type { Job, Step } from './types';

interface At {
  key: string;
  /** Counted from 1 among its siblings, for screen readers. */
  position: number;
  siblings: number;
}
export type JobRow = At & { kind: 'job'; job: Job; expanded: boolean };
export type StepRow = At & { kind: 'step'; job: Job; step: Step };
export type Row = JobRow | StepRow;

const RECENT_MS = 24 * 3_600_000;

/** Open by itself: what works, and what failed so lately that somebody wants to know why. */
export function opensByItself(job: Job, now: number): boolean {
  if (job.status === 'error') return now - Date.parse(job.updated_at) < RECENT_MS;
  return job.status === 'running';
}

/** Parts that are not in the pack are told on the job's page only. */
export function shownSteps(job: Job): Step[] {
  return job.steps.filter((step) => step.status !== 'skipped');
}

export function rowsOf(jobs: Job[], isOpen: (job: Job) => boolean): Row[] {
  return jobs.flatMap((job, at) => {
    const expanded = isOpen(job);
    const head: JobRow = {
      kind: 'job',
      key: job.id,
      job,
      expanded,
      position: at + 1,
      siblings: jobs.length,
    };
    if (!expanded) return [head];
    const steps = shownSteps(job);
    return [
      head,
      ...steps.map((step, at): StepRow => ({
        kind: 'step',
        key: `${job.id}/${step.name}`,
        job,
        step,
        position: at + 1,
        siblings: steps.length,
      })),
    ];
  });
}

/** `Fabric “Demo”` */
export function target(job: Job): string {
  const backend = BACKENDS[job.backend];
  return job.workspace_name ? `${backend} “${job.workspace_name}”` : backend;
}

export type Move = { to: string } | { open: Job; is: boolean } | null;

/** What a key means on a row; null where it means nothing there. */
export function keyMove(rows: Row[], key: string, current: string): Move {
  const at = Math.max(
    0,
    rows.findIndex((row) => row.key === current),
  );
  const row = rows[at];
  if (!row) return null;
  const goTo = (index: number): Move => {
    const other = rows[Math.min(rows.length - 1, Math.max(0, index))];
    return other ? { to: other.key } : null;
  };
  switch (key) {
    case 'ArrowDown':
      return goTo(at + 1);
    case 'ArrowUp':
      return goTo(at - 1);
    case 'Home':
      return goTo(0);
    case 'End':
      return goTo(rows.length - 1);
    case 'ArrowRight':
      if (row.kind === 'step') return null;
      return row.expanded ? goTo(at + 1) : { open: row.job, is: true };
    case 'ArrowLeft':
      if (row.kind === 'step') return { to: row.job.id };
      return row.expanded ? { open: row.job, is: false } : null;
    case 'Enter':
    case ' ':
      return row.kind === 'job' ? { open: row.job, is: !row.expanded } : null;
    default:
      return null;
  }
}

/** Where the focus goes when its row, the one at `at`, has vanished. */
export function nearestRow(rows: Row[], key: string | null, at = 0): string | null {
  const parent = key?.split('/')[0];
  const there = rows.find((row) => row.key === key) ?? rows.find((row) => row.key === parent);
  return (there ?? rows[Math.min(at, rows.length - 1)])?.key ?? null;
}

export const countActive = (jobs: Job[]): number => jobs.filter(isActive).length;
