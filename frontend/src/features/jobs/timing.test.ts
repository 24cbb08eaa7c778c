import { expect, test } from 'vitest';

import { jobIn, stepIn } from './factories';
import { askBeforeCancel, endedAt, stepSeconds, workedSeconds } from './timing';

const NOW = Date.parse('2026-03-01T12:00:32.000Z');

test('a step that has ended took what the server says, whatever the time is', () => {
  expect(stepSeconds(stepIn.done('graph'), Number.NaN)).toBe(2);
});

test('a running step is timed to now, and never below nothing', () => {
  expect(stepSeconds(stepIn.running('graph'), NOW)).toBe(30);
  expect(stepSeconds(stepIn.running('graph'), NOW - 3_600_000)).toBe(0);
});

test('work is counted by steps, so that the time between two attempts is none', () => {
  const job = jobIn.done();
  const later = {
    ...stepIn.done('telemetry'),
    started_at: '2026-03-02T12:00:00Z',
    finished_at: '2026-03-02T12:00:05Z',
  };
  const again = {
    ...job,
    steps: job.steps.map((step) => (step.name === 'telemetry' ? later : step)),
  };
  expect(workedSeconds(again)).toBe(15);
  expect(workedSeconds(jobIn.waiting())).toBeNull();
});

test('an active job has no end', () => {
  expect(endedAt(jobIn.running())).toBeNull();
  expect(endedAt(jobIn.done())).toBe('2026-03-01T12:00:02.000Z');
});

test('only work worth a minute is asked about', () => {
  expect(askBeforeCancel(jobIn.running(), NOW)).toBe(false);
  expect(askBeforeCancel(jobIn.running(), NOW + 60_000)).toBe(true);
});
