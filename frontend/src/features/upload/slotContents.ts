/** Which files of a scenario belong to which slot: the server's rules. */

import { SLOTS, type Slot } from '@/lib/slots';

import { isYaml, MANIFEST, OWN_DIRECTORIES, type Listing } from './listing';
import type { GraphSchema, Manifest } from './manifest';
import { cleanPath } from './memberNames';

export type DocumentSlot = 'runbooks' | 'tickets' | 'prompts';

export const GRAPH_SCHEMA = 'graph_schema.yaml';
export const SUFFIXES: Record<DocumentSlot, string> = {
  runbooks: '.md',
  tickets: '.txt',
  prompts: '.md',
};
const DIRECTORIES: Record<DocumentSlot, string[]> = {
  runbooks: ['data/knowledge/runbooks', 'knowledge/runbooks', 'data/runbooks', 'runbooks'],
  tickets: ['data/knowledge/tickets', 'knowledge/tickets', 'data/tickets', 'tickets'],
  prompts: ['data/prompts', 'prompts'],
};
const DOCUMENT_SLOTS = Object.keys(SUFFIXES) as DocumentSlot[];

export const isDocumentSlot = (slot: Slot): slot is DocumentSlot => slot in SUFFIXES;

/** The slots that a folder or an archive holds something for. */
export function slotsIn(listing: Listing, manifest: Manifest | null): Slot[] {
  const holds = (slot: Slot) => {
    if (isDocumentSlot(slot)) return documentsDirectory(listing, manifest, slot) !== null;
    if (slot === 'graph') return schemaFile(listing, manifest) !== null || isTablesOnly(listing);
    return !!manifest && telemetryFiles(listing, manifest).some((name) => listing.has(name));
  };
  return SLOTS.filter(holds);
}

/** The name of the schema, or null if there is none. */
export function schemaFile(listing: Listing, manifest: Manifest | null): string | null {
  const candidates = [manifest?.schemaFile, manifest?.paths['graph_schema'], GRAPH_SCHEMA];
  return candidates.find((name) => name && listing.has(name)) ?? null;
}

const isTable = (name: string) => /^(?:(?:data\/)?entities\/)?[^/]+\.csv$/i.test(name);

/** Tables and no YAML at all: a graph for Fabric. */
export function isTablesOnly(listing: Listing): boolean {
  return !listing.names.some(isYaml) && listing.names.some(isTable);
}

/** The CSV of each container, below the telemetry folder or else relative to the scenario's. */
export function telemetryFiles(listing: Listing, manifest: Manifest): string[] {
  const directory = manifest.paths['telemetry'] || 'data/telemetry';
  return manifest.tables.map(({ csvFile }) => located(listing, directory, csvFile));
}

/** The CSVs of a schema's entries, each as it is called in the folder. */
export function entryFile(
  listing: Listing,
  manifest: Manifest | null,
  schema: GraphSchema,
  csvFile: string,
): string {
  const directory = schema.dataDirectory || manifest?.paths['entities'] || 'data/entities';
  return located(listing, directory, csvFile);
}

function located(listing: Listing, directory: string, file: string): string {
  const below = `${directory}/${file}`;
  const name = !listing.has(below) && listing.has(file) ? file : below;
  return cleanPath(name) ?? name;
}

/** The folder that holds the slot's documents, '' for the root; null if none does. */
export function documentsDirectory(
  listing: Listing,
  manifest: Manifest | null,
  slot: DocumentSlot,
): string | null {
  const holds = (directory: string) => listing.under(directory, SUFFIXES[slot]).length > 0;
  const found = [...namedDirectories(manifest, slot), ...DIRECTORIES[slot]].find(holds);
  if (found !== undefined) return found;
  // a README beside other parts of a scenario is no runbook
  return holds('') && !hasOtherParts(listing, manifest, slot) ? '' : null;
}

export function documentNames(
  listing: Listing,
  manifest: Manifest | null,
  slot: DocumentSlot,
): string[] {
  const directory = documentsDirectory(listing, manifest, slot);
  return directory === null ? [] : listing.under(directory, SUFFIXES[slot]);
}

function namedDirectories(manifest: Manifest | null, slot: DocumentSlot): string[] {
  return [manifest?.paths[slot], manifest?.sources[slot]].filter((each) => !!each) as string[];
}

const isOther = (name: string) =>
  OWN_DIRECTORIES.has(name.split('/', 1)[0] ?? '') ||
  name.endsWith('.csv') ||
  (isYaml(name) && name !== MANIFEST);

function hasOtherParts(listing: Listing, manifest: Manifest | null, slot: DocumentSlot): boolean {
  const others = DOCUMENT_SLOTS.filter((other) => other !== slot);
  return (
    listing.names.some(isOther) ||
    others.some((other) =>
      namedDirectories(manifest, other).some(
        (directory) => listing.under(directory, SUFFIXES[other]).length > 0,
      ),
    )
  );
}

/** All files that a slot's tarball needs, the manifest among them. */
export function filesOf(
  slot: Slot,
  listing: Listing,
  manifest: Manifest,
  schema: GraphSchema | null,
): string[] {
  const needed = (): string[] => {
    if (isDocumentSlot(slot)) return documentNames(listing, manifest, slot);
    if (slot === 'telemetry') return telemetryFiles(listing, manifest);
    const entries = schema ? [...schema.vertices, ...schema.edges] : [];
    const tables = entries.map(({ csvFile }) =>
      entryFile(listing, manifest, schema as GraphSchema, csvFile),
    );
    return [schemaFile(listing, manifest) ?? GRAPH_SCHEMA, ...tables];
  };
  const names = [MANIFEST, ...needed()].map((name) => cleanPath(name) ?? name);
  return [...new Set(names)].toSorted();
}
