import { expect, test } from 'vitest';

import { jobIn } from './factories';
import { HISTORY, isHistory, keyMove, nearestRow, rowsOf } from './tree';

const [first, second] = [jobIn.running(), jobIn.failed()];
const rows = rowsOf([first, second], [], (key) => key === second.id);

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
  ['ArrowRight', first.id, { open: first.id, is: true }],
  ['ArrowRight', second.id, { to: `${second.id}/graph` }],
  ['ArrowLeft', `${second.id}/graph`, { to: second.id }],
  ['ArrowLeft', second.id, { open: second.id, is: false }],
  ['ArrowLeft', first.id, null],
  ['Enter', first.id, { open: first.id, is: true }],
  [' ', second.id, { open: second.id, is: false }],
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

test('jobs that ended more than a week ago lie below one row', () => {
  const old = jobIn.done();
  const rows = (...open: string[]) => rowsOf([first], [old], (key) => open.includes(key));
  expect(rows().map((row) => row.key)).toEqual([first.id, HISTORY]);
  expect(rows(HISTORY).at(-1)).toMatchObject({ key: old.id, level: 2, parent: HISTORY });
  expect(rows(HISTORY, old.id).at(-1)).toMatchObject({ level: 3, parent: old.id });
  expect(keyMove(rows(HISTORY), 'ArrowLeft', old.id)).toEqual({ to: HISTORY });
  expect(keyMove(rows(HISTORY), 'ArrowLeft', HISTORY)).toEqual({ open: HISTORY, is: false });
});

test('a job is history a week after its end, and never before it', () => {
  const job = jobIn.done({ updated_at: '2026-03-01T12:00:00.000Z' });
  expect(isHistory(job, Date.parse('2026-03-08T11:59:00Z'))).toBe(false);
  expect(isHistory(job, Date.parse('2026-03-08T12:01:00Z'))).toBe(true);
  expect(isHistory({ ...job, status: 'running' }, Date.parse('2026-04-01T12:00:00Z'))).toBe(false);
});
