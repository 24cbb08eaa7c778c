/** What a scenario holds, in numbers and in words. */
import { formatCount } from './format';

type Parts = Record<string, { counts: Record<string, unknown> }>;

const NOUNS: Record<string, [one: string, many: string]> = {
  vertices: ['vertex', 'vertices'],
  edges: ['edge', 'edges'],
  tables: ['table', 'tables'],
  rows: ['row', 'rows'],
  runbooks: ['runbook', 'runbooks'],
  tickets: ['ticket', 'tickets'],
  prompts: ['prompt', 'prompts'],
};

/** Counts of one part, such as `{vertices: 3748, edges: 57645}`; unknown members are left out. */
export function partCounts(slot: string, counts: Record<string, unknown>): Record<string, number> {
  const tables = counts['tables'];
  if (slot === 'graph') return { vertices: sum(counts['vertices']), edges: sum(counts['edges']) };
  if (slot === 'telemetry') return { tables: Object.keys(tables ?? {}).length, rows: sum(tables) };
  return { [slot]: sum({ all: counts['documents'] ?? counts[slot] }) };
}

/** `3,748 vertices, 57,645 edges` */
export function partWords(slot: string, counts: Record<string, unknown>): string {
  return inWords(Object.entries(partCounts(slot, counts))).join(', ');
}

/** What stands on a scenario's card: `57,645 edges`, `8 runbooks`, … in the order of loading. */
export function scenarioWords(parts: Parts): string[] {
  const counted = Object.keys(NOUNS).flatMap((noun) =>
    Object.entries(parts).flatMap(([slot, { counts }]) =>
      Object.entries(partCounts(slot, counts)).filter(([name]) => name === noun),
    ),
  );
  return inWords(counted.filter(([noun]) => noun !== 'tables'));
}

function inWords(counts: [string, number][]): string[] {
  return counts.map(([noun, count]) => formatCount(count, ...(NOUNS[noun] ?? [noun, noun])));
}

function sum(values: unknown): number {
  const numbers = Object.values(values ?? {}).filter((each) => typeof each === 'number');
  return numbers.reduce((total, each) => total + each, 0);
}

/** The texts of a list from a manifest, where people write what they like. */
export function textsOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.filter((each) => each !== null).map((each) => wordsOf(each));
}

function wordsOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const { question, title, name, description } = item as Record<string, unknown>;
  return String(question ?? title ?? name ?? description ?? JSON.stringify(item));
}
