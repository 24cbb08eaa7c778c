import { queryOptions } from '@tanstack/react-query';

import { parseExact } from '@/lib/exactJson';

import { body, query, type QuerySchemas } from './client';

export type ScenarioSummary = QuerySchemas['ScenarioSummary'];
export type Scenario = QuerySchemas['Scenario'];
export type PartRecord = QuerySchemas['PartRecord'];

/** Everything about scenarios is below this key. */
export const SCENARIOS_KEY = ['scenarios'] as const;

export const scenariosQuery = () =>
  queryOptions({
    queryKey: SCENARIOS_KEY,
    queryFn: async ({ signal }) =>
      (await body(query.GET('/query/scenarios', { signal }))).scenarios,
  });

export const scenarioQuery = (name: string) =>
  queryOptions({
    queryKey: [...SCENARIOS_KEY, name],
    queryFn: ({ signal }) =>
      body(query.GET('/query/scenarios/{name}', { params: { path: { name } }, signal })),
  });

type Topology = QuerySchemas['Topology'];
export type Vertex = QuerySchemas['Node'];
export type Edge = QuerySchemas['Edge'];
export type { Topology };

/** Vertices up to `limit`, and the edges between them. Integers keep all their digits. */
export const topologyQuery = (name: string, limit: number) =>
  queryOptions({
    queryKey: [...SCENARIOS_KEY, name, 'topology', limit],
    queryFn: async ({ signal }) => {
      const params = { path: { name }, query: { limit } };
      const asked = query.GET('/query/scenarios/{name}/topology', {
        params,
        signal,
        parseAs: 'text',
      });
      return parseExact(await body(asked)) as Topology;
    },
    staleTime: Infinity, // loads invalidate it
  });

export const telemetryQuery = (name: string) =>
  queryOptions({
    queryKey: [...SCENARIOS_KEY, name, 'telemetry'],
    queryFn: async ({ signal }) => {
      const params = { path: { name } };
      return (await body(query.GET('/query/scenarios/{name}/telemetry', { params, signal })))
        .tables;
    },
  });

export const promptsQuery = (name: string) =>
  queryOptions({
    queryKey: [...SCENARIOS_KEY, name, 'prompts'],
    queryFn: async ({ signal }) => {
      const params = { path: { name } };
      return (await body(query.GET('/query/scenarios/{name}/prompts', { params, signal }))).prompts;
    },
  });

export type Kind = 'runbooks' | 'tickets';

export const knowledgeQuery = (name: string, kind: Kind) =>
  queryOptions({
    queryKey: [...SCENARIOS_KEY, name, kind],
    queryFn: async ({ signal }) => {
      const options = { params: { path: { name } }, signal };
      const asked =
        kind === 'runbooks'
          ? query.GET('/query/scenarios/{name}/runbooks', options)
          : query.GET('/query/scenarios/{name}/tickets', options);
      return (await body(asked)).documents;
    },
  });

export const documentQuery = (name: string, kind: Kind, id: string) =>
  queryOptions({
    queryKey: [...SCENARIOS_KEY, name, kind, id],
    queryFn: ({ signal }) => {
      const options = { params: { path: { name, document_id: id } }, signal };
      return body(
        kind === 'runbooks'
          ? query.GET('/query/scenarios/{name}/runbooks/{document_id}', options)
          : query.GET('/query/scenarios/{name}/tickets/{document_id}', options),
      );
    },
  });

export function deleteScenario(name: string) {
  const params = { path: { name }, query: { data: true } };
  return body(query.DELETE('/query/scenarios/{name}', { params }));
}
