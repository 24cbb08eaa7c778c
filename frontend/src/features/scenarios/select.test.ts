import { expect, test } from 'vitest';

import type { ScenarioSummary } from '@/api/scenarios';

import { selectScenarios } from './select';
import { whatGoes } from './whatGoes';

const part = (loaded_at: string, backend = 'embedded') => ({
  generation: 'g',
  backend,
  loaded_at,
  store: {},
  counts: { vertices: { A: 2 }, edges: { b: 1 } },
  warnings_count: 0,
});

function scenario(name: string, facts: Partial<ScenarioSummary> = {}): ScenarioSummary {
  return {
    id: name, name, display_name: '', description: '', domain: '', version: '', use_cases: [],
    example_questions: [], graph_styles: {}, agents: [], resources: {}, backend: 'embedded',
    parts: {}, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ...facts,
  }; // prettier-ignore
}

const OLD = scenario('zoo', {
  display_name: 'A zoo',
  parts: { graph: part('2026-02-01T00:00:00Z') },
});
const NEW = scenario('air', {
  display_name: 'Routes by Air',
  domain: 'aviation',
  backend: 'fabric-gql',
  parts: { graph: part('2026-03-01T00:00:00Z', 'fabric-gql') },
});
const names = (asked: object) =>
  selectScenarios([OLD, NEW], { words: '', backend: '', sort: 'newest', ...asked }).map(
    (each) => each.name,
  );

test('newest first, or by what people call them', () => {
  expect(names({})).toEqual(['air', 'zoo']);
  expect(names({ sort: 'name' })).toEqual(['zoo', 'air']);
  expect(names({ words: 'BY aviation' })).toEqual(['air']);
  expect(names({ backend: 'embedded' })).toEqual(['zoo']);
  expect(names({ words: 'nothing' })).toEqual([]);
});

test('deleting says what goes and what stays', () => {
  expect(whatGoes(OLD)[0]).toContain('2 vertices, 1 edge from the embedded store');
  expect(whatGoes(NEW)).toEqual([expect.stringContaining('Fabric nothing is deleted')]);
  expect(whatGoes(scenario('none'))).toEqual([expect.stringContaining('no data is loaded')]);
});
