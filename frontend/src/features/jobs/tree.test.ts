import { expect, test } from 'vitest';

import { jobIn } from './factories';
import { keyMove, nearestRow, rowsOf } from './tree';

const [first, second] = [jobIn.running(), jobIn.failed()];
const rows = rowsOf([first, second], (job) => job === second);

test('a closed job is one row, an open one shows the steps that are in its pack', () => {
  expect(rows.map((row) => row.key)).toEqual([
    first.id,
    second.id,
    `${second.id}/graph`,
    `${second.id}/telemetry`,
  ]);
  expect(rows[2]).toMatchObject({ position: 1, siblings: 2 });
});

test.each([
  ['ArrowDown', first.id, { to: second.id }],
  ['ArrowUp', first.id, { to: first.id }],
  ['End', first.id, { to: `${second.id}/telemetry` }],
  ['Home', `${second.id}/graph`, { to: first.id }],
  ['ArrowRight', first.id, { open: first, is: true }],
  ['ArrowRight', second.id, { to: `${second.id}/graph` }],
  ['ArrowLeft', `${second.id}/graph`, { to: second.id }],
  ['ArrowLeft', second.id, { open: second, is: false }],
  ['ArrowLeft', first.id, null],
  ['Enter', first.id, { open: first, is: true }],
  [' ', second.id, { open: second, is: false }],
  ['Enter', `${second.id}/graph`, null],
  ['x', first.id, null],
])('%s', (key, current, move) => {
  expect(keyMove(rows, key, current)).toEqual(move);
});

test('the focus of a row that vanished goes to what has taken its place', () => {
  expect(nearestRow(rows, 'gone', 1)).toBe(second.id);
  expect(nearestRow(rows, 'gone', 9)).toBe(`${second.id}/telemetry`);
  expect(nearestRow(rows, `${first.id}/graph`)).toBe(first.id);
  expect(nearestRow([], 'gone')).toBeNull();
});
