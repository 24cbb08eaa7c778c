import { expect, test } from 'vitest';

import {
  inSnapshot,
  matches,
  mergeJobs,
  patchPages,
  snapshotOf,
  withJob,
  withoutJob,
} from './cache';
import { jobIn } from './factories';
import { EVERYTHING, type Job } from './types';

const ids = (jobs: Job[]) => jobs.map((job) => job.id);

test('running jobs are on top, then the newest', () => {
  const [old, running, young] = [jobIn.done(), jobIn.running(), jobIn.failed()];
  expect(ids(mergeJobs([old, running], [young]))).toEqual(ids([running, young, old]));
});

test('of two readings the later counts, whichever list it is in', () => {
  const before = jobIn.running();
  const after = { ...before, status: 'done' as const, updated_at: '2026-03-02T00:00:00.000Z' };
  expect(mergeJobs([before], [after])).toEqual([after]);
  expect(mergeJobs([after], [before])).toEqual([after]);
});

test('what the stream tells replaces what was known, even if its clock is behind', () => {
  const known = jobIn.running({ updated_at: '2026-03-02T00:00:00.000Z' });
  const told = { ...known, overall_pct: 70, updated_at: '2026-03-01T23:59:59.000Z' };
  expect(withJob([known, jobIn.done()], told)[0]).toBe(told);
  expect(withoutJob([known], 'another')).toEqual([known]);
});

test('a job that a snapshot should hold and does not was deleted', () => {
  const [gone, kept] = [jobIn.done(), jobIn.done()];
  expect(inSnapshot(snapshotOf([kept]))(gone)).toBeNull();
  const newest = Array.from({ length: 50 }, () => jobIn.done());
  expect(inSnapshot(snapshotOf(newest))(kept)).toBe(kept);
  const lost = jobIn.running({ created_at: '2020-01-01T00:00:00Z' });
  expect(inSnapshot(snapshotOf(newest))(lost)).toBeNull();
});

test('pages that hold nothing of a change stay the same object', () => {
  const [a, b] = [jobIn.done(), jobIn.done()];
  const pages = { pages: [{ jobs: [a] }, { jobs: [b] }], pageParams: [null, 'x'] };
  expect(patchPages(pages, (job) => job)).toBe(pages);
  const patched = patchPages(pages, (job) => (job.id === b.id ? null : job));
  expect(patched.pages[0]).toBe(pages.pages[0]);
  expect(patched.pages[1]?.jobs).toEqual([]);
});

test('filters', () => {
  expect(matches(jobIn.done(), EVERYTHING)).toBe(true);
  expect(matches(jobIn.done(), { status: 'error', scenario: '' })).toBe(false);
  expect(matches(jobIn.done(), { status: null, scenario: 'air' })).toBe(false);
});
