import { expect, test } from 'vitest';

import { parseExact, stringifyExact } from './exactJson';

test('integers beyond 2^53 keep every digit', () => {
  const text =
    '{"max": 9007199254740993, "min": -9223372036854775808, "few": [3, 1234567890123456]}';
  expect(parseExact(text)).toEqual({
    max: 9007199254740993n,
    min: -9223372036854775808n,
    few: [3, 1234567890123456],
  });
});

test('digits in texts and in fractions stay as they are', () => {
  const text = String.raw`{"a \" 9007199254740993": "b 9007199254740993\\", "c": 0.12345678901234567, "d": 12345678901234567890e-3}`;
  expect(parseExact(text)).toEqual(JSON.parse(text));
});

test('what was parsed is written with the same digits', () => {
  const text = '{\n  "n": 12345678901234567890,\n  "t": "9007199254740993"\n}';
  expect(stringifyExact(parseExact(text))).toBe(text);
});
