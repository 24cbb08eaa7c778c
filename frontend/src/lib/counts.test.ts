import { expect, test } from 'vitest';

import { partWords, scenarioWords, textsOf } from './counts';

const GRAPH = { vertices: { Airport: 3504, Country: 237 }, edges: { route: 50_637 }, dangling: 2 };

test('counts of a part', () => {
  expect(partWords('graph', GRAPH)).toBe('3,741 vertices, 50,637 edges');
  expect(partWords('telemetry', { tables: { A: 10, B: 20 } })).toBe('2 tables, 30 rows');
  expect(partWords('runbooks', { documents: 1 })).toBe('1 runbook');
  expect(partWords('prompts', { prompts: 5 })).toBe('5 prompts');
});

test('a part whose counts are of another shape counts nothing', () => {
  expect(partWords('graph', {})).toBe('0 vertices, 0 edges');
  expect(partWords('graph', { vertices: 'many', edges: null })).toBe('0 vertices, 0 edges');
});

test('a card says what is loaded, in the order of loading', () => {
  const parts = { tickets: { counts: { documents: 2 } }, graph: { counts: GRAPH } };
  expect(scenarioWords(parts)).toEqual(['3,741 vertices', '50,637 edges', '2 tickets']);
});

test('lists of a manifest may hold anything', () => {
  const list = ['plain', 7, null, { question: 'Why?' }, { name: 'Agent' }, { other: 1 }];
  expect(textsOf(list)).toEqual(['plain', '7', 'Why?', 'Agent', '{"other":1}']);
  expect(textsOf('text')).toEqual([]);
});
