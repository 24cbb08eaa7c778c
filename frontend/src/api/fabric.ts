import { queryOptions } from '@tanstack/react-query';

import { body, query, type QuerySchemas } from './client';

export type Connection = QuerySchemas['Connection'];
export type ConnectionCheck = QuerySchemas['ConnectionCheck'];
export type CheckedFact = QuerySchemas['CheckedFact'];
export type FabricHealth = QuerySchemas['FabricHealth'];

export const CONNECTIONS_KEY = ['fabric', 'connections'] as const;

/** Others connect and select too: a window that is looked at again asks again. */
export const connectionsQuery = () =>
  queryOptions({
    queryKey: CONNECTIONS_KEY,
    queryFn: async ({ signal }) =>
      (await body(query.GET('/query/fabric/connections', { signal }))).connections,
    staleTime: 0,
  });

export const fabricHealthQuery = () =>
  queryOptions({
    queryKey: ['fabric', 'health'],
    queryFn: ({ signal }) => body(query.GET('/query/fabric/health', { signal })),
  });

export interface Wanted {
  /** Its GUID, or the address of its page in the portal. */
  workspace_id: string;
  lakehouse_name: string;
}

export function checkWorkspace(wanted: Wanted, signal: AbortSignal): Promise<ConnectionCheck> {
  return body(query.POST('/query/fabric/connections/check', { body: wanted, signal }));
}

export function addConnection(wanted: Wanted & { name: string }): Promise<Connection> {
  return body(query.POST('/query/fabric/connections', { body: wanted }));
}

const at = (id: string) => ({ params: { path: { connection_id: id } } });

export function checkConnection(id: string): Promise<Connection> {
  return body(query.POST('/query/fabric/connections/{connection_id}/check', at(id)));
}

export function selectConnection(id: string): Promise<Connection> {
  return body(query.POST('/query/fabric/connections/{connection_id}/select', at(id)));
}

export function deleteConnection(id: string): Promise<unknown> {
  return body(query.DELETE('/query/fabric/connections/{connection_id}', at(id)));
}
