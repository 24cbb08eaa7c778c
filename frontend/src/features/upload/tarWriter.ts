/** A tar stream of files: no times, no owners, so that equal files give equal bytes. */

const BLOCK = 512;
const MOST_NAME = 100;
const encoder = new TextEncoder();

export interface Packed {
  name: string;
  blob: Blob;
}

export function tarStream(files: Iterable<Packed>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = piecesOf(files);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

async function* piecesOf(files: Iterable<Packed>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const { name, blob } of files) {
    yield* headers(name, blob.size);
    const reader = blob.stream().getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      yield value;
    }
    yield zeros(padding(blob.size));
  }
  yield zeros(2 * BLOCK);
}

/** One header, with a pax header before it if the name does not fit or is not ASCII. */
function* headers(name: string, size: number): Generator<Uint8Array<ArrayBuffer>> {
  const isPlain = name.length <= MOST_NAME && /^[\x20-\x7e]+$/.test(name);
  if (!isPlain) {
    const record = paxRecord('path', name);
    yield header('././@PaxHeader', record.length, 'x');
    yield record;
    yield zeros(padding(record.length));
  }
  const shortened = name.replace(/[^\x20-\x7e]/g, '?').slice(0, MOST_NAME);
  yield header(isPlain ? name : shortened, size, '0');
}

/** The record's length counts its own digits. */
function paxRecord(keyword: string, value: string): Uint8Array<ArrayBuffer> {
  const rest = encoder.encode(` ${keyword}=${value}\n`).length;
  let length = rest;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return encoder.encode(`${length} ${keyword}=${value}\n`);
}

function header(name: string, size: number, type: string): Uint8Array<ArrayBuffer> {
  const block = zeros(BLOCK);
  const put = (at: number, text: string) => block.set(encoder.encode(text), at);
  put(0, name);
  put(100, octal(0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(size, 11));
  put(136, octal(0, 11));
  put(148, ' '.repeat(8));
  put(156, type);
  put(257, 'ustar\u000000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return block;
}

const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
const zeros = (size: number) => new Uint8Array(size);
const padding = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;
