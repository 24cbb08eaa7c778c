import type { ApiSchemas } from '@/api/client';

export type Job = ApiSchemas['Job'];
export type Step = ApiSchemas['Step'];
export type StepProblem = ApiSchemas['StepProblem'];
export type JobStatus = Job['status'];
export type StepName = Step['name'];
export type BackendId = Job['backend'];

/** A step's warning, as the loaders tell it. */
export interface StepWarning {
  kind?: string;
  detail?: string;
  file?: string | null;
  column?: string | null;
  count?: number;
  examples?: Record<string, unknown>[];
}

/** Which jobs a list shows; both are judged by the server. */
export interface Filter {
  status: JobStatus | null;
  scenario: string;
}

export const EVERYTHING: Filter = { status: null, scenario: '' };
