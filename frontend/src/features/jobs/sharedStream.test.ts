// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { shareEvents } from './sharedStream';

const CHANNEL = 'scenario-loader:job-events';
const told = { onEvent: () => {}, onAlive: () => {}, onLost: () => {} };

beforeEach(() => {
  vi.stubGlobal('navigator', {
    locks: { request: (_name: string, _options: object, lead: () => Promise<void>) => lead() },
  });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(new ReadableStream())));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What a window that comes later hears from the one that reads the stream. */
async function heard(snapshot: () => string | null): Promise<unknown[]> {
  const connected = vi.fn();
  const leading = shareEvents('/events', { ...told, onAlive: connected, snapshot });
  await vi.waitFor(() => expect(connected).toHaveBeenCalled());
  const later = new BroadcastChannel(CHANNEL);
  const messages: unknown[] = [];
  later.addEventListener('message', ({ data }: MessageEvent<unknown>) => messages.push(data));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
  later.postMessage({ kind: 'hello' });
  await vi.waitFor(() => expect(messages).toContainEqual({ kind: 'alive' }));
  later.close();
  leading.close();
  return messages;
}

test('a window that comes later is told what is known', async () => {
  const messages = await heard(() => '{"jobs":[],"since":7}');
  expect(messages).toContainEqual({
    kind: 'event',
    name: 'snapshot',
    data: '{"jobs":[],"since":7}',
  });
});

test('before the first snapshot has come it is told nothing, and not that there are no jobs', async () => {
  expect(await heard(() => null)).toEqual([{ kind: 'alive' }]);
});
