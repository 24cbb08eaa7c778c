/** The names of a scenario's files, relative to its own folder. */

import { cleanPath } from './memberNames';

export const MANIFEST = 'scenario.yaml';
export const OWN_DIRECTORIES = new Set([
  'data',
  'entities',
  'knowledge',
  'runbooks',
  'tickets',
  'prompts',
  'telemetry',
]);

export class Listing {
  private readonly all: Set<string>;

  constructor(readonly names: string[]) {
    this.all = new Set(names);
  }

  has(path: string): boolean {
    const clean = cleanPath(path);
    return clean !== null && this.all.has(clean);
  }

  /** The files below `directory` ('' for all) that end in `suffix` in any case. */
  under(directory: string, suffix: string): string[] {
    const clean = cleanPath(directory);
    if (clean === null) return [];
    const inside = clean && `${clean}/`;
    return this.names.filter(
      (name) => name.startsWith(inside) && name.toLowerCase().endsWith(suffix),
    );
  }

  /** A name that differs from `path` only in case. */
  twin(path: string): string | undefined {
    const folded = path.toLowerCase();
    return this.names.find((name) => name.toLowerCase() === folded);
  }
}

/** The folder all belongs to, with its slash; '' if that is the root. Null: more than one. */
export function topFolder(names: string[]): string | null {
  if (names.includes(MANIFEST)) return '';
  const tops = names.filter(
    (name) => name.endsWith(`/${MANIFEST}`) && name.split('/').length === 2,
  );
  if (tops.length > 1) return null;
  if (tops[0]) return tops[0].slice(0, -MANIFEST.length);
  const firsts = new Set(names.map((name) => name.split('/', 1)[0] ?? ''));
  const [first = ''] = firsts;
  const isOne = firsts.size === 1 && names.every((name) => name.includes('/'));
  return isOne && !OWN_DIRECTORIES.has(first) ? `${first}/` : '';
}

export function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name);
}
