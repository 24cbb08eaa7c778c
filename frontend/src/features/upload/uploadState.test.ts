import { expect, test } from 'vitest';

import type { Slot } from '@/lib/slots';

import { NOTHING } from './peeked';
import type { Archive } from './staging';
import { progressed, NOT_BEGUN, secondsLeft, speedOf } from './transfer';
import {
  initialState,
  phaseOf,
  reduce,
  type UploadAction,
  type UploadState,
  type Workspace,
} from './uploadState';

function archive(name: string, scenario = '', files: string[] = []): Archive {
  const manifest = scenario
    ? { name: scenario, paths: {}, schemaFile: '', tables: [], sources: {} }
    : null;
  return { file: new File(['x'], name), peeked: { ...NOTHING, files, manifest }, wanted: null };
}

const after = (state: UploadState, ...actions: UploadAction[]) => actions.reduce(reduce, state);
const drop = (...archives: Archive[]): UploadAction[] => [
  { type: 'chosen', batch: 1, names: archives.map(({ file }) => file.name) },
  { type: 'read', batch: 1, archives, refusals: [] },
];
const names = (state: UploadState) =>
  Object.fromEntries(Object.entries(state.staged).map(([slot, each]) => [slot, each?.file.name]));
const submit = (key: string, exists = false, workspace: Workspace | null = null): UploadAction => ({
  type: 'submitted',
  backend: workspace ? 'fabric-gql' : 'embedded',
  workspace,
  key,
  exists,
});
const GRAPH = archive('a-graph.tar.gz', 'Telco_NOC');
const READY = after(initialState(), ...drop(GRAPH));

test('idle, checking, ready, sending, closed', () => {
  const [chosen, read] = drop(GRAPH) as [UploadAction, UploadAction];
  const steps: UploadAction[] = [chosen, read, submit('k'), { type: 'stored' }];
  const seen = steps.map((_, at) => phaseOf(after(initialState(), ...steps.slice(0, at + 1))));
  expect([phaseOf(initialState()), ...seen]).toEqual([
    'idle',
    'checking',
    'ready',
    'sending',
    'closed',
  ]);
  expect(READY.name).toBe('telco-noc');
});

test('the slot comes from the name, else from what is inside, else it is asked', () => {
  const runbooks = archive('notes.tgz', '', ['runbooks/a.md']);
  const whole = archive('all.tgz', '', ['tickets/a.txt', 'prompts/p.md', 'runbooks/a.md']);
  const nothing = archive('odd.tgz', '', ['a.bin']);
  expect(names(after(READY, ...drop(runbooks)))).toEqual({
    graph: 'a-graph.tar.gz',
    runbooks: 'notes.tgz',
  });
  expect(Object.keys(after(READY, ...drop(whole)).staged)).toEqual([
    'graph',
    'runbooks',
    'tickets',
    'prompts',
  ]);
  const asked = after(READY, ...drop(nothing));
  expect(asked.notices).toMatchObject([{ kind: 'unplaced' }]);
  const put = after(asked, { type: 'putIn', notice: 0, slot: 'prompts' });
  expect(put.staged.prompts?.file).toBe(nothing.file);
  expect(put.notices).toEqual([]);
});

test('a second file replaces the first, and can be undone', () => {
  const other = archive('b-graph.tgz', 'telco-noc');
  const replaced = after(READY, ...drop(other));
  expect(names(replaced)).toEqual({ graph: 'b-graph.tgz' });
  expect(names(after(replaced, { type: 'undone', notice: 0 }))).toEqual({
    graph: 'a-graph.tar.gz',
  });
});

test('a file that is no archive stays at its free slot, but replaces none', () => {
  const bad: Archive = {
    ...archive('a-graph.tar.gz'),
    peeked: { ...NOTHING, fault: 'This is not gzip.' },
  };
  expect(names(after(initialState(), ...drop(bad)))).toEqual({ graph: 'a-graph.tar.gz' });
  const refused = after(READY, ...drop(bad));
  expect(refused.staged.graph).toBe(READY.staged.graph);
  expect(refused.notices).toMatchObject([{ kind: 'refused' }]);
});

test('moving swaps', () => {
  const both = after(READY, ...drop(archive('a-runbooks.tgz')), {
    type: 'decided',
    scenario: null,
  });
  const moved = after(both, { type: 'moved', from: 'graph', to: 'runbooks' });
  expect(names(moved)).toEqual({ graph: 'a-runbooks.tgz', runbooks: 'a-graph.tar.gz' });
});

test('two scenarios are asked about; one is staged, the other kept', () => {
  const mixed = after(
    initialState(),
    ...drop(
      archive('telco-graph.tgz', 'telco'),
      archive('hello-graph.tgz', 'hello'),
      archive('hello-tickets.tgz'),
    ),
  );
  expect(names(mixed)).toEqual({});
  expect(mixed.undecided).toHaveLength(3);
  const decided = after(mixed, { type: 'decided', scenario: 'hello' });
  expect(names(decided)).toEqual({ graph: 'hello-graph.tgz', tickets: 'hello-tickets.tgz' });
  expect(decided.name).toBe('hello');
  const next = after(initialState({ kept: decided.kept }), { type: 'keptTaken' });
  expect(names(next)).toEqual({ graph: 'telco-graph.tgz' });
  expect(next.kept).toEqual([]);
});

test('what was staged is put aside when the other scenario is chosen', () => {
  const mixed = after(READY, ...drop(archive('hello-graph.tgz', 'hello')));
  expect(names(mixed)).toEqual({ graph: 'a-graph.tar.gz' });
  const decided = after(mixed, { type: 'decided', scenario: 'hello' });
  expect(names(decided)).toEqual({ graph: 'hello-graph.tgz' });
  expect(decided.kept).toEqual([GRAPH]);
});

test('once all are taken as one, more files of theirs are not asked about', () => {
  const tickets = archive('hello-tickets.tgz', 'hello');
  const all = after(READY, ...drop(tickets), { type: 'decided', scenario: null });
  expect(names(all)).toEqual({ graph: 'a-graph.tar.gz', tickets: 'hello-tickets.tgz' });
  const more = after(all, ...drop(archive('hello-runbooks.tgz', 'hello')));
  expect(names(more)).toMatchObject({ runbooks: 'hello-runbooks.tgz' });
  expect(after(more, ...drop(archive('x-graph.tgz', 'third'))).undecided).toHaveLength(1);
});

test('an existing name is confirmed first; Back changes nothing', () => {
  const asked = after(READY, submit('k', true));
  expect(asked.step.kind).toBe('confirming');
  const back = after(asked, { type: 'wentBack' });
  expect(back).toEqual(READY);
  expect(after(asked, submit('k', true)).step.kind).toBe('sending');
});

test('a second press while sending does nothing', () => {
  const sending = after(READY, submit('one'));
  expect(after(sending, submit('two'))).toBe(sending);
  expect(after(sending, { type: 'named', name: 'other' })).toBe(sending);
});

test.each<[string, UploadAction[], string]>([
  ['nothing changed', [], 'one'],
  ['the name changed', [{ type: 'named', name: 'other' }], 'two'],
  ['the files changed', drop(archive('a-tickets.tgz', 'telco-noc')), 'two'],
])('after a lost connection, if %s, the key is “%s”', (_, changes, key) => {
  const lost = after(
    READY,
    submit('one'),
    { type: 'progressed', sent: 42, total: 100, at: 0 },
    { type: 'failed', failure: { kind: 'lost' } },
  );
  expect(lost.step).toEqual({ kind: 'failed', failure: { kind: 'lost', percent: 42 } });
  expect(after(lost, ...changes, submit('two')).attempt?.key).toBe(key);
});

test('what the server says goes to its slot until that file changes', () => {
  const item = { slot: 'graph', file: 'a.csv', row: 2, line: 2, column: null, detail: 'bad' };
  const problem = {
    status: 422,
    title: 'Invalid submission',
    detail: '',
    problems: [item],
    requestId: null,
    extensions: {},
  };
  const refused = after(READY, submit('k'), {
    type: 'failed',
    failure: { kind: 'refused', problem },
  });
  expect(refused.serverProblems.graph).toEqual([item]);
  const other = after(refused, ...drop(archive('a-tickets.tgz', 'telco-noc')));
  expect(other.serverProblems.graph).toEqual([item]);
  const changed = after(refused, { type: 'removed', slot: 'graph' as Slot });
  expect(changed.serverProblems.graph).toBeUndefined();
});

test('speed and time left', () => {
  const half = [0, 500, 1000].reduce(
    (transfer, at) => progressed(transfer, at * 50, 100_000, at),
    NOT_BEGUN,
  );
  expect(speedOf(half)).toBe(50_000);
  expect(secondsLeft(half)).toBe(1);
  expect(speedOf(progressed(NOT_BEGUN, 5, 10, 0))).toBeNull();
});

test('after a lost connection another workspace is another upload', () => {
  const demo = { id: 'a', name: 'Demo' };
  const lost = after(READY, submit('one', false, demo), {
    type: 'failed',
    failure: { kind: 'lost' },
  });
  const again = (workspace: Workspace) => after(lost, submit('two', false, workspace)).attempt;
  expect(again({ ...demo })).toMatchObject({ key: 'one', workspace: demo });
  expect(again({ id: 'b', name: 'Other' })).toMatchObject({ key: 'two', workspace: { id: 'b' } });
});
