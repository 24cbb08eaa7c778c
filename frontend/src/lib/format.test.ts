import { expect, test } from 'vitest';

import { formatBytes, formatCount, formatDuration, formatTime } from './format';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 KB'],
  [900_000, '900 KB'],
  [999_999, '1 MB'],
  [5_368_709_120, '5.4 GB'],
])('%d bytes are %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test.each([
  [0, '0:00'],
  [2.4, '0:02'],
  [134, '2:14'],
  [3734, '1:02:14'],
])('%d seconds are %s', (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words);
});

test('one of a kind is not many', () => {
  expect(formatCount(1, 'vertex', 'vertices')).toBe('1 vertex');
  expect(formatCount(3748, 'vertex', 'vertices')).toBe('3,748 vertices');
});

test('times are relative under a day, and never in the future', () => {
  const now = Date.parse('2026-03-12T12:00:00Z');
  expect(formatTime('2026-03-12T11:58:00Z', now)).toBe('2 minutes ago');
  expect(formatTime('2026-03-12T12:00:30Z', now)).toBe('just now');
  expect(formatTime('2026-03-01T12:00:00Z', now)).toContain('2026');
});
