import { expect, test } from 'vitest';

import { announcement } from './announcements';
import { liveness, nextConnection } from './connection';
import { jobIn } from './factories';

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

test('a loss is said after 5 s, and called an end after 30 s', () => {
  const lost = nextConnection({ live: true, since: 0 }, false, 1_000);
  expect(nextConnection(lost, false, 9_000)).toBe(lost);
  expect([2_000, 7_000, 32_000].map((now) => liveness(lost, now))).toEqual([
    'live',
    'reconnecting',
    'stopped',
  ]);
});
