/** The members of a tar stream, in bounded memory; bodies are skipped unless they are asked for. */

import type { ByteReader } from './byteReader';

const BLOCK = 512;
const MOST_HEADER_BYTES = 1 << 20;

const HEADERS = 'xgXLK';
const WITHOUT_DATA = '123456';
const REGULAR = '0\u00007';
const LINKS = '12';

export interface Member {
  /** As written, whatever it is. */
  name: string;
  size: number;
  kind: 'file' | 'directory' | 'link' | 'other';
  /** The first `most` bytes of the body, before the next member is asked for. */
  read: (most: number) => Promise<Uint8Array>;
}

/** The stream is no tar at all (`first`), or is damaged or cut off later on. */
export class TarError extends Error {
  constructor(readonly first: boolean) {
    super(first ? 'not tar' : 'damaged');
  }
}

interface Extended {
  path?: string;
  size?: number;
  sparse?: boolean;
}

export async function* members(stream: ByteReader): AsyncGenerator<Member> {
  let extended: Extended = {};
  for (let isFirst = true; ; isFirst = false) {
    const block = await stream.read(BLOCK);
    if (!block.length && isFirst) throw new TarError(true);
    if (!block.length && Object.keys(extended).length) throw new TarError(false);
    if (!block.length || (block.length === BLOCK && block.every((byte) => byte === 0))) return;
    if (block.length < BLOCK || !isSound(block)) throw new TarError(isFirst);
    const type = String.fromCharCode(block[156] ?? 0);
    const size = numberAt(block, 124, 12);
    if (HEADERS.includes(type)) {
      if (size > MOST_HEADER_BYTES) throw new TarError(false);
      Object.assign(extended, meaning(type, await body(stream, size)));
      continue;
    }
    if (type === 'S') await skipSparseMap(block, stream);
    yield* member(stream, block, type, size, extended);
    extended = {};
  }
}

async function* member(
  stream: ByteReader,
  block: Uint8Array,
  type: string,
  written: number,
  extended: Extended,
): AsyncGenerator<Member> {
  const size = WITHOUT_DATA.includes(type) ? 0 : (extended.size ?? written);
  const name = extended.path ?? headerName(block);
  const end = stream.position + size + padding(size);
  if (type !== 'V') {
    const read = (most: number) => stream.read(Math.min(most, size));
    yield { name, size, kind: kindOf(type, name, extended.sparse), read };
  }
  const left = end - stream.position;
  // some programs leave the padding of the last member out
  if ((await stream.skip(left)) < left - padding(size)) throw new TarError(false);
}

function kindOf(type: string, name: string, isSparse = false): Member['kind'] {
  if (type === '5') return 'directory';
  if (LINKS.includes(type)) return 'link';
  if (!REGULAR.includes(type)) return 'other';
  if (name.endsWith('/')) return 'directory';
  return isSparse ? 'other' : 'file';
}

const padding = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;

async function body(stream: ByteReader, size: number): Promise<Uint8Array> {
  const data = await stream.read(size);
  await stream.skip(padding(size));
  if (data.length < size) throw new TarError(false);
  return data;
}

/** The old GNU form says by a byte whether another block of its map follows. */
async function skipSparseMap(block: Uint8Array, stream: ByteReader): Promise<void> {
  for (let more = block[482]; more;) more = (await stream.read(BLOCK))[504];
}

/** Whether the checksum is right; old programs summed signed bytes. */
function isSound(block: Uint8Array): boolean {
  const told = numberAt(block, 148, 8);
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at += 1) {
    const counted = at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
    unsigned += counted;
    signed += counted > 127 ? counted - 256 : counted;
  }
  return told === unsigned || told === signed;
}

/** Octal digits, or base 256 if the first bit is set. */
function numberAt(block: Uint8Array, at: number, length: number): number {
  const field = block.subarray(at, at + length);
  if ((field[0] ?? 0) & 0x80) {
    return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x7f);
  }
  return Number.parseInt(textOf(field).trim() || '0', 8);
}

function headerName(block: Uint8Array): string {
  const name = textOf(block.subarray(0, 100));
  const isPosix = textOf(block.subarray(257, 262)) === 'ustar' && block[262] === 0;
  const prefix = isPosix ? textOf(block.subarray(345, 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

function meaning(type: string, data: Uint8Array): Extended {
  if (type === 'L') return { path: textOf(data) };
  if (type === 'g' || type === 'K') return {}; // comments for all, and where a link leads
  const said: Extended = {};
  for (const [keyword, value] of paxRecords(data)) {
    if (keyword === 'path' && !said.sparse) said.path = value;
    else if (keyword === 'size') said.size = Number(value);
    else if (keyword.startsWith('GNU.sparse.')) {
      said.sparse = true;
      if (keyword === 'GNU.sparse.name') said.path = value;
    }
  }
  return said;
}

/** Records are `LENGTH KEYWORD=VALUE\n`, the length being that of the whole record in bytes. */
function* paxRecords(data: Uint8Array): Generator<[string, string]> {
  let position = 0;
  while (position < data.length && data[position] !== 0) {
    const digits = /^\d+(?= )/.exec(textOf(data.subarray(position, position + 8)))?.[0];
    if (!digits) throw new TarError(false);
    const end = position + Number(digits);
    const record = textOf(data.subarray(position + digits.length + 1, end - 1));
    const equals = record.indexOf('=');
    if (equals < 1 || end > data.length) throw new TarError(false);
    yield [record.slice(0, equals), record.slice(equals + 1)];
    position = end;
  }
}

/** Up to the first zero byte. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
