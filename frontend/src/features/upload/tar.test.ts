// @vitest-environment node
import { expect, test } from 'vitest';

import { ByteReader } from './byteReader';
import { members, TarError } from './tarReader';
import { tarStream } from './tarWriter';

const LONG = `pack/data/${'long'.repeat(40)}.md`;
const FILES = [
  { name: 'pack/scenario.yaml', blob: new Blob(['name: a\n']) },
  { name: LONG, blob: new Blob(['y'.repeat(512)]) },
  { name: 'pack/data/Straße 東京.csv', blob: new Blob(['z'.repeat(513)]) },
  { name: 'pack/empty', blob: new Blob([]) },
];

async function packed(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(tarStream(FILES)).arrayBuffer());
}

async function listed(bytes: Uint8Array<ArrayBuffer>, most = 3): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const member of members(new ByteReader(new Blob([bytes]).stream()))) {
    found.push([member.name, new TextDecoder().decode(await member.read(most))]);
  }
  return found;
}

test.each([0, 3, 10_000])(
  'what was written is read, whether %d bytes are asked for',
  async (most) => {
    const expected = await Promise.all(
      FILES.map(async ({ name, blob }) => [name, (await blob.text()).slice(0, most)]),
    );
    expect(await listed(await packed(), most)).toEqual(expected);
  },
);

test('a chunk may end anywhere', async () => {
  const bytes = await packed();
  const crumbs = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
      controller.close();
    },
  });
  const found: string[] = [];
  for await (const { name } of members(new ByteReader(crumbs))) found.push(name);
  expect(found).toEqual(FILES.map(({ name }) => name));
});

test('what is no tar is told from what is damaged later', async () => {
  const text = new TextEncoder().encode('not a tar at all '.repeat(100));
  await expect(listed(text)).rejects.toEqual(new TarError(true));
  await expect(listed(new Uint8Array(0))).rejects.toEqual(new TarError(true));
  const bytes = await packed();
  await expect(listed(bytes.slice(0, 1800))).rejects.toEqual(new TarError(false));
  const damaged = bytes.with(1024 + 20, 0x21);
  await expect(listed(damaged)).rejects.toEqual(new TarError(false));
});

test('the padding of the last member and the end may be missing', async () => {
  const one = [{ name: 'a', blob: new Blob(['abc']) }];
  const bytes = new Uint8Array(await new Response(tarStream(one)).arrayBuffer());
  expect(await listed(bytes.slice(0, 512 + 3))).toEqual([['a', 'abc']]);
});
