/** Looks into a tarball as it streams by: keeps YAML and the header rows of tables, skips bodies. */

import { ByteReader } from './byteReader';
import { headerOf } from './csvHeader';
import { isYaml, Listing, MANIFEST, topFolder } from './listing';
import { parseManifest, parseSchema, YamlError } from './manifest';
import { isIgnored, nameFault, normalised } from './memberNames';
import { NOTHING, type Finding, type Irregular, type Peeked } from './peeked';
import { schemaFile } from './slotContents';
import { members, TarError, type Member } from './tarReader';
import { PEEK } from './text';

const MOST_YAML = 16 << 20;
const MOST_HEADER_ROW = 64 << 10;
const MOST_FINDINGS = 100;

const OTHER_FORMATS: [at: number, magic: number[], what: string][] = [
  [0, [0x50, 0x4b, 3, 4], 'a ZIP archive'],
  [0, [0x42, 0x5a, 0x68], 'compressed with bzip2'],
  [0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz'],
  [0, [0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd'],
  [0, [0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive'],
  [257, [0x75, 0x73, 0x74, 0x61, 0x72], 'a tar archive that is not compressed'],
];

interface Kept {
  names: string[];
  irregular: Map<string, Irregular>;
  texts: Map<string, string>;
  headers: Map<string, string[]>;
  findings: Finding[];
  complete: boolean;
}

export async function peek(file: Blob): Promise<Peeked> {
  const fault = await formatFault(file);
  if (fault) return { ...NOTHING, fault };
  const kept: Kept = {
    names: [],
    irregular: new Map(),
    texts: new Map(),
    headers: new Map(),
    findings: [],
    complete: true,
  };
  try {
    await walk(file, kept);
  } catch (error) {
    if (error instanceof TarError && error.first) return { ...NOTHING, fault: PEEK.notTar };
    if (isUnreadable(error)) return { ...NOTHING, fault: PEEK.changed };
    kept.complete = false;
    kept.findings.push(finding(PEEK.incomplete));
  }
  return interpreted(kept);
}

async function formatFault(file: Blob): Promise<string | null> {
  let start: Uint8Array;
  try {
    start = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  } catch {
    return PEEK.changed;
  }
  if (!start.length) return PEEK.empty;
  if (start[0] === 0x1f && start[1] === 0x8b) return null;
  const known = OTHER_FORMATS.find(([at, magic]) =>
    magic.every((byte, offset) => start[at + offset] === byte),
  );
  return PEEK.notGzip(known?.[2] ?? null);
}

/** What a browser throws when a file on disk is no longer what was chosen. */
export function isUnreadable(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    (error.name === 'NotReadableError' || error.name === 'NotFoundError')
  );
}

async function walk(file: Blob, kept: Kept): Promise<void> {
  const unpacked = file.stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = new ByteReader(unpacked);
  const seen = new Set<string>();
  let some = false;
  try {
    for await (const member of members(reader)) {
      some = true;
      await keep(member, seen, kept);
    }
  } catch (error) {
    // gzip that breaks off before the first header is not known to hold a tar
    if (!some && !(error instanceof TarError) && !isUnreadable(error)) throw new TarError(true);
    throw error;
  } finally {
    await reader.cancel().catch(() => undefined); // it may have failed already
  }
}

async function keep(member: Member, seen: Set<string>, kept: Kept): Promise<void> {
  if (isIgnored(member.name) || member.kind === 'directory') return;
  const fault = nameFault(member.name);
  if (fault) {
    note(kept, finding(`The name ${fault}.`, member.name));
    return;
  }
  const name = normalised(member.name);
  if (!name) return;
  if (member.kind !== 'file') {
    kept.irregular.set(name, member.kind);
    return;
  }
  if (seen.has(name)) {
    note(kept, finding(PEEK.twice, name));
    return;
  }
  seen.add(name);
  kept.names.push(name);
  if (isYaml(name) && member.size <= MOST_YAML) {
    kept.texts.set(name, new TextDecoder().decode(await member.read(MOST_YAML)));
  } else if (name.toLowerCase().endsWith('.csv')) {
    const start = new TextDecoder().decode(await member.read(MOST_HEADER_ROW));
    const header = headerOf(start, member.size <= MOST_HEADER_ROW);
    if (header) kept.headers.set(name, header);
  }
}

function note(kept: Kept, found: Finding): void {
  if (kept.findings.length < MOST_FINDINGS) kept.findings.push(found);
}

function interpreted(kept: Kept): Peeked {
  const top = topFolder(kept.names);
  const findings = [...kept.findings];
  if (top === null) findings.push(finding(PEEK.twoScenarios));
  const below = (name: string) => name.slice((top ?? '').length);
  const names = kept.names.filter((name) => name.startsWith(top ?? ''));
  const files = names.map(below);
  const irregular = Object.fromEntries(
    [...kept.irregular].map(([name, kind]) => [below(name), kind]),
  );
  const texts = new Map(names.map((name) => [below(name), kept.texts.get(name)]));
  const read = <T>(name: string | null, parse: (text: string) => T): T | null => {
    const text = name === null ? undefined : texts.get(name);
    if (name === null || text === undefined) return null;
    try {
      return parse(text);
    } catch (error) {
      findings.push(yamlFinding(name, error));
      return null;
    }
  };
  const manifest = read(MANIFEST, parseManifest);
  const schema = read(schemaFile(new Listing(files), manifest), parseSchema);
  const headers = Object.fromEntries(
    names.flatMap((name) => {
      const header = kept.headers.get(name);
      return header ? [[below(name), header]] : [];
    }),
  );
  const complete = kept.complete && top !== null;
  return { fault: null, complete, files, irregular, manifest, schema, headers, findings };
}

function yamlFinding(file: string, error: unknown): Finding {
  const line = error instanceof YamlError ? error.line : null;
  const why = error instanceof Error ? error.message : String(error);
  return { file, line, detail: PEEK.brokenYaml(why) };
}

const finding = (detail: string, file = ''): Finding => ({ file, line: null, detail });
