import { expect, test } from 'vitest';

import { jobIn, stepIn } from './factories';
import { openPhase, phaseName, phasesOf, phaseWord, shownPhase, type Phase } from './phases';
import { jobWord, retryFrom, seenIn, stepWord } from './states';

const at = { detail: '', started_at: null, finished_at: null };
const PHASES: Phase[] = [
  { ...at, name: 'prepare', status: 'done' },
  { ...at, name: 'lakehouse', status: 'done' },
  { ...at, name: 'upload', status: 'skipped' },
  { ...at, name: 'tables', status: 'error', detail: '3 of 10 loaded' },
  { ...at, name: 'graph', status: 'pending' },
  { ...at, name: 'ontology', status: 'warning' },
];
const failed = { ...stepIn.failed('graph'), result: { phases: PHASES } };

test('each phase has its words and a mark', () => {
  expect(PHASES.map((each) => `${phaseName(each)}: ${phaseWord(each)}`)).toEqual([
    'Read the pack: Done',
    'Lakehouse: Done',
    'Upload files: Not needed',
    'Load tables: Failed',
    'Graph model: Waiting',
    'Ontology: Done, with a warning',
  ]);
  expect(PHASES.map(shownPhase)).toEqual(['done', 'done', 'skipped', 'error', 'pending', 'warned']);
});

test('a phase that is not known here is called as the service calls it', () => {
  const known = phasesOf({ result: { phases: [{ ...at, name: 'eventhouse', status: 'done' }] } });
  expect(known.map(phaseName)).toEqual(['eventhouse']);
});

test('what is no phase is left out', () => {
  expect(phasesOf({ result: null })).toEqual([]);
  expect(phasesOf({ result: { phases: 'six' } })).toEqual([]);
  expect(phasesOf({ result: { phases: [null, { name: 'x', status: 'toString' }] } })).toEqual([]);
});

test('a retry names the phase it goes on with', () => {
  expect(openPhase(failed)?.name).toBe('tables');
  const rest = jobIn.failed().steps.slice(2);
  const job = (graph: typeof failed) => ({ ...jobIn.failed(), steps: [graph, ...rest] });
  expect(retryFrom(job(failed))).toBe('graph (Load tables)');
  const over = PHASES.filter(({ status }) => status !== 'error' && status !== 'pending');
  expect(retryFrom(job({ ...failed, result: { phases: over } }))).toBe('graph');
});

test('who waits for a workspace says for whom, and does not pretend to load', () => {
  const waiting = { ...jobIn.running(), waiting_for: 'plant-7 in workspace Demo' };
  expect(jobWord(waiting)).toBe('Waiting for plant-7 in workspace Demo');
  const graph = { ...stepIn.running('graph'), detail: 'Waiting for plant-7' };
  expect(stepWord(seenIn(waiting, graph))).toBe('Waiting');
  expect(stepWord(seenIn(jobIn.running(), graph))).toBe('Loading 60 %');
  expect(seenIn(waiting, stepIn.done('graph')).status).toBe('done');
});
