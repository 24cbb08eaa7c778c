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
} from './cache';
import { JOBS, LISTS, liveQuery, one } from './queries';
import { isActive } from './states';
import type { Job } from './types';

const LIVE = liveQuery(true).queryKey;

export const liveJobs = (client: QueryClient): Job[] | undefined => client.getQueryData(LIVE);

const eachList = { queryKey: LISTS };

/** The lists as a snapshot has them. */
export function takeIntoLists(client: QueryClient, snapshot: Job[]): void {
  const there = inSnapshot(snapshot);
  let doubtful = false;
  client.setQueriesData<JobPages>(
    eachList,
    (pages) =>
      pages &&
      patchPages(pages, (job) => {
        const now = there(job);
        doubtful ||= now === null && isActive(job);
        return now;
      }),
  );
  // it was deleted, or has ended and is too old to be told of
  if (doubtful) void client.invalidateQueries(eachList);
}

/** A list that is read again would overwrite what the stream told meanwhile. */
export async function takeSnapshot(client: QueryClient, jobs: Job[]): Promise<void> {
  await client.cancelQueries({ queryKey: LIVE });
  client.setQueryData(LIVE, mergeJobs(jobs));
  takeIntoLists(client, jobs);
  for (const job of jobs) client.setQueryData(one(job.id), (known?: Job) => known && job);
  const told = new Set(jobs.map((job) => job.id));
  void client.invalidateQueries({
    queryKey: JOBS,
    predicate: ({ queryKey }) => !told.has(String(queryKey[2])),
  });
}

export function takeJob(client: QueryClient, job: Job): void {
  client.setQueryData(LIVE, (jobs) => jobs && withJob(jobs, job));
  client.setQueriesData<JobPages>(
    eachList,
    (pages) => pages && patchPages(pages, (each) => (each.id === job.id ? job : each)),
  );
  client.setQueryData(one(job.id), (known?: Job) => known && job);
}

export function dropJob(client: QueryClient, id: string): void {
  client.setQueryData(LIVE, (jobs) => jobs && withoutJob(jobs, id));
  client.setQueriesData<JobPages>(
    eachList,
    (pages) => pages && patchPages(pages, (each) => (each.id === id ? null : each)),
  );
  void client.invalidateQueries({ queryKey: one(id) });
}

/** The answer to a request may come after the event that tells what followed from it. */
export function takeAnswer(client: QueryClient, job: Job): void {
  const known = liveJobs(client)?.find((each) => each.id === job.id);
  if (!known || isLater(job, known)) takeJob(client, job);
}
