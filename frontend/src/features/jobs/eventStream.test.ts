// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { backOff, followEvents, type Following } from './eventStream';

let following: Following | null = null;
let answers: ReadableStreamDefaultController<Uint8Array>[] = [];
const heard: string[] = [];
const told = {
  onEvent: (name: string, data: string) => void heard.push(`${name} ${data}`),
  onAlive: () => {},
  onLost: () => void heard.push('lost'),
};

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  heard.length = 0;
  vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        answers.push(controller);
        signal.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return Promise.resolve(new Response(body));
  });
});
afterEach(() => {
  following?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const send = async (text: string) => {
  answers.at(-1)?.enqueue(new TextEncoder().encode(text));
  await vi.advanceTimersByTimeAsync(10);
};

test('events come whole, however the bytes are cut', async () => {
  following = followEvents('/events', told);
  await vi.advanceTimersByTimeAsync(10);
  await send('event: job\nda');
  await send('ta: {"a":1}\n\n: ping\n\n');
  expect(heard).toEqual(['job {"a":1}']);
});

test('a stream that ends is opened again', async () => {
  following = followEvents('/events', told);
  await vi.advanceTimersByTimeAsync(10);
  answers[0]?.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(2);
  await send('event: job\ndata: 2\n\n');
  expect(heard).toEqual(['lost', 'job 2']);
});

test('a silent stream is replaced, one that pings is not', async () => {
  following = followEvents('/events', told);
  await vi.advanceTimersByTimeAsync(15_000);
  await send(': ping\n\n');
  await vi.advanceTimersByTimeAsync(15_000);
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(answers).toHaveLength(2);
});

test('who asks for another connection waits for nothing', async () => {
  following = followEvents('/events', told);
  await vi.advanceTimersByTimeAsync(10);
  following.reconnect();
  await vi.advanceTimersByTimeAsync(10);
  expect(answers).toHaveLength(2);
});

test('after sleep a dead stream is replaced at the first look', async () => {
  following = followEvents('/events', told);
  await vi.advanceTimersByTimeAsync(10);
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(answers).toHaveLength(2);
});

test('waits grow, up to 4 s', () => {
  expect([1, 2, 3, 20].map((failures) => backOff(failures, 1))).toEqual([500, 1_000, 2_000, 4_000]);
  expect(backOff(20, 0)).toBe(2_000);
});
