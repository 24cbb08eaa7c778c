/** What this feature asks of the services, and how the answers are kept. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api, body } from '@/api/client';
import { scenariosQuery, type ScenarioSummary } from '@/api/scenarios';
import { parseExact } from '@/lib/exactJson';

import { mergeJobs, NEWEST, snapshotOf, type JobPage } from './cache';
import { POLL } from './states';
import type { Filter, Job } from './types';

const ROOT = 'upload-jobs';
export const LISTS = [ROOT, 'list'] as const;
const LIVE = [ROOT, 'live'] as const;
export const JOBS = [ROOT, 'job'] as const;
export const one = (id: string) => [...JOBS, id] as const;

const PAGE = 100;
/** A new job may come at any time; without a stream it is looked for this often. */
const IDLE_POLL_MS = 10_000;

type TextAnswer = Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** An answer as it was written, so that long integers keep their digits. */
export async function exactBody<T>(answering: TextAnswer): Promise<T> {
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
        { limit: NEWEST },
        { status: 'running' as const, limit: PAGE },
        { status: 'pending' as const, limit: PAGE },
      ];
      const pages = await Promise.all(asked.map((params) => getPage(params, signal)));
      return snapshotOf(mergeJobs(...pages.map((page) => page.jobs)));
    },
    staleTime: Infinity,
    refetchInterval: ({ state }) => pollInterval(live, state.data?.jobs),
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
