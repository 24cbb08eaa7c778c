/** The tree of jobs and steps as the flat list of rows that is drawn, and what keys do in it. */
import { isActive } from './states';
import { BACKENDS } from './text';
import type { Job, Step } from './types';

interface At {
  key: string;
  level: number;
  /** Counted from 1 among its siblings, for screen readers. */
  position: number;
  siblings: number;
  /** Key of the row it lies below; null at the top. */
  parent: string | null;
}
export type JobRow = At & { kind: 'job'; job: Job; expanded: boolean };
export type StepRow = At & { kind: 'step'; job: Job; step: Step };
/** Jobs that ended long ago lie below this one. */
export type HistoryRow = At & { kind: 'history'; count: number; expanded: boolean };
export type Row = JobRow | StepRow | HistoryRow;

export const HISTORY = 'history';

const RECENT_MS = 24 * 3_600_000;
const WEEK_MS = 7 * RECENT_MS;

/** Open by itself: what works, and what failed so lately that somebody wants to know why. */
export function opensByItself(job: Job, now: number): boolean {
  if (job.status === 'error') return now - Date.parse(job.updated_at) < RECENT_MS;
  return job.status === 'running';
}

/** It ended more than a week ago. */
export function isHistory(job: Job, now: number): boolean {
  return !isActive(job) && now - Date.parse(job.updated_at) > WEEK_MS;
}

/** Parts that are not in the pack are told on the job's page only. */
export function shownSteps(job: Job): Step[] {
  return job.steps.filter((step) => step.status !== 'skipped');
}

export function rowsOf(recent: Job[], history: Job[], isOpen: (key: string) => boolean): Row[] {
  const siblings = recent.length + (history.length > 0 ? 1 : 0);
  const rows = recent.flatMap((job, at) =>
    jobRows(job, { key: job.id, level: 1, position: at + 1, siblings, parent: null }, isOpen),
  );
  if (history.length === 0) return rows;
  const expanded = isOpen(HISTORY);
  rows.push({
    kind: 'history',
    key: HISTORY,
    level: 1,
    position: siblings,
    siblings,
    parent: null,
    count: history.length,
    expanded,
  });
  if (!expanded) return rows;
  const below = { level: 2, siblings: history.length, parent: HISTORY };
  return rows.concat(
    history.flatMap((job, at) => jobRows(job, { key: job.id, position: at + 1, ...below }, isOpen)),
  );
}

function jobRows(job: Job, at: At, isOpen: (key: string) => boolean): Row[] {
  const expanded = isOpen(job.id);
  const head: JobRow = { kind: 'job', job, expanded, ...at };
  if (!expanded) return [head];
  const steps = shownSteps(job);
  return [
    head,
    ...steps.map((step, index): StepRow => ({
      kind: 'step',
      key: `${job.id}/${step.name}`,
      level: at.level + 1,
      position: index + 1,
      siblings: steps.length,
      parent: job.id,
      job,
      step,
    })),
  ];
}

/** `Fabric “Demo”` */
export function target(job: Job): string {
  const backend = BACKENDS[job.backend];
  return job.workspace_name ? `${backend} “${job.workspace_name}”` : backend;
}

export type Move = { to: string } | { open: string; is: boolean } | null;

/** What a key means on a row; null where it means nothing there. */
export function keyMove(rows: Row[], key: string, current: string): Move {
  const at = Math.max(
    0,
    rows.findIndex((row) => row.key === current),
  );
  const row = rows[at];
  if (!row) return null;
  const expanded = row.kind === 'step' ? null : row.expanded;
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
      if (expanded === null) return null;
      return expanded ? goTo(at + 1) : { open: row.key, is: true };
    case 'ArrowLeft':
      if (expanded) return { open: row.key, is: false };
      return row.parent === null ? null : { to: row.parent };
    case 'Enter':
    case ' ':
      return expanded === null ? null : { open: row.key, is: !expanded };
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
