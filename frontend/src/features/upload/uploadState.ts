/** The dialog's state machine: idle → checking → ready → sending → closed | failed. Pure. */

import type { Problem, ProblemItem } from '@/api/problem';
import { SLOTS, type Slot } from '@/lib/slots';

import type { Refusal } from './arrivals';
import { groupsOf, place, scenarioOf, type Archive, type Notice, type Staged } from './staging';
import { proposedName } from './scenarioName';
import { NOT_BEGUN, percentOf, progressed, type Transfer } from './transfer';

export type Failure =
  | { kind: 'lost'; percent: number }
  | { kind: 'changed'; fileName: string }
  | { kind: 'refused'; problem: Problem };

/** A workspace of Microsoft Fabric. */
export interface Workspace {
  id: string;
  name: string;
}

/** What is sent; a new object each time, with the old key if nothing else changed. */
export interface Attempt {
  key: string;
  name: string;
  backend: string;
  /** Where in Fabric; null for other backends. */
  workspace: Workspace | null;
  files: [Slot, File][];
}

export type Step =
  | { kind: 'editing' }
  | { kind: 'confirming' }
  | { kind: 'sending'; transfer: Transfer; leaving: boolean }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'closed' };

export interface UploadState {
  /** Names of the files that are being read, by the id of their batch. */
  reading: { batch: number; names: string[] }[];
  staged: Staged;
  notices: Notice[];
  /** Files of several scenarios, until it is said which one is meant. */
  undecided: Archive[];
  /** Files of other scenarios, for the next dialog. */
  kept: Archive[];
  name: string;
  nameEdited: boolean;
  serverProblems: Partial<Record<Slot, ProblemItem[]>>;
  attempt: Attempt | null;
  step: Step;
}

export type UploadAction =
  | { type: 'chosen'; batch: number; names: string[] }
  | { type: 'read'; batch: number; archives: Archive[]; refusals: Refusal[] }
  /** One scenario of the undecided; null takes all as one. */
  | { type: 'decided'; scenario: string | null }
  | { type: 'keptTaken' }
  | { type: 'keptForgotten' }
  | { type: 'removed'; slot: Slot }
  | { type: 'moved'; from: Slot; to: Slot }
  | { type: 'undone'; notice: number }
  | { type: 'dismissed'; notice: number }
  | { type: 'putIn'; notice: number; slot: Slot }
  | { type: 'named'; name: string }
  | { type: 'edited' }
  | {
      type: 'submitted';
      backend: string;
      workspace: Workspace | null;
      key: string;
      exists: boolean;
    }
  | { type: 'wentBack' }
  | { type: 'progressed'; sent: number; total: number; at: number }
  | { type: 'failed'; failure: Exclude<Failure, { kind: 'lost' }> | { kind: 'lost' } }
  | { type: 'stopped' }
  | { type: 'leaveAsked' }
  | { type: 'stayed' }
  | { type: 'stored' };

/** What a dialog begins with: files put aside before, the scenario that is loaded again. */
interface Begun {
  kept?: Archive[];
  name?: string;
}

const EDITING: Step = { kind: 'editing' };

export function initialState({ kept = [], name = '' }: Begun = {}): UploadState {
  return {
    reading: [],
    staged: {},
    notices: [],
    undecided: [],
    kept,
    name,
    nameEdited: name !== '',
    serverProblems: {},
    attempt: null,
    step: EDITING,
  };
}

export type Phase = 'idle' | 'checking' | 'ready' | 'sending' | 'failed' | 'closed';

export function phaseOf(state: UploadState): Phase {
  const { kind } = state.step;
  if (kind === 'sending' || kind === 'closed' || kind === 'failed') return kind;
  if (state.reading.length) return 'checking';
  return Object.keys(state.staged).length ? 'ready' : 'idle';
}

/** What is sent stays as it is until the server has answered. */
const WHILE_SENDING = new Set([
  'progressed',
  'failed',
  'stopped',
  'leaveAsked',
  'stayed',
  'stored',
]);

export function reduce(state: UploadState, action: UploadAction): UploadState {
  const { step } = state;
  if (step.kind === 'closed') return state;
  if ((step.kind === 'sending') !== WHILE_SENDING.has(action.type)) return state;
  switch (action.type) {
    case 'chosen': {
      const { batch, names } = action;
      return { ...state, reading: [...state.reading, { batch, names }], step: EDITING };
    }
    case 'read':
      return read(state, action);
    case 'decided':
      return decided(state, action.scenario);
    case 'keptTaken':
      return arrived({ ...state, kept: [] }, state.kept);
    case 'keptForgotten':
      return { ...state, kept: [] };
    case 'removed':
      return staging(state, { ...state.staged, [action.slot]: undefined });
    case 'moved': {
      const { [action.from]: one, [action.to]: other } = state.staged;
      return staging(state, { ...state.staged, [action.from]: other, [action.to]: one });
    }
    case 'undone':
    case 'dismissed':
    case 'putIn':
      return answered(state, action);
    case 'named':
      return { ...state, name: action.name, nameEdited: true, step: EDITING };
    case 'edited':
    case 'wentBack':
      return { ...state, step: EDITING };
    case 'submitted':
      return submitted(state, action);
    default:
      return whileSending(state, action);
  }
}

function read(
  state: UploadState,
  { batch, archives, refusals }: Extract<UploadAction, { type: 'read' }>,
): UploadState {
  const refused: Notice[] = refusals.map((refusal) => ({ kind: 'refused', ...refusal }));
  const next: UploadState = {
    ...state,
    reading: state.reading.filter((each) => each.batch !== batch),
    notices: [...state.notices, ...refused],
  };
  return arrived(next, archives);
}

/** Into their slots, unless they bring another scenario: then it is asked. */
function arrived(state: UploadState, archives: Archive[]): UploadState {
  const before = stagedArchives(state.staged);
  const undecided = [...state.undecided, ...archives];
  const known = new Set(before.map(scenarioOf));
  const bringsAnother = undecided.map(scenarioOf).some((each) => each && !known.has(each));
  const isMixed = groupsOf([...before, ...undecided]).length > 1;
  return isMixed && bringsAnother ? { ...state, undecided } : placed(state, archives);
}

function decided(state: UploadState, scenario: string | null): UploadState {
  if (!state.undecided.length) return state;
  const cleared = { ...state, undecided: [] };
  if (scenario === null) return placed(cleared, state.undecided);
  const isMeant = (archive: Archive) => ['', scenario].includes(scenarioOf(archive));
  const others = [...stagedArchives(state.staged), ...state.undecided].filter(
    (archive) => !isMeant(archive),
  );
  const staged = Object.fromEntries(
    Object.entries(state.staged).filter(([, archive]) => archive && isMeant(archive)),
  );
  const kept = [...state.kept, ...new Set(others)];
  return placed({ ...cleared, staged, kept }, state.undecided.filter(isMeant));
}

export function stagedArchives(staged: Staged): Archive[] {
  return [...new Set(SLOTS.flatMap((slot) => staged[slot] ?? []))];
}

function placed(state: UploadState, archives: Archive[]): UploadState {
  const { staged, notices } = place(state.staged, archives);
  return staging({ ...state, notices: [...state.notices, ...notices] }, staged);
}

/** With other files in the slots: the name follows them, and what was said of old ones goes. */
function staging(state: UploadState, changed: Staged): UploadState {
  const slots = SLOTS.filter((slot) => changed[slot]);
  const staged: Staged = Object.fromEntries(slots.map((slot) => [slot, changed[slot]]));
  const stillTrue = SLOTS.filter((slot) => staged[slot] && staged[slot] === state.staged[slot]);
  return {
    ...state,
    staged,
    name: state.nameEdited ? state.name : proposedName(writtenName(staged)),
    serverProblems: Object.fromEntries(
      stillTrue.map((slot) => [slot, state.serverProblems[slot] ?? []]),
    ),
    step: EDITING,
  };
}

/** What the manifest calls the scenario, else the files' own names; '' if neither does. */
export function writtenName(staged: Staged): string {
  const archives = stagedArchives(staged);
  const named = archives.map(({ peeked }) => peeked.manifest?.name).find(Boolean);
  return named ?? archives.map(scenarioOf).find(Boolean) ?? '';
}

function answered(
  state: UploadState,
  action: Extract<UploadAction, { notice: number }>,
): UploadState {
  const notice = state.notices[action.notice];
  const notices = state.notices.filter((each) => each !== notice);
  const rest = { ...state, notices };
  if (action.type === 'undone' && notice?.kind === 'replaced') {
    return staging(rest, { ...state.staged, [notice.slot]: notice.before });
  }
  if (action.type === 'putIn' && notice?.kind === 'unplaced') {
    return placed(rest, [{ ...notice.archive, wanted: action.slot }]);
  }
  return rest;
}

function submitted(
  state: UploadState,
  { backend, workspace, key, exists }: Extract<UploadAction, { type: 'submitted' }>,
): UploadState {
  const isRetry = state.step.kind === 'failed' && state.step.failure.kind === 'lost';
  if (exists && state.step.kind !== 'confirming' && !isRetry) {
    return { ...state, step: { kind: 'confirming' } };
  }
  const files = SLOTS.flatMap((slot): [Slot, File][] => {
    const archive = state.staged[slot];
    return archive ? [[slot, archive.file]] : [];
  });
  const fresh = { key, name: state.name, backend, workspace, files };
  const attempt = isSame(state.attempt, fresh) ? { ...fresh, key: state.attempt.key } : fresh;
  const step: Step = { kind: 'sending', transfer: NOT_BEGUN, leaving: false };
  return { ...state, attempt, serverProblems: {}, step };
}

function isSame(before: Attempt | null, now: Attempt): before is Attempt {
  return (
    before !== null &&
    before.name === now.name &&
    before.backend === now.backend &&
    before.workspace?.id === now.workspace?.id &&
    before.workspace?.name === now.workspace?.name &&
    before.files.length === now.files.length &&
    before.files.every(([slot, file], at) => {
      const [nowSlot, nowFile] = now.files[at] ?? [];
      return slot === nowSlot && file === nowFile;
    })
  );
}

function whileSending(state: UploadState, action: UploadAction): UploadState {
  const { step } = state;
  if (step.kind !== 'sending') return state;
  switch (action.type) {
    case 'progressed': {
      const transfer = progressed(step.transfer, action.sent, action.total, action.at);
      return { ...state, step: { ...step, transfer } };
    }
    case 'failed':
      return failed(state, action.failure, percentOf(step.transfer));
    case 'stopped':
      return { ...state, step: EDITING };
    case 'leaveAsked':
    case 'stayed':
      return { ...state, step: { ...step, leaving: action.type === 'leaveAsked' } };
    case 'stored':
      return { ...state, step: { kind: 'closed' } };
    default:
      return state;
  }
}

function failed(
  state: UploadState,
  told: Extract<UploadAction, { type: 'failed' }>['failure'],
  percent: number,
): UploadState {
  const failure: Failure = told.kind === 'lost' ? { ...told, percent } : told;
  const problems = failure.kind === 'refused' ? failure.problem.problems : [];
  const bySlot = SLOTS.map((slot) => [slot, problems.filter((each) => each.slot === slot)]);
  return {
    ...state,
    serverProblems: Object.fromEntries(bySlot),
    step: { kind: 'failed', failure },
  };
}
