import { expect, test } from 'vitest';

import { jobIn, stepIn } from './factories';
import { jobWord, retryFrom, shownJob, stepWord } from './states';

test.each([
  [jobIn.waiting(), 'Waiting'],
  [jobIn.waiting({ waiting_for: 'plant-7' }), 'Waiting for plant-7'],
  [jobIn.running(), 'Loading 61 %'],
  [jobIn.done(), 'Done in 0:12'],
  [jobIn.warned(), 'Done, 3 warnings'],
  [jobIn.warned({ warnings: 1 }), 'Done, 1 warning'],
  [jobIn.failed(), 'Failed'],
  [jobIn.cancelled(), 'Cancelled'],
])('each state of a job has its word', (job, word) => {
  expect(jobWord(job)).toBe(word);
});

test('a step that is not in the pack says so', () => {
  expect(stepWord(stepIn.skipped('tickets'))).toBe('Not in this pack');
});

test('a failure with warnings is a failure', () => {
  expect(shownJob(jobIn.failed({ warnings: 2 }))).toBe('error');
});

test('a retry goes on from the first step that is not done', () => {
  expect(retryFrom(jobIn.failed())).toBe('telemetry');
  expect(retryFrom(jobIn.done())).toBeNull();
  expect(retryFrom(jobIn.running())).toBeNull();
});
