// @vitest-environment jsdom
import { expect, test } from 'vitest';

import type { ScenarioSummary } from '@/api/scenarios';

import { jobIn, stepIn } from './factories';
import { oldDataStays } from './OldData';

const scenario = (loaded_at: string) =>
  ({ parts: { graph: { loaded_at } } }) as unknown as ScenarioSummary;
const [before, after] = [
  scenario('2026-03-01T11:00:00.000Z'),
  scenario('2026-03-01T13:00:00.000Z'),
];

test('a failed load leaves what was there, but tables of Fabric go one by one', () => {
  const failed = stepIn.failed('graph');
  expect(oldDataStays(jobIn.failed(), failed, before)).toBe(true);
  expect(oldDataStays(jobIn.failed({ backend: 'fabric-gql' }), failed, before)).toBe(false);
});

test('nothing is said where there was nothing, or where newer data has come', () => {
  expect(oldDataStays(jobIn.failed(), stepIn.failed('telemetry'), before)).toBe(false);
  expect(oldDataStays(jobIn.failed(), stepIn.failed('graph'), after)).toBe(false);
  expect(oldDataStays(jobIn.done(), stepIn.done('graph'), before)).toBe(false);
});
