/** What this feature asks of the services, and how the answers are kept. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query';

import { api, body } from '@/api/client';
import { toProblem } from '@/api/problem';
import { SCENARIOS_KEY, scenariosQuery, type ScenarioSummary } from '@/api/scenarios';
import { noteServerDate } from '@/lib/clock';
import { parseExact } from '@/lib/exactJson';

import {
  inSnapshot,
  isLater,
  mergeJobs,
  patchPages,
  withJob,
  withoutJob,
  type JobPage,
  type JobPages,
} from './cache';
import { isActive, POLL } from './states';
import type { Filter, Job } from './types';

const ROOT = 'upload-jobs';
const LISTS = [ROOT, 'list'] as const;
const LIVE = [ROOT, 'live'] as const;
const one = (id: string) => [ROOT, 'job', id] as const;

const PAGE = 100;
/** A new job may come at any time; without a stream it is looked for this often. */
const IDLE_POLL_MS = 10_000;

type TextAnswer = Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** An answer as it was written, so that long integers keep their digits. */
async function exactBody<T>(answering: TextAnswer): Promise<T> {
  const { response } = await answering;
  noteServerDate(response.headers.get('Date'));
  return parseExact((await body(answering)) as string) as T;
}

function getPage(
  params: { status?: Job['status']; scenario?: string; limit: number; continuation?: string },
  signal: AbortSignal,
) {
  return exactBody<JobPage>(
    api.GET('/api/upload-jobs', { params: { query: params }, parseAs: 'text', signal }),
  );
}

/** Every active job and the newest; kept by the event stream, polled for while that is lost. */
export const liveQuery = (live: boolean) =>
  queryOptions({
    queryKey: LIVE,
    queryFn: async ({ signal }) => {
      const asked = [
        { limit: 50 },
        { status: 'running' as const, limit: PAGE },
        { status: 'pending' as const, limit: PAGE },
      ];
      const pages = await Promise.all(asked.map((params) => getPage(params, signal)));
      return mergeJobs(...pages.map((page) => page.jobs));
    },
    staleTime: Infinity,
    refetchInterval: ({ state }) => pollInterval(live, state.data),
    refetchOnWindowFocus: !live,
  });

export function pollInterval(live: boolean, jobs: Job[] | undefined): number | false {
  if (live) return false;
  const rates = (jobs ?? []).map((job) => POLL[job.status]).filter((rate) => rate !== false);
  return Math.min(IDLE_POLL_MS, ...rates);
}

export const listQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: [...LISTS, filter],
    queryFn: ({ pageParam, signal }) =>
      getPage(
        {
          limit: PAGE,
          ...(filter.status && { status: filter.status }),
          ...(filter.scenario && { scenario: filter.scenario }),
          ...(pageParam && { continuation: pageParam }),
        },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.continuation ?? null,
    // patched by the stream; reading all pages again would ask for each of them
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const jobQuery = (id: string, live: boolean) =>
  queryOptions({
    queryKey: one(id),
    queryFn: ({ signal }) =>
      exactBody<Job>(
        api.GET('/api/upload-jobs/{job_id}', {
          params: { path: { job_id: id } },
          parseAs: 'text',
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (live || !state.data ? false : POLL[state.data.status]),
  });

/** The names of all scenarios, to tell whether a job's is still there. */
export const scenarioNamesQuery = () => ({
  ...scenariosQuery(),
  select: (scenarios: ScenarioSummary[]) => new Set(scenarios.map((scenario) => scenario.name)),
});

export const liveJobs = (client: QueryClient): Job[] | undefined =>
  client.getQueryData(liveQuery(true).queryKey);

const eachList = { queryKey: LISTS };

/** A list that is read again would overwrite what the stream told meanwhile. */
export async function takeSnapshot(client: QueryClient, jobs: Job[]): Promise<void> {
  await client.cancelQueries({ queryKey: LIVE });
  client.setQueryData(liveQuery(true).queryKey, mergeJobs(jobs));
  const there = inSnapshot(jobs);
  client.setQueriesData<JobPages>(eachList, (pages) => pages && patchPages(pages, there));
  for (const job of jobs) client.setQueryData(one(job.id), (known?: Job) => known && job);
  const told = new Set(jobs.map((job) => job.id));
  void client.invalidateQueries({
    queryKey: [ROOT, 'job'],
    predicate: ({ queryKey }) => !told.has(String(queryKey[2])),
  });
}

export function takeJob(client: QueryClient, job: Job): void {
  client.setQueryData(liveQuery(true).queryKey, (jobs) => jobs && withJob(jobs, job));
  client.setQueriesData<JobPages>(
    eachList,
    (pages) => pages && patchPages(pages, (each) => (each.id === job.id ? job : each)),
  );
  client.setQueryData(one(job.id), (known?: Job) => known && job);
  if (!isActive(job)) void client.invalidateQueries({ queryKey: SCENARIOS_KEY });
}

export function dropJob(client: QueryClient, id: string): void {
  client.setQueryData(liveQuery(true).queryKey, (jobs) => jobs && withoutJob(jobs, id));
  client.setQueriesData<JobPages>(
    eachList,
    (pages) => pages && patchPages(pages, (each) => (each.id === id ? null : each)),
  );
  void client.invalidateQueries({ queryKey: one(id) });
}

/** The answer to a request may come after the event that tells what followed from it. */
function takeAnswer(client: QueryClient, job: Job): void {
  const known = liveJobs(client)?.find((each) => each.id === job.id);
  if (!known || isLater(job, known)) takeJob(client, job);
}

export type Action = 'retry' | 'cancel' | 'delete';

const at = (id: string) => ({ params: { path: { job_id: id } }, parseAs: 'text' as const });

/** Retry, cancel or delete a job; a job that has gone meanwhile leaves the lists. */
export function useJobAction(action: Action) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      if (action === 'delete') await body(api.DELETE('/api/upload-jobs/{job_id}', at(id)));
      else if (action === 'retry')
        takeAnswer(
          client,
          await exactBody<Job>(api.POST('/api/upload-jobs/{job_id}/retry', at(id))),
        );
      else
        takeAnswer(
          client,
          await exactBody<Job>(api.POST('/api/upload-jobs/{job_id}/cancel', at(id))),
        );
    },
    onSuccess: (_, id) => {
      if (action === 'delete') dropJob(client, id);
    },
    onError: (error, id) => {
      if (toProblem(error).status === 404) dropJob(client, id);
    },
  });
}
