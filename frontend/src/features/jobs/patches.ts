/** What is known of jobs, changed by what the event stream and answers tell. */
import type { QueryClient } from '@tanstack/react-query';

import {
  inSnapshot,
  isLater,
  mergeJobs,
  patchPages,
  withJob,
  withoutJob,
  type JobPages,
  type Snapshot,
} from './cache';
import { JOBS, LISTS, liveQuery, one } from './queries';
import { isActive } from './states';
import type { Job } from './types';

const LIVE = liveQuery(true).queryKey;

export const knownJobs = (client: QueryClient): Snapshot | undefined => client.getQueryData(LIVE);

const eachList = { queryKey: LISTS };

/**
 * Changes the jobs of each list, and again those of one that is being read, when it is there: its
 * answer may be older. `after` is called each time.
 */
function patchLists(
  client: QueryClient,
  change: (job: Job) => Job | null,
  after: () => void = () => {},
): void {
  const patch = (pages?: JobPages) => pages && patchPages(pages, change);
  const reading = client.getQueryCache().findAll({ ...eachList, fetchStatus: 'fetching' });
  for (const { promise, queryKey } of reading) {
    void promise?.then(
      () => {
        client.setQueryData<JobPages>(queryKey, patch);
        after();
      },
      () => undefined, // who shows the list says why it was not read
    );
  }
  client.setQueriesData<JobPages>(eachList, patch);
  after();
}

/** The lists as a snapshot has them. */
export function takeIntoLists(client: QueryClient, snapshot: Snapshot): void {
  const there = inSnapshot(snapshot);
  let doubtful = false;
  const change = (job: Job) => {
    const now = there(job);
    doubtful ||= now === null && isActive(job);
    return now;
  };
  patchLists(client, change, () => {
    // it was deleted, or has ended and is too old to be told of
    if (doubtful) void client.invalidateQueries(eachList);
    doubtful = false;
  });
}

/** What is read meanwhile, and is older, must not overwrite it. */
export function takeSnapshot(client: QueryClient, { jobs, since }: Snapshot): void {
  // not awaited: the events that follow must find the snapshot in its place
  void client.cancelQueries({ queryKey: LIVE });
  client.setQueryData(LIVE, { jobs: mergeJobs(jobs), since });
  takeIntoLists(client, { jobs, since });
  for (const job of jobs) client.setQueryData(one(job.id), (known?: Job) => known && job);
  const told = new Set(jobs.map((job) => job.id));
  void client.invalidateQueries({
    queryKey: JOBS,
    predicate: ({ queryKey }) => !told.has(String(queryKey[2])),
  });
}

export function takeJob(client: QueryClient, job: Job): void {
  client.setQueryData(LIVE, (known) => known && { ...known, jobs: withJob(known.jobs, job) });
  patchLists(client, (each) => (each.id === job.id ? job : each));
  client.setQueryData(one(job.id), (known?: Job) => known && job);
}

export function dropJob(client: QueryClient, id: string): void {
  client.setQueryData(LIVE, (known) => known && { ...known, jobs: withoutJob(known.jobs, id) });
  patchLists(client, (each) => (each.id === id ? null : each));
  void client.invalidateQueries({ queryKey: one(id) });
}

/** The answer to a request may come after the event that tells what followed from it. */
export function takeAnswer(client: QueryClient, job: Job): void {
  const known = knownJobs(client)?.jobs.find((each) => each.id === job.id);
  if (!known || isLater(job, known)) takeJob(client, job);
}
