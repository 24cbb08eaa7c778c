const NAMES: Record<string, string> = {
  embedded: 'Embedded',
  'cosmosdb-gremlin': 'Cosmos DB',
  'fabric-gql': 'Microsoft Fabric',
};

/** What people call a backend. */
export function backendName(id: string | null): string {
  return id === null ? 'No graph' : (NAMES[id] ?? id);
}
