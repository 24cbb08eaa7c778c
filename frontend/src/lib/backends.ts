/** Its data lies in a workspace of Microsoft Fabric, where nothing is deleted from here. */
export const FABRIC = 'fabric-gql';

const NAMES: Record<string, string> = {
  embedded: 'Embedded',
  'cosmosdb-gremlin': 'Cosmos DB',
  [FABRIC]: 'Microsoft Fabric',
};

/** What people call a backend. */
export function backendName(id: string | null): string {
  return id === null ? 'No graph' : (NAMES[id] ?? id);
}
