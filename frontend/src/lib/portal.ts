/** Where in Microsoft Fabric something lies, and its pages in Fabric's portal. */

export interface PortalPlace {
  /** `Demo/lakehouse` */
  location: string;
  /** What it is and its address; none for a stand-in, which has no portal. */
  links: [string, string][];
}

const NAMES = [
  ['workspace', 'Workspace'],
  ['lakehouse', 'Lakehouse'],
  ['graph', 'Graph model'],
  ['ontology', 'Ontology'],
] as const;

/** Null unless the store is one of Fabric. */
export function portalPlace(store: unknown): PortalPlace | null {
  if (!isRecord(store) || typeof store['workspace_id'] !== 'string') return null;
  const links = isRecord(store['links']) ? store['links'] : {};
  const told = NAMES.flatMap(([key, name]): [string, string][] => {
    const address = links[key];
    return typeof address === 'string' && address.startsWith('https://') ? [[name, address]] : [];
  });
  return { location: locationOf(store), links: told };
}

function locationOf({ location, workspace_name, lakehouse_name }: Record<string, unknown>): string {
  if (typeof location === 'string') return location;
  return [workspace_name, lakehouse_name].filter((each) => typeof each === 'string').join('/');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
