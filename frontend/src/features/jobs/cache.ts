/** Jobs as they are known here, patched by what the event stream tells. All pure. */
import { isActive } from './states';
import type { Filter, Job } from './types';

/** Jobs as the server tells them at one moment: all that are active, and the newest. */
export interface Snapshot {
  jobs: Job[];
  /** Milliseconds: every job that was created later is among them. */
  since: number;
}

export interface JobPage {
  jobs: Job[];
  continuation?: string | null;
}

export interface JobPages {
  pages: JobPage[];
  pageParams: unknown[];
}

/** Every job once, in its latest state: running ones first, then the newest. */
export function mergeJobs(...lists: Job[][]): Job[] {
  const known = new Map<string, Job>();
  for (const job of lists.flat()) {
    const other = known.get(job.id);
    if (!other || isLater(job, other)) known.set(job.id, job);
  }
  return [...known.values()].toSorted(byUrgency);
}

export function isLater(job: Job, other: Job): boolean {
  return Date.parse(job.updated_at) > Date.parse(other.updated_at);
}

function byUrgency(a: Job, b: Job): number {
  if (isActive(a) !== isActive(b)) return isActive(a) ? -1 : 1;
  return Date.parse(b.created_at) - Date.parse(a.created_at) || (a.id < b.id ? 1 : -1);
}

/** The stream is the truth: what it tells replaces what was known. */
export function withJob(jobs: Job[], job: Job): Job[] {
  return mergeJobs([job, ...withoutJob(jobs, job.id)]);
}

export function withoutJob(jobs: Job[], id: string): Job[] {
  return jobs.some((job) => job.id === id) ? jobs.filter((job) => job.id !== id) : jobs;
}

/** The pages with each job that `change` gives for one of theirs; null takes it away. */
export function patchPages(pages: JobPages, change: (job: Job) => Job | null): JobPages {
  const patched = pages.pages.map((page) => {
    const jobs = page.jobs.map(change).filter((job): job is Job => job !== null);
    const same = jobs.length === page.jobs.length && jobs.every((job, at) => job === page.jobs[at]);
    return same ? page : { ...page, jobs };
  });
  return patched.every((page, at) => page === pages.pages[at])
    ? pages
    : { ...pages, pages: patched };
}

/** So many of the newest the server tells beside the active ones. */
export const NEWEST = 50;

export function snapshotOf(jobs: Job[]): Snapshot {
  const ages = jobs.map((job) => Date.parse(job.created_at)).toSorted((a, b) => b - a);
  return { jobs, since: ages[NEWEST - 1] ?? 0 };
}

/**
 * What a snapshot says of a job that is known here: its state there, or null where it would
 * be in the snapshot (it is young enough, or was active) and is not, so that it was deleted.
 */
export function inSnapshot({ jobs, since }: Snapshot): (job: Job) => Job | null {
  const told = new Map(jobs.map((job) => [job.id, job]));
  return (job) => {
    const there = told.get(job.id);
    if (there) return there;
    return isActive(job) || Date.parse(job.created_at) > since ? null : job;
  };
}

export function matches(job: Job, filter: Filter): boolean {
  return (
    (filter.status === null || job.status === filter.status) &&
    (filter.scenario === '' || job.scenario_name === filter.scenario)
  );
}
