import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { announcement, paced } from './announcements';
import { liveness, nextConnection } from './connection';
import { jobIn } from './factories';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('ends are said, once; progress is not', () => {
  const running = jobIn.running();
  expect(announcement(running, jobIn.running())).toBeNull();
  expect(announcement(running, jobIn.done())).toBe('air-routes done.');
  expect(announcement(running, jobIn.failed())).toBe(
    'air-routes failed in telemetry: duplicate id "P-07".',
  );
  expect(announcement(jobIn.done(), jobIn.done())).toBeNull();
  expect(announcement(undefined, jobIn.done())).toBeNull();
});

test('at most one thing in 5 s, and nothing is lost', () => {
  const said: string[] = [];
  const saying = paced((text) => said.push(text));
  for (const text of ['a.', 'b.', 'c.']) saying.add(text);
  expect(said).toEqual(['a.']);
  vi.advanceTimersByTime(4_900);
  expect(said).toEqual(['a.']);
  vi.advanceTimersByTime(200);
  expect(said).toEqual(['a.', 'b. c.']);
  vi.advanceTimersByTime(60_000);
  saying.add('d.');
  expect(said).toEqual(['a.', 'b. c.', 'd.']);
});

test('a loss is said after 5 s, and called an end after 30 s', () => {
  const lost = nextConnection({ live: true, since: 0 }, false, 1_000);
  expect(nextConnection(lost, false, 9_000)).toBe(lost);
  expect([2_000, 7_000, 32_000].map((now) => liveness(lost, now))).toEqual([
    'live',
    'reconnecting',
    'stopped',
  ]);
});
