import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { paced } from './paced';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
