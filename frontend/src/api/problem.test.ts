import { expect, test } from 'vitest';

import { problemOf, ProblemError, toProblem } from './problem';

test('a problem document, and what else it says', () => {
  const problem = problemOf(
    {
      type: 'urn:problem:active-job',
      title: 'A job is active',
      status: 409,
      detail: 'Wait for it.',
      request_id: 'r1',
      problems: [{ slot: 'graph', detail: 'no' }],
      job_id: 'j1',
    },
    409,
    null,
  );
  expect(problem).toMatchObject({ status: 409, detail: 'Wait for it.', requestId: 'r1' });
  expect(problem.problems[0]).toMatchObject({ slot: 'graph', row: null, detail: 'no' });
  expect(problem.extensions).toEqual({ job_id: 'j1' });
});

test.each([[null], ['<html>'], [{}]])('%j is a problem with its status', (body) => {
  expect(problemOf(body, 502, 'r2')).toMatchObject({
    detail: 'The server answered 502',
    requestId: 'r2',
  });
});

test('whatever is thrown is a problem', () => {
  expect(toProblem(new TypeError('Failed to fetch')).title).toBe('Not reachable');
  expect(toProblem(new Error('odd')).detail).toBe('odd');
  const known = problemOf({}, 404, null);
  expect(toProblem(new ProblemError(known))).toBe(known);
});
