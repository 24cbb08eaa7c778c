/** A job as plain text, for a ticket. */
import { formatBytes, formatDuration } from '@/lib/format';

import { causes, place, resultCounts } from './results';
import { jobWord, stepWord } from './states';
import { text } from './text';
import { endedAt, startedAt, stepSeconds, workedSeconds } from './timing';
import { target } from './tree';
import type { Job, Step, StepWarning } from './types';

export function detailsText(job: Job): string {
  const worked = workedSeconds(job);
  const facts = [
    `${job.scenario_name} → ${target(job)}: ${jobWord(job)}`,
    `${text.id}: ${job.id}, ${text.attempt(job.attempt)}`,
    `${text.submitted}: ${job.created_at}`,
    `${text.started}: ${startedAt(job) ?? text.notYet}`,
    `${text.ended}: ${endedAt(job) ?? text.notYet}`,
    ...(worked === null ? [] : [`${text.duration}: ${formatDuration(worked)}`]),
    ...(job.error ? [job.error] : []),
  ];
  return [...facts, '', ...job.steps.flatMap(stepLines)].join('\n');
}

function stepLines(step: Step): string[] {
  const seconds = stepSeconds(step, Number.NaN);
  const took = seconds === null || Number.isNaN(seconds) ? [] : [formatDuration(seconds)];
  const file = step.sha256 ? [formatBytes(step.bytes), `sha256 ${step.sha256}`] : [];
  const facts = [
    `${step.name}: ${stepWord(step)}`,
    ...took,
    resultCounts(step),
    step.detail,
    ...file,
  ];
  const below = [...causes(step), ...(step.warnings as StepWarning[]).map(warningText)];
  return [facts.filter(Boolean).join(', '), ...below.map((line) => `  - ${line}`)];
}

export function warningText(warning: StepWarning): string {
  const at = place(warning);
  const times = warning.count ? ` (${text.warningTimes(warning.count)})` : '';
  return `${at ? `${at}: ` : ''}${warning.detail ?? warning.kind ?? ''}${times}`;
}
