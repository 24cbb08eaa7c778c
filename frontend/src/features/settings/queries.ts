import { queryOptions } from '@tanstack/react-query';

import { api, body, query } from '@/api/client';
import { toProblem } from '@/api/problem';

/** Milliseconds from one look to the next. */
export const EVERY = 30_000;

async function stateOf(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
    return '';
  } catch (thrown) {
    return toProblem(thrown).detail;
  }
}

async function versionOf(service: 'api' | 'query', signal: AbortSignal): Promise<string | null> {
  const answer = await fetch(`/${service}/openapi.json`, { signal });
  const document = answer.ok ? ((await answer.json()) as { info: { version: string } }) : null;
  return document?.info.version ?? null;
}

/** Why a service is not ready; empty when it is. */
export const readyQuery = (service: 'api' | 'query') =>
  queryOptions({
    queryKey: ['ready', service],
    queryFn: ({ signal }) =>
      stateOf(
        service === 'api'
          ? body(api.GET('/api/ready', { signal }))
          : body(query.GET('/query/ready', { signal })),
      ),
    refetchInterval: EVERY,
  });

export const versionQuery = (service: 'api' | 'query') =>
  queryOptions({
    queryKey: ['version', service],
    queryFn: ({ signal }) => versionOf(service, signal),
    staleTime: EVERY,
  });
