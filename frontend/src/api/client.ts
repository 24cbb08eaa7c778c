import createClient, { type Middleware } from 'openapi-fetch';

import { noteServerDate } from '@/lib/clock';

import type { components as ApiComponents, paths as ApiPaths } from './api.gen';
import { problemOf, ProblemError } from './problem';
import type { components as QueryComponents, paths as QueryPaths } from './query.gen';

export type ApiSchemas = ApiComponents['schemas'];
export type QuerySchemas = QueryComponents['schemas'];

const baseUrl = globalThis.location.origin;

/** Upload jobs and backends. */
export const api = createClient<ApiPaths>({ baseUrl });
/** Scenarios and what is in them. */
export const query = createClient<QueryPaths>({ baseUrl });

const clock: Middleware = {
  onResponse: ({ response }) => noteServerDate(response.headers.get('Date')),
};
api.use(clock);
query.use(clock);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; throws a ProblemError unless the status says that it went well. */
export async function body<T>(answering: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answering;
  if (!response.ok) {
    throw new ProblemError(problemOf(error, response.status, response.headers.get('X-Request-ID')));
  }
  return data as T;
}
