/** What a step has loaded, in words. */
import { formatCount } from '@/lib/format';

import { phasesOf } from './phases';
import { text } from './text';
import type { Step, StepProblem, StepWarning } from './types';

type Whole = number | bigint;

function total(counts: unknown): Whole | null {
  if (typeof counts !== 'object' || counts === null) return null;
  let sum = 0n;
  for (const count of Object.values(counts)) if (isWhole(count)) sum += BigInt(count);
  return sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : sum;
}

export function isWhole(value: unknown): value is Whole {
  return typeof value === 'bigint' || Number.isInteger(value);
}

/** `3,748 vertices, 57,645 edges`; empty where the result counts nothing. */
export function resultCounts(step: Step): string {
  const result: Record<string, unknown> = step.result ?? {};
  const { vertices, edges, tables } = result;
  const counts: string[] = [];
  const add = (count: unknown, one: string, many: string) => {
    if (isWhole(count)) counts.push(formatCount(count, one, many));
  };
  add(total(vertices), 'vertex', 'vertices');
  add(total(edges), 'edge', 'edges');
  add(total(tables), 'row', 'rows');
  const [one, many] = [step.name.replace(/s$/, ''), step.name];
  add(result['documents'] ?? result[step.name], one, many);
  return counts.join(', ');
}

/** What a step's row says beside its state, unless the problems below say the same. */
export function stepSummary(step: Step): string {
  if (step.status === 'done') return resultCounts(step) || step.detail;
  // its phases say it of themselves
  if (step.status === 'running' && phasesOf(step).length > 0) return '';
  const told = step.problems.some((problem) => problem.detail === step.detail);
  return told ? '' : step.detail;
}

/** `DimPump.csv, row 18, column id`; empty where no place is known. */
export function place(at: StepProblem | StepWarning): string {
  const parts = [
    at.file,
    'row' in at && at.row && text.row(at.row),
    'line' in at && at.line && at.line !== at.row && text.line(at.line),
    at.column && text.column(at.column),
  ];
  return parts.filter(Boolean).join(', ');
}

/** Each fault that a step has found, with its place. */
export function causes(step: Step): string[] {
  return step.problems.map((problem) => {
    const at = place(problem);
    return at ? `${at}: ${problem.detail}` : problem.detail;
  });
}
