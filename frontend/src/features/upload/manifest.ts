/** What the dialog needs of scenario.yaml and graph_schema.yaml; the server judges the rest. */

import { parseDocument, type ParsedNode } from 'yaml';

export interface Manifest {
  /** As written; '' if there is none. */
  name: string;
  /** By key, such as `entities` or `runbooks`. */
  paths: Record<string, string>;
  schemaFile: string;
  tables: TelemetryTable[];
  /** Where the documents of a search index stand, by slot. */
  sources: Record<string, string>;
}

export interface TelemetryTable {
  name: string;
  csvFile: string;
  idField: string;
  numericFields: string[];
}

export interface GraphSchema {
  dataDirectory: string;
  vertices: TableEntry[];
  edges: TableEntry[];
}

/** A CSV and what is read of it. */
export interface TableEntry {
  label: string;
  csvFile: string;
  idColumn: string;
  columns: string[];
}

type Tree = string | Tree[] | { [key: string]: Tree };
type Section = { [key: string]: Tree };

export class YamlError extends Error {
  constructor(
    readonly line: number | null,
    message: string,
  ) {
    super(message);
  }
}

/** Every scalar as it is written, as the server reads names: `0043` and `no` are texts. */
function parse(text: string): Section {
  const document = parseDocument<ParsedNode>(text.replace(/^\uFEFF/, ''), {
    schema: 'failsafe',
    merge: true,
    prettyErrors: true,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) {
    throw new YamlError(
      error.linePos?.[0].line ?? null,
      error.message.replace(/ at line \d+, column \d+:[^]*/, ''),
    );
  }
  return section(document.toJS({ maxAliasCount: 10_000 }) as Tree);
}

const section = (tree: Tree | undefined): Section =>
  typeof tree === 'object' && !Array.isArray(tree) ? tree : {};
const list = (tree: Tree | undefined): Section[] =>
  Array.isArray(tree) ? tree.map((item) => section(item)) : [];
const word = (tree: Tree | undefined): string =>
  typeof tree === 'string' && !['null', 'Null', 'NULL', '~'].includes(tree) ? tree : '';
const words = (tree: Tree | undefined): string[] =>
  Array.isArray(tree) ? tree.map((item) => word(item)).filter(Boolean) : [];

export function parseManifest(text: string): Manifest {
  const root = parse(text);
  const sources = root['data_sources'] ? section(root['data_sources']) : version1(root);
  const telemetry = section(section(sources['telemetry'])['config']);
  return {
    name: word(root['name']),
    paths: wordsOf(section(root['paths'])),
    schemaFile: word(section(sources['graph'])['schema_file']),
    tables: list(telemetry['containers']).map((table) => ({
      name: word(table['name']),
      csvFile: word(table['csv_file']),
      idField: word(table['id_field']),
      numericFields: words(table['numeric_fields']),
    })),
    sources: Object.fromEntries(
      Object.entries(section(sources['search_indexes'])).map(([slot, index]) => [
        slot,
        word(section(index)['source']),
      ]),
    ),
  };
}

function wordsOf(tree: Section): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, word(value)]));
}

/** Version 1.0 read as version 2. */
function version1(root: Section): Section {
  const indexes: Section = {};
  for (const index of list(root['search_indexes'])) {
    const said = ['name', 'container', 'source'].map((key) => word(index[key])).join(' ');
    const slot = ['runbooks', 'tickets'].find((each) => said.includes(each.slice(0, -1)));
    if (slot) indexes[slot] = index;
  }
  const config = section(section(root['cosmos'])['nosql']);
  return { telemetry: { config }, search_indexes: indexes };
}

export function parseSchema(text: string): GraphSchema {
  const root = parse(text);
  return {
    dataDirectory: word(root['data_dir']),
    vertices: list(root['vertices']).map(vertex),
    edges: list(root['edges']).map(edge),
  };
}

function vertex(entry: Section): TableEntry {
  const columns = words(entry['properties']);
  return { ...named(entry), idColumn: word(entry['id_column']), columns };
}

function edge(entry: Section): TableEntry {
  const ends = [entry['filter'], entry['source'], entry['target'], ...list(entry['properties'])];
  const columns = ends.map((each) => word(section(each)['column'])).filter(Boolean);
  return { ...named(entry), idColumn: '', columns: [...new Set(columns)] };
}

const named = (entry: Section) => ({
  label: word(entry['label']),
  csvFile: word(entry['csv_file']),
});
