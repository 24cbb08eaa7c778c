import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';

import { toProblem } from '@/api/problem';
import { scenariosQuery, type ScenarioSummary } from '@/api/scenarios';
import { ConnectionLost, FileChanged, submitJob } from '@/api/submit';
import { FABRIC } from '@/lib/backends';
import type { Slot } from '@/lib/slots';

import { Archives } from './archives';
import { namesOf, readAll, sorted, type Arrivals } from './arrivals';
import { nameProblem } from './scenarioName';
import { faultySlot, type Archive } from './staging';
import { slotName, TEXT } from './text';
import {
  initialState,
  phaseOf,
  reduce,
  type Attempt,
  type UploadAction,
  type UploadState,
  type Workspace,
} from './uploadState';

export interface SlotDefinition {
  slot: Slot;
  /** The graph's tells the backend, since that is where it goes. */
  label: (backend: string) => string;
}

export const SLOT_DEFS: SlotDefinition[] = [
  { slot: 'graph', label: graphLabel },
  ...(['telemetry', 'runbooks', 'tickets', 'prompts'] as const).map((slot) => ({
    slot,
    label: () => slotName(slot),
  })),
];

function graphLabel(backend: string): string {
  return backend === FABRIC ? TEXT.graphForFabric : slotName('graph');
}

export interface ScenarioUpload {
  state: UploadState;
  dispatch: (action: UploadAction) => void;
  phase: ReturnType<typeof phaseOf>;
  /** The scenario that bears this name already. */
  existing: ScenarioSummary | undefined;
  /** Why it can't be saved, in words; null if it can. */
  blocked: string | null;
  add: (files: File[], wanted?: Slot) => void;
  save: () => void;
  /** Stops an upload under way. */
  stop: () => void;
}

/** Stages the files of one scenario, and sends them as one job. */
export function useScenarioUpload(
  selectedBackend: string,
  onSaved: (jobId: string, name: string) => void,
  onClose: () => void,
  begun: { kept: Archive[]; name: string; workspace: Workspace | null },
): ScenarioUpload {
  const [state, dispatch] = useReducer(reduce, begun, initialState);
  const add = useArrivals(dispatch);
  const { data: scenarios } = useQuery(scenariosQuery());
  const existing = scenarios?.find(({ name }) => name === state.name);
  const stop = useSending(state, dispatch, onSaved, onClose);
  const workspace = selectedBackend === FABRIC ? begun.workspace : null;
  const blocked = blockedBy(state, selectedBackend, workspace);
  const save = () => {
    if (blocked !== null) return;
    const key = crypto.randomUUID();
    dispatch({ type: 'submitted', backend: selectedBackend, workspace, key, exists: !!existing });
  };
  return { state, dispatch, phase: phaseOf(state), existing, blocked, add, save, stop };
}

/** Reads what is dropped, in a worker that lives as long as the dialog. */
function useArrivals(dispatch: (action: UploadAction) => void) {
  const [archives] = useState(() => new Archives());
  useEffect(() => () => archives.close(), [archives]);
  const batches = useRef(0);
  const busy = useRef<Promise<void>>(Promise.resolve());
  return useCallback(
    (files: File[], wanted?: Slot) => {
      if (!files.length) return;
      const batch = (batches.current += 1);
      const arriving = sorted(files);
      dispatch({ type: 'chosen', batch, names: namesOf(arriving) });
      // one drop after another, so that a later file replaces an earlier one
      busy.current = busy.current.then(async () => {
        const arrivals = await readAll(arriving, wanted ?? null, archives).catch((error: unknown) =>
          allRefused(arriving, error),
        );
        dispatch({ type: 'read', batch, ...arrivals });
      });
    },
    [archives, dispatch],
  );
}

function allRefused(arriving: ReturnType<typeof sorted>, error: unknown): Arrivals {
  const why = toProblem(error).detail;
  return { archives: [], refusals: namesOf(arriving).map((name) => ({ name, why })) };
}

/** Sends each attempt once, for as long as it is the one under way. */
function useSending(
  state: UploadState,
  dispatch: (action: UploadAction) => void,
  onSaved: (jobId: string, name: string) => void,
  onClose: () => void,
): () => void {
  const attempt = state.step.kind === 'sending' ? state.attempt : null;
  const done = useRef({ onSaved, onClose });
  useEffect(() => {
    done.current = { onSaved, onClose };
  });
  useEffect(() => {
    if (!attempt) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = (sent: number, total: number) =>
      dispatch({ type: 'progressed', sent, total, at: performance.now() });
    submitJob(submissionOf(attempt), onProgress, signal).then(
      (jobId) => {
        dispatch({ type: 'stored' });
        done.current.onClose();
        done.current.onSaved(jobId, attempt.name);
      },
      (error: unknown) => signal.aborted || dispatch({ type: 'failed', failure: failureOf(error) }),
    );
    return () => controller.abort();
  }, [attempt, dispatch]);
  useLeaveWarning(attempt !== null);
  return useCallback(() => dispatch({ type: 'stopped' }), [dispatch]);
}

function submissionOf({ key, name, backend, workspace, files }: Attempt) {
  const place = workspace && { workspace_id: workspace.id, workspace_name: workspace.name };
  return { key, fields: { scenario_name: name, backend, ...place }, files };
}

function failureOf(error: unknown): Extract<UploadAction, { type: 'failed' }>['failure'] {
  if (error instanceof ConnectionLost) return { kind: 'lost' };
  if (error instanceof FileChanged) return { kind: 'changed', fileName: error.fileName };
  return { kind: 'refused', problem: toProblem(error) };
}

/** The browser asks before the page is left. */
function useLeaveWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    globalThis.addEventListener('beforeunload', warn);
    return () => globalThis.removeEventListener('beforeunload', warn);
  }, [active]);
}

function blockedBy(
  state: UploadState,
  backend: string,
  workspace: Workspace | null,
): string | null {
  if (state.reading.length) return TEXT.blocked.reading;
  if (state.undecided.length) return TEXT.blocked.question;
  if (!Object.keys(state.staged).length) return TEXT.blocked.empty;
  const faulty = faultySlot(state.staged);
  if (faulty) return TEXT.blocked.fault(faulty);
  if (!backend) return TEXT.blocked.backend;
  if (backend === FABRIC && !workspace) return TEXT.blocked.workspace;
  return nameProblem(state.name);
}
