/** Jobs in named states, for tests. */
import type { Job, Step, StepName } from './types';

const NAMES: StepName[] = ['graph', 'telemetry', 'runbooks', 'tickets', 'prompts', 'metadata'];

export const stepIn = {
  waiting: (name: StepName): Step => ({
    name,
    status: 'pending',
    detail: '',
    pct: 0,
    started_at: null,
    finished_at: null,
    bytes: 900_000,
    sha256: 'a'.repeat(64),
    result: null,
    warnings: [],
    problems: [],
  }),
  running: (name: StepName, pct = 60): Step => ({
    ...stepIn.waiting(name),
    status: 'running',
    pct,
    started_at: '2026-03-01T12:00:02.000Z',
    detail: '12,000 of 20,000 rows',
  }),
  done: (name: StepName, result: Step['result'] = null): Step => ({
    ...stepIn.waiting(name),
    status: 'done',
    pct: 100,
    result,
    started_at: '2026-03-01T12:00:00.000Z',
    finished_at: '2026-03-01T12:00:02.000Z',
  }),
  failed: (name: StepName, problems: Step['problems'] = []): Step => ({
    ...stepIn.done(name),
    status: 'error',
    pct: 40,
    detail: 'duplicate id "P-07"',
    problems,
  }),
  skipped: (name: StepName): Step => ({
    ...stepIn.waiting(name),
    status: 'skipped',
    bytes: 0,
    sha256: '',
  }),
};

let made = 0;

function job(changes: Partial<Job>): Job {
  made += 1;
  const at = new Date(Date.UTC(2026, 2, 1, 12, 0, made)).toISOString();
  return {
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    scenario_name: 'air-routes',
    status: 'pending',
    created_at: at,
    updated_at: at,
    overall_pct: 0,
    error: null,
    warnings: 0,
    backend: 'embedded',
    workspace_id: '',
    workspace_name: '',
    check_only: false,
    attempt: 1,
    waiting_for: null,
    steps: NAMES.map(stepIn.waiting),
    ...changes,
  };
}

const rest = NAMES.slice(2);

export const jobIn = {
  waiting: (changes: Partial<Job> = {}): Job => job(changes),
  running: (changes: Partial<Job> = {}): Job =>
    job({
      status: 'running',
      overall_pct: 61,
      ...changes,
      steps: [stepIn.done('graph'), stepIn.running('telemetry'), ...rest.map(stepIn.waiting)],
    }),
  done: (changes: Partial<Job> = {}): Job =>
    job({
      status: 'done',
      overall_pct: 100,
      steps: NAMES.map((name) => stepIn.done(name)),
      ...changes,
    }),
  warned: (changes: Partial<Job> = {}): Job => jobIn.done({ warnings: 3, ...changes }),
  failed: (changes: Partial<Job> = {}): Job =>
    job({
      status: 'error',
      error: 'telemetry: duplicate id "P-07"',
      ...changes,
      steps: [stepIn.done('graph'), stepIn.failed('telemetry'), ...rest.map(stepIn.skipped)],
    }),
  cancelled: (changes: Partial<Job> = {}): Job => job({ status: 'cancelled', ...changes }),
};
