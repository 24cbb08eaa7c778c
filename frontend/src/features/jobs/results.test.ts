import { expect, test } from 'vitest';

import { stepIn } from './factories';
import { causes, place, resultCounts } from './results';

test('counts are added up, with every digit', () => {
  const graph = stepIn.done('graph', {
    vertices: { Airport: 3504, Country: 244 },
    edges: { route: 1 },
    dangling: 0,
  });
  expect(resultCounts(graph)).toBe('3,748 vertices, 1 edge');
  const long = stepIn.done('telemetry', { tables: { a: 9007199254740993n, b: 1 } });
  expect(resultCounts(long)).toBe('9,007,199,254,740,994 rows');
  expect(resultCounts(stepIn.done('runbooks', { documents: 1 }))).toBe('1 runbook');
  expect(resultCounts(stepIn.done('metadata', { manifest: true }))).toBe('');
});

test('a problem says file, row and column', () => {
  const problem = { file: 'DimPump.csv', row: 18, line: 18, column: 'id', detail: 'duplicate id' };
  expect(place(problem)).toBe('DimPump.csv, row 18, column id');
  expect(place({ ...problem, line: 21 })).toBe('DimPump.csv, row 18, line 21, column id');
  expect(causes(stepIn.failed('graph', [problem, { detail: 'and 17 more' }]))).toEqual([
    'DimPump.csv, row 18, column id: duplicate id',
    'and 17 more',
  ]);
});
