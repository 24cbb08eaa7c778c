/** What the graph step of Microsoft Fabric goes through, and how far it is. */
import type { Shown } from './states';
import { text } from './text';
import type { Step } from './types';

export interface Phase {
  name: string;
  status: keyof typeof SHOWN;
  detail: string;
  started_at: string | null;
  finished_at: string | null;
}

const SHOWN = {
  pending: 'pending',
  running: 'running',
  done: 'done',
  warning: 'warned',
  error: 'error',
  skipped: 'skipped',
} as const satisfies Record<string, Shown>;

/** In the order of work; none for steps that have no phases. */
export function phasesOf({ result }: Pick<Step, 'result'>): Phase[] {
  const phases: unknown = result?.['phases'];
  return Array.isArray(phases) ? phases.filter((each): each is Phase => isPhase(each)) : [];
}

function isPhase(value: unknown): value is Phase {
  if (typeof value !== 'object' || value === null) return false;
  const { name, status } = value as Record<string, unknown>;
  return typeof name === 'string' && typeof status === 'string' && Object.hasOwn(SHOWN, status);
}

export const shownPhase = ({ status }: Phase): Shown => SHOWN[status];

export const phaseName = ({ name }: Phase): string => text.phases[name] ?? name;

export const phaseWord = ({ status }: Phase): string => text.phaseWords[status];

const OVER = new Set(['done', 'warning', 'skipped']);

/** The one that a retry goes on with; null where all are over. */
export function openPhase(step: Step): Phase | null {
  return phasesOf(step).find(({ status }) => !OVER.has(status)) ?? null;
}
