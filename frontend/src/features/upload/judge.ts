/** What an archive holds for a slot, and what the server will find wrong with it. */

import type { Slot } from '@/lib/slots';

import { otherDelimiter } from './csvHeader';
import { Listing, MANIFEST } from './listing';
import type { TableEntry } from './manifest';
import type { Finding, Peeked } from './peeked';
import {
  documentNames,
  entryFile,
  GRAPH_SCHEMA,
  isDocumentSlot,
  isTablesOnly,
  schemaFile,
  SUFFIXES,
  telemetryFiles,
  type DocumentSlot,
} from './slotContents';
import { JUDGE } from './text';

export interface Verdict {
  /** `3 + 2 tables`; '' if nothing can be said. */
  summary: string;
  findings: Finding[];
}

/** `backend` matters to a graph of tables alone, which only Fabric takes. */
export function judge(peeked: Peeked, slot: Slot, backend: string): Verdict {
  if (peeked.fault !== null) return { summary: '', findings: [found('', peeked.fault)] };
  const listing = new Listing(peeked.files);
  const { summary, findings } = isDocumentSlot(slot)
    ? documents(peeked, listing, slot)
    : slot === 'graph'
      ? graph(peeked, listing, backend)
      : telemetry(peeked, listing);
  // of an archive that was not read to its end nothing can be called missing
  return { summary, findings: [...peeked.findings, ...(peeked.complete ? findings : [])] };
}

const found = (file: string, detail: string): Finding => ({ file, line: null, detail });

function documents(peeked: Peeked, listing: Listing, slot: DocumentSlot): Verdict {
  const suffix = SUFFIXES[slot];
  const count = documentNames(listing, peeked.manifest, slot).length;
  if (!count) return { summary: '', findings: [found('', JUDGE.noneInside(suffix))] };
  return { summary: JUDGE.documents(count, suffix), findings: [] };
}

function graph(peeked: Peeked, listing: Listing, backend: string): Verdict {
  if (isTablesOnly(listing)) {
    const summary = JUDGE.tables(listing.under('', '.csv').length);
    const isEnough = backend === 'fabric-gql';
    return { summary, findings: isEnough ? [] : [found('', JUDGE.tablesOnly)] };
  }
  const findings = [...manifestMissing(peeked, listing)];
  const { schema, manifest } = peeked;
  if (schemaFile(listing, manifest) === null) {
    findings.push(found('', JUDGE.missing(manifest?.schemaFile || GRAPH_SCHEMA)));
  }
  if (!schema) return { summary: '', findings };
  const entries = [...schema.vertices, ...schema.edges];
  const problems = entries.flatMap((entry) => {
    if (!entry.csvFile) return [];
    const file = entryFile(listing, manifest, schema, entry.csvFile);
    return tableFindings(peeked, listing, file, entry, JUDGE.csvMissing);
  });
  return {
    summary: JUDGE.graphTables(tableCount(schema.vertices), tableCount(schema.edges)),
    findings: [...findings, ...distinct(problems)],
  };
}

const tableCount = (entries: TableEntry[]) => new Set(entries.map((entry) => entry.csvFile)).size;

function telemetry(peeked: Peeked, listing: Listing): Verdict {
  const findings = [...manifestMissing(peeked, listing)];
  const { manifest } = peeked;
  if (!manifest) return { summary: '', findings };
  if (!manifest.tables.length) findings.push(found(MANIFEST, JUDGE.noTables));
  const files = telemetryFiles(listing, manifest);
  const problems = manifest.tables.flatMap((table, at) => {
    const { name: label, idField: idColumn, numericFields: columns } = table;
    const entry = { label, csvFile: '', idColumn, columns };
    return tableFindings(peeked, listing, files[at] ?? '', entry, JUDGE.tableMissing);
  });
  return { summary: JUDGE.tables(files.length), findings: [...findings, ...distinct(problems)] };
}

function manifestMissing({ irregular }: Peeked, listing: Listing): Finding[] {
  if (listing.has(MANIFEST)) return [];
  const kind = irregular[MANIFEST];
  return [kind ? found(MANIFEST, JUDGE.irregular[kind]) : found('', JUDGE.missing(MANIFEST))];
}

function tableFindings(
  peeked: Peeked,
  listing: Listing,
  file: string,
  entry: TableEntry,
  missing: string,
): Finding[] {
  if (!listing.has(file)) {
    const twin = listing.twin(file);
    const kind = peeked.irregular[file];
    const otherwise = twin ? JUDGE.missingWithTwin(twin) : missing;
    return [found(file, kind ? JUDGE.irregular[kind] : otherwise)];
  }
  const header = peeked.headers[file];
  if (!header) return [];
  const delimiter = otherDelimiter(header);
  if (delimiter) return [found(file, JUDGE.delimiter(delimiter))];
  const lacks = (column: string) => column !== '' && !header.includes(column);
  const others = entry.columns.filter((column) => column !== entry.idColumn && lacks(column));
  return [
    ...(lacks(entry.idColumn) ? [found(file, JUDGE.idColumn(entry.idColumn))] : []),
    ...others.map((column) => found(file, JUDGE.column(column))),
  ];
}

/** Several entries may read one table: what is wrong with it is said once. */
function distinct(findings: Finding[]): Finding[] {
  const said = new Map(findings.map((each) => [`${each.file}\0${each.detail}`, each]));
  return [...said.values()];
}
